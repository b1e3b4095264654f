// Text to a shared library in a scratch folder, by the steps of `nnxc build`, and from there into
// this process, which has Halide's runtime and its hooks.
#include "LoadedStudy.h"

#include "compiler/Pipeline.h"
#include "compiler/emit/KernelObjects.h"
#include "compiler/emit/Link.h"
#include "compiler/emit/Object.h"
#include "compiler/emit/Target.h"
#include "dsl/Analyse.h"

#include "llvm/Support/FileSystem.h"

#include <dlfcn.h>
#include <sstream>
#include <stdexcept>

namespace nnx::golden {

static void check(llvm::Error error) {
  if (error)
    throw std::runtime_error(llvm::toString(std::move(error)));
}

template <typename T> static T get(llvm::Expected<T> value) {
  check(value.takeError());
  return std::move(*value);
}

static dsl::Study analyse(const std::string &text, const std::string &name) {
  dsl::SourceFile source(name, text);
  dsl::DiagnosticSink sink(/*warningsAreErrors=*/true);
  std::optional<dsl::Study> study = dsl::analyse(source, {}, sink);
  std::ostringstream messages;
  sink.render(messages, name, &source, /*color=*/false);
  if (!study)
    throw std::runtime_error(messages.str());
  return std::move(*study);
}

static void writeFile(const std::string &path, const std::string &content) {
  std::error_code error;
  llvm::raw_fd_ostream stream(path, error);
  if (error)
    check(llvm::createFileError(path, error));
  stream << content;
}

LoadedStudy::LoadedStudy(const std::string &text, const std::string &name, bool isFused,
                         const std::vector<kernels::Device> &devices) {
  const kernels::KernelTarget target = get(emit::parseTarget("host"));
  CompiledStudy compiled =
      get(compileStudy(analyse(text, name), {target, isFused, false, devices}));
  const emit::ScratchFolder scratch = get(emit::ScratchFolder::create());
  const emit::ObjectStore store(emit::ObjectStore::defaultFolder());
  std::vector<std::string> objects{scratch.pathOf("study.o")};
  writeFile(objects.front(), get(emit::emitCode(*compiled.module, emit::CodeForm::Object)));
  std::vector<const TargetCode *> codes{&compiled};
  for (const TargetCode &code : compiled.devices)
    codes.push_back(&code);
  for (const TargetCode *code : codes)
    for (const emit::KernelObject &object :
         get(emit::makeKernelObjects(code->kernels, code->target, store, scratch, llvm::errs())))
      objects.push_back(object.path);
  const std::string path = scratch.pathOf("study.so");
  check(emit::link(emit::LinkMode::Shared, objects, path));
  library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library != nullptr)
    study = static_cast<const nnxrt_study *>(dlsym(library, "nnxrt_study_table"));
  if (study == nullptr)
    throw std::runtime_error(dlerror());
}

LoadedStudy::~LoadedStudy() {
  if (library != nullptr)
    dlclose(library);
}

} // namespace nnx::golden
