// Compiles studies.
#include "BuildCommand.h"

#include "CheckCommand.h"
#include "LoadData.h"

#include "compiler/emit/KernelObjects.h"
#include "compiler/emit/Link.h"
#include "compiler/emit/Object.h"
#include "compiler/emit/Target.h"
#include "compiler/kernels/Compile.h"
#include "dsl/Analyse.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"

#include <chrono>
#include <iostream>

namespace nnx {

using llvm::Error;

namespace {

// Says how long each part of a build took, with --verbose.
class Clock {
public:
  explicit Clock(bool isShown) : isShown(isShown) {}

  void mark(llvm::StringRef what) {
    auto now = std::chrono::steady_clock::now();
    if (isShown)
      llvm::errs() << llvm::formatv("{0,6:f3} s  {1}\n",
                                    std::chrono::duration<double>(now - last).count(), what);
    last = now;
  }

private:
  bool isShown;
  std::chrono::steady_clock::time_point last = std::chrono::steady_clock::now();
};

// The devices by name, each once.
llvm::Expected<std::vector<kernels::Device>> devicesOf(const CompileOptions &options) {
  std::vector<kernels::Device> devices;
  try {
    for (const std::string &name : options.devices)
      if (kernels::Device device = kernels::parseDevice(name);
          device != kernels::Device::Cpu && !llvm::is_contained(devices, device))
        devices.push_back(device);
  } catch (const kernels::KernelError &error) {
    return llvm::createStringError(error.what());
  }
  return devices;
}

int report(Error error) {
  std::string text = toString(std::move(error));
  bool isLocated = llvm::StringRef(text).contains(": error: ");
  llvm::errs() << (isLocated ? "" : "error: ") << text << '\n';
  return 2;
}

Error writeStudyObject(const CompiledStudy &compiled, const std::string &path) {
  auto code = emit::emitCode(*compiled.module, emit::CodeForm::Object);
  if (!code)
    return code.takeError();
  std::error_code error;
  llvm::raw_fd_ostream stream(path, error);
  if (!error) {
    stream << *code;
    stream.close();
    error = stream.error();
    stream.clear_error();
  }
  return error ? llvm::createFileError(path, error) : Error::success();
}

Error build(const CompileOptions &options, const dsl::Study &study, const std::string &output) {
  Clock clock(options.verbose);
  auto pipeline = pipelineOptions(options);
  if (!pipeline)
    return pipeline.takeError();
  auto compiled = compileStudy(study, *pipeline);
  if (!compiled)
    return compiled.takeError();
  clock.mark("passes");
  auto scratch = emit::ScratchFolder::create();
  if (!scratch)
    return scratch.takeError();
  emit::ObjectStore store(emit::ObjectStore::defaultFolder());
  std::vector<std::string> objects{scratch->pathOf("study.o")};
  std::vector<const TargetCode *> codes{&*compiled};
  for (const TargetCode &code : compiled->devices)
    codes.push_back(&code);
  for (const TargetCode *code : codes) {
    auto kernelObjects = emit::makeKernelObjects(code->kernels, code->target, store, *scratch,
                                                 llvm::errs(), code->places);
    if (!kernelObjects)
      return kernelObjects.takeError();
    clock.mark(
        llvm::formatv("{0} kernels for {1}, {2} of them compiled", kernelObjects->size(),
                      kernels::nameOf(code->target.device),
                      llvm::count_if(*kernelObjects, [](auto &object) { return object.compiled; }))
            .str());
    for (const emit::KernelObject &object : *kernelObjects)
      objects.push_back(object.path);
  }
  if (Error error = writeStudyObject(*compiled, objects.front()))
    return error;
  clock.mark("code of the study");
  if (!compiled->devices.empty()) {
    auto runtime = emit::findRuntimeFile("nnx_devices.o");
    if (!runtime)
      return runtime.takeError();
    objects.push_back(*runtime);
  }
  if (Error error = emit::link(emit::LinkMode::Trainer, objects, output))
    return error;
  clock.mark("link");
  return Error::success();
}

using WriteKernel = void (*)(const kernels::KernelSpec &, const kernels::KernelTarget &,
                             const std::string &path);

// Prints what `write` makes of all kernels, each behind its spec.
Error printKernels(const TargetCode &compiled, WriteKernel write) {
  auto scratch = emit::ScratchFolder::create();
  if (!scratch)
    return scratch.takeError();
  for (const kernels::KernelSpec &spec : compiled.kernels) {
    std::string path = scratch->pathOf("kernel.txt");
    try {
      write(spec, compiled.target, path);
    } catch (const kernels::KernelError &error) {
      return llvm::createStringError(error.what());
    }
    auto text = llvm::MemoryBuffer::getFile(path);
    if (!text)
      return llvm::createFileError(path, text.getError());
    llvm::outs() << "// " << spec.text() << '\n' << (*text)->getBuffer() << '\n';
  }
  return Error::success();
}

struct StageName {
  Stage stage;
  const char *name;
};
constexpr StageName stages[] = {
#define NNX_STAGE(ENUM, NAME, WHAT) {Stage::ENUM, NAME},
#include "compiler/Stages.def"
};
constexpr const char *frontStages[] = {"tokens", "ast", "points"};
constexpr const char *codeStages[] = {"llvm", "asm", "halide", "device"};

Error emitCompiled(const CompileOptions &options, const dsl::Study &study,
                   const std::string &name) {
  auto pipeline = pipelineOptions(options);
  if (!pipeline)
    return pipeline.takeError();
  for (const StageName &stage : stages)
    if (name == stage.name) {
      PipelineOptions own = *pipeline; // of the last device that is asked for
      if (!own.devices.empty())
        own.target = kernels::onDevice(own.target, own.devices.back());
      return printStage(study, own, stage.stage, llvm::outs());
    }
  auto compiled = compileStudy(study, *pipeline);
  if (!compiled)
    return compiled.takeError();
  const TargetCode &last = compiled->devices.empty() ? *compiled : compiled->devices.back();
  if (name == "halide")
    return printKernels(last, kernels::compileToLoopNest);
  if (name == "device")
    return last.target.isGpu() ? printKernels(last, kernels::compileToDeviceCode)
                               : llvm::createStringError("--emit=device needs --device");
  if (name == "llvm") {
    compiled->module->print(llvm::outs(), nullptr);
    return Error::success();
  }
  auto code = emit::emitCode(*compiled->module, emit::CodeForm::Assembly);
  if (!code)
    return code.takeError();
  llvm::outs() << *code;
  return Error::success();
}

} // namespace

llvm::Expected<PipelineOptions> pipelineOptions(const CompileOptions &options) {
  auto target = emit::parseTarget(options.target);
  if (!target)
    return target.takeError();
  auto devices = devicesOf(options);
  if (!devices)
    return devices.takeError();
  PipelineOptions pipeline{*target};
  pipeline.devices = std::move(*devices);
  return pipeline;
}

std::optional<dsl::Study> readStudy(const CompileOptions &options) {
  dsl::DiagnosticSink sink(options.warningsAreErrors);
  std::optional<dsl::SourceFile> source = dsl::SourceFile::read(options.file, sink);
  std::optional<dsl::Study> study;
  if (source)
    study =
        dsl::analyse(*source, options.overrides, sink, featureCounter(options.file, options.data));
  sink.render(std::cerr, options.file, source ? &*source : nullptr, options.color);
  return sink.hasErrors() ? std::nullopt : study;
}

int buildTrainer(const CompileOptions &options, const std::string &output) {
  std::optional<dsl::Study> study = readStudy(options);
  return study ? buildTrainer(options, *study, output) : 2;
}

int buildTrainer(const CompileOptions &options, const dsl::Study &study,
                 const std::string &output) {
  if (Error error = build(options, study, output))
    return report(std::move(error));
  return 0;
}

int emitStage(const CompileOptions &options, const std::string &stage) {
  if (llvm::is_contained(frontStages, stage))
    return runCheck(options, stage);
  std::optional<dsl::Study> study = readStudy(options);
  if (!study)
    return 2;
  if (Error error = emitCompiled(options, *study, stage))
    return report(std::move(error));
  return 0;
}

std::vector<std::string> stageNames() {
  std::vector<std::string> names(std::begin(frontStages), std::end(frontStages));
  for (const StageName &stage : stages)
    names.emplace_back(stage.name);
  names.insert(names.end(), std::begin(codeStages), std::end(codeStages));
  return names;
}

} // namespace nnx
