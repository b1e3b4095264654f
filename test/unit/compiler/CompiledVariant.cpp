// From the text of a network to a loaded library.
#include "CompiledVariant.h"

#include "compiler/Pipeline.h"
#include "compiler/dialect/NnxDialect.h"
#include "compiler/emit/KernelObjects.h"
#include "compiler/emit/Link.h"
#include "compiler/emit/Object.h"
#include "compiler/emit/Target.h"
#include "compiler/frontend/BuildModule.h"
#include "compiler/interpreter/Interpreter.h"
#include "compiler/passes/Passes.h"
#include "dsl/Analyse.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <dlfcn.h>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace nnx::test {

namespace {

template <class T> T orThrow(llvm::Expected<T> value) {
  if (!value)
    throw std::runtime_error(toString(value.takeError()));
  return std::move(*value);
}

void orThrow(llvm::Error error) {
  if (error)
    throw std::runtime_error(toString(std::move(error)));
}

std::string sourceOf(const NetworkCase &network, const std::string &activation) {
  return "dataset data {\n"
         "  train = idx(\"a\", \"b\")\n"
         "  test = idx(\"c\", \"d\")\n"
         "  shape = " +
         network.shape +
         "\n"
         "  classes = 5\n"
         "  scale = 1\n"
         "}\n"
         "network net(act: activation) {\n" +
         network.layers +
         "}\n"
         "training standard {\n"
         "  loss = " +
         network.loss +
         "\n"
         "  optimizer = " +
         network.optimizer +
         "\n"
         "  epochs = 1\n"
         "  seed = 1\n"
         "}\n"
         "experiment test {\n"
         "  grid { batch in [5, 16, 32, 33] }\n"
         "  train net(act = " +
         activation +
         ") on data with standard { batch }\n"
         "}\n";
}

dsl::Study analyse(const std::string &text) {
  dsl::DiagnosticSink sink;
  dsl::SourceFile source("test.nnx", text);
  std::optional<dsl::Study> study = dsl::analyse(source, {}, sink);
  std::ostringstream messages;
  sink.render(messages, "test.nnx", &source, false);
  if (!study)
    throw std::runtime_error(messages.str());
  return *study;
}

// Kernels of tests are kept beside the test program: they have assertions, and stay from run to
// run.
emit::ObjectStore kernelStore() {
  static int anchor = 0;
  llvm::SmallString<128> folder(llvm::sys::fs::getMainExecutable("", &anchor));
  llvm::sys::path::remove_filename(folder);
  llvm::sys::path::append(folder, "kernels");
  return emit::ObjectStore(std::string(folder));
}

} // namespace

struct CompiledVariant::Parts {
  emit::ScratchFolder scratch = orThrow(emit::ScratchFolder::create());
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module; // after nnx-derive-backward
  std::string optimizer;
  std::map<std::string, double> settings;
  void *library = nullptr;
  const nnxrt_study *table = nullptr;

  ~Parts() {
    if (library)
      dlclose(library);
  }

  std::vector<Array> interpret(llvm::StringRef name, const std::vector<Array> &arguments,
                               reference::Hyperparameters hyper) {
    hyper.insert({{"seed", double(CompiledVariant::randomSeed)},
                  {"step", double(CompiledVariant::randomStep)}});
    auto results = nnx::interpret(module->lookupSymbol<mlir::func::FuncOp>(name), arguments, hyper);
    if (failed(results))
      throw std::runtime_error("the interpreter fails");
    return *results;
  }
};

CompiledVariant::CompiledVariant(const NetworkCase &network, const std::string &activation,
                                 bool isFused)
    : parts(std::make_unique<Parts>()) {
  dsl::Study study = analyse(sourceOf(network, activation));
  if (study.variants.size() != 1)
    throw std::runtime_error("the batch size alone makes a variant");

  if (network.hasTargets)
    std::swap(study.variants[0].classes, study.variants[0].targets);
  parts->optimizer = study.variants[0].optimizer;
  for (const dsl::Setting &setting : study.experiments[0].points[0].training.optimizer.settings)
    if (const double *number = std::get_if<double>(&setting.value))
      parts->settings[setting.name] = *number;

  parts->context.loadDialect<NnxDialect, mlir::func::FuncDialect>();
  parts->module = buildModule(parts->context, study.variants[0], {study.file});
  mlir::PassManager passes(&parts->context);
  passes.addPass(createDeriveBackward());
  if (!parts->module || failed(passes.run(*parts->module)))
    throw std::runtime_error("no module");

  PipelineOptions options{orThrow(emit::parseTarget("host"))};
  options.target.asserts = true;
  options.fuseAcrossLayers = isFused;
  CompiledStudy compiled = orThrow(compileStudy(study, options));
  std::vector<std::string> objects{parts->scratch.pathOf("study.o")};
  std::ofstream(objects[0], std::ios::binary)
      << orThrow(emit::emitCode(*compiled.module, emit::CodeForm::Object));
  for (const emit::KernelObject &kernel : orThrow(emit::makeKernelObjects(
           compiled.kernels, options.target, kernelStore(), parts->scratch, llvm::errs())))
    objects.push_back(kernel.path);
  std::string library = parts->scratch.pathOf("study.so");
  orThrow(emit::link(emit::LinkMode::Shared, objects, library));
  parts->library = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!parts->library)
    throw std::runtime_error(dlerror());
  parts->table = static_cast<const nnxrt_study *>(dlsym(parts->library, "nnxrt_study_table"));
}

CompiledVariant::~CompiledVariant() = default;

const nnxrt_variant &CompiledVariant::table() const {
  return parts->table->variants[0];
}

std::vector<int64_t> CompiledVariant::sampleShape() const {
  return {table().height, table().width, table().channels};
}

std::vector<Array>
CompiledVariant::interpretStep(const std::vector<Array> &arguments,
                               const std::map<std::string, double> &hyper) const {
  return parts->interpret(kStepFunction, arguments, hyper);
}

const std::string &CompiledVariant::optimizer() const {
  return parts->optimizer;
}

const std::map<std::string, double> &CompiledVariant::settings() const {
  return parts->settings;
}

std::vector<Array> CompiledVariant::interpretEvaluate(const std::vector<Array> &arguments) const {
  return parts->interpret(kEvaluateFunction, arguments, {});
}

std::vector<std::vector<int64_t>> CompiledVariant::stateShapes() const {
  std::vector<std::vector<int64_t>> shapes;
  auto step = parts->module->lookupSymbol<mlir::func::FuncOp>(kStepFunction);
  for (mlir::Type type : llvm::drop_begin(step.getArgumentTypes(), 2)) {
    llvm::ArrayRef<int64_t> shape = llvm::cast<mlir::RankedTensorType>(type).getShape();
    shapes.emplace_back(shape.begin(), shape.end());
  }
  return shapes;
}

} // namespace nnx::test
