// Runs the passes over every variant of a study and gathers the results in one LLVM module.
#include "compiler/Pipeline.h"

#include "compiler/dialect/NnxDialect.h"
#include "compiler/emit/StudyJson.h"
#include "compiler/emit/VariantTable.h"
#include "compiler/frontend/BuildModule.h"
#include "compiler/passes/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Linker/Linker.h"

#include <map>
#include <set>

using namespace mlir;

namespace nnx {
namespace {

// Evaluation needs no small batches: the runtime evaluates this many tiles at a time.
constexpr int64_t evaluationTiles = 4;

// The numbers of tiles of the batches that points of this variant train with. A short last batch
// uses the plan of the whole one.
SmallVector<int64_t> stepTilesOf(const dsl::Study &study, int variant) {
  std::set<int64_t> tiles;
  for (const dsl::Experiment &experiment : study.experiments)
    for (const dsl::Point &point : experiment.points)
      if (point.variant == variant)
        tiles.insert((point.training.batch + NNXRT_LANES - 1) / NNXRT_LANES);
  return SmallVector<int64_t>(tiles.begin(), tiles.end());
}

uint64_t alignmentOf(const kernels::KernelTarget &target) {
  return target.isGpu() ? NNXRT_DEVICE_ALIGNMENT : NNXRT_ALIGNMENT;
}

// Adds the passes that lead from the stage before `stage` to it.
void addPassesOf(Stage stage, PassManager &passes, const PipelineOptions &options,
                 ArrayRef<int64_t> stepTiles) {
  switch (stage) {
  case Stage::Nnx: // as the frontend made it
    return;
  case Stage::Backward:
    // @forward becomes @evaluate and @step; each op says its own gradient.
    passes.addPass(createDeriveBackward());
    return;
  case Stage::Fused: {
    // What one kernel computes becomes one op; equal views of a value then become one.
    FuseOptions fuse;
    fuse.acrossLayers = options.fuseAcrossLayers;
    passes.addPass(createFuse(fuse));
    passes.addPass(createCSEPass());
    return;
  }
  case Stage::Layouts:
    // Sixteen samples side by side; dense kernels behind a flatten follow the image's order.
    passes.addPass(createAssignLayouts());
    return;
  case Stage::Selected: {
    // Values become buffers, updates happen in place behind the last reader.
    SelectKernelsOptions select;
    select.target = options.target.text;
    select.asserts = options.target.asserts;
    passes.addPass(createSelectKernels(select));
    return;
  }
  case Stage::Planned: {
    // Lifetimes are final now, since the order of calls is.
    PlanMemoryOptions plan;
    plan.stepTiles = llvm::to_vector(stepTiles);
    plan.evaluateTiles = {evaluationTiles};
    plan.alignment = alignmentOf(options.target);
    passes.addPass(createPlanMemory(plan));
    return;
  }
  case Stage::LlvmDialect:
    passes.addPass(createLowerToCalls());
    return;
  }
}

// "file:line:column: "; empty for an unknown place.
std::string placeText(Location location) {
  std::string text;
  location->walk([&](Location inner) {
    auto place = dyn_cast<FileLineColLoc>(inner);
    if (!place)
      return WalkResult::advance();
    text = (place.getFilename().getValue() + ":" + Twine(place.getLine()) + ":" +
            Twine(place.getColumn()) + ": ")
               .str();
    return WalkResult::interrupt();
  });
  return text;
}

// Builds and lowers the variants of one study; what goes wrong is kept as text.
class VariantCompiler {
public:
  VariantCompiler(const dsl::Study &study, const PipelineOptions &options)
      : study(study), options(options), context(registry()),
        handler(&context, [this](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
            messages += placeText(diagnostic.getLocation()) + "error: " + diagnostic.str() + "\n";
        }) {
    context.loadAllAvailableDialects();
  }

  // A new module of the variant, after stage `to`.
  llvm::Expected<OwningOpRef<ModuleOp>> build(int variant, Stage to) {
    SmallVector<StringRef> files{study.file};
    for (const dsl::SourceText &each : study.includes)
      files.push_back(each.file);
    OwningOpRef<ModuleOp> module = buildModule(context, study.variants[variant], files);
    if (!module)
      return failure();
    const kernels::Device device = options.target.device;
    module->setSymName(
        (options.target.isGpu() ? std::string(kernels::nameOf(device)) + "_variant_" : "variant_") +
        std::to_string(variant));
    if (llvm::Error error = run(*module, variant, Stage::Nnx, to))
      return error;
    return module;
  }

  llvm::Error run(ModuleOp module, int variant, Stage from, Stage to) {
    PassManager passes(&context);
    SmallVector<int64_t> stepTiles = stepTilesOf(study, variant);
    for (int stage = int(from) + 1; stage <= int(to); ++stage)
      addPassesOf(Stage(stage), passes, options, stepTiles);
    return failed(passes.run(module)) ? failure() : llvm::Error::success();
  }

  llvm::Expected<std::unique_ptr<llvm::Module>> translate(ModuleOp module,
                                                          llvm::LLVMContext &llvmContext) {
    std::unique_ptr<llvm::Module> translated = translateModuleToLLVMIR(module, llvmContext);
    if (!translated)
      return failure();
    return translated;
  }

private:
  static DialectRegistry registry() {
    DialectRegistry registry;
    registry.insert<NnxDialect, func::FuncDialect, LLVM::LLVMDialect>();
    registerBuiltinDialectTranslation(registry);
    registerLLVMDialectTranslation(registry);
    return registry;
  }

  llvm::Error failure() { return llvm::createStringError(StringRef(messages).rtrim()); }

  const dsl::Study &study;
  const PipelineOptions &options;
  MLIRContext context;
  std::string messages;
  ScopedDiagnosticHandler handler;
};

kernels::KernelSpec specOf(CallKernelOp call) {
  kernels::KernelSpec spec;
  for (NamedAttribute attribute : call.getSpec()) {
    std::string value = cast<StringAttr>(attribute.getValue()).str();
    if (attribute.getName() == "kind")
      spec.kind = value;
    else
      spec.attributes[attribute.getName().str()] = value;
  }
  return spec;
}

} // namespace

llvm::Error printStage(const dsl::Study &study, const PipelineOptions &options, Stage stage,
                       llvm::raw_ostream &out) {
  VariantCompiler compiler(study, options);
  for (size_t i = 0; i < study.variants.size(); ++i) {
    auto module = compiler.build(int(i), stage);
    if (!module)
      return module.takeError();
    (*module)->print(out);
    out << '\n';
  }
  return llvm::Error::success();
}

// Compiles every variant for `options.target`; their functions go to `linker`.
static llvm::Error compileVariants(const dsl::Study &study, const PipelineOptions &options,
                                   llvm::LLVMContext &context, llvm::Linker &linker,
                                   TargetCode &result) {
  result.target = options.target;
  std::map<std::string, size_t> indices; // of kernels, by symbol
  VariantCompiler compiler(study, options);
  for (int i = 0; i < int(study.variants.size()); ++i) {
    auto module = compiler.build(i, options.onlyEvaluates ? Stage::Backward : Stage::Planned);
    if (!module)
      return module.takeError();
    if (options.onlyEvaluates) {
      (*module)->lookupSymbol<func::FuncOp>(kStepFunction).erase();
      if (llvm::Error error = compiler.run(**module, i, Stage::Backward, Stage::Planned))
        return error;
    }
    std::set<size_t> called;
    (*module)->walk([&](CallKernelOp call) {
      auto [known, isNew] = indices.try_emplace(call.getSymbol().str(), result.kernels.size());
      if (isNew) {
        result.kernels.push_back(specOf(call));
        result.places.push_back(placeText(call.getLoc()));
        result.callers.push_back(0);
      }
      if (called.insert(known->second).second)
        ++result.callers[known->second];
    });
    result.variants.push_back(emit::describeVariant(**module, alignmentOf(options.target)));
    if (llvm::Error error = compiler.run(**module, i, Stage::Planned, Stage::LlvmDialect))
      return error;
    auto translated = compiler.translate(**module, context);
    if (!translated)
      return translated.takeError();
    if (linker.linkInModule(std::move(*translated)))
      return llvm::createStringError("the code of the variants does not link");
  }
  return llvm::Error::success();
}

llvm::Expected<CompiledStudy> compileStudy(const dsl::Study &study,
                                           const PipelineOptions &options) {
  CompiledStudy result;
  result.context = std::make_unique<llvm::LLVMContext>();
  result.module = std::make_unique<llvm::Module>(study.file, *result.context);
  llvm::Linker linker(*result.module);
  if (llvm::Error error = compileVariants(study, options, *result.context, linker, result))
    return error;
  for (const kernels::Device device : options.devices) {
    PipelineOptions own = options;
    own.target = kernels::onDevice(options.target, device);
    result.devices.emplace_back();
    if (llvm::Error error =
            compileVariants(study, own, *result.context, linker, result.devices.back()))
      return error;
  }
  for (llvm::Function &function : *result.module)
    if (!function.isDeclaration())
      function.setLinkage(llvm::GlobalValue::InternalLinkage);
  if (options.onlyEvaluates)
    return result;
  std::vector<emit::DeviceRow> devices;
  for (const TargetCode &code : result.devices)
    devices.push_back({kernels::nameOf(code.target.device), code.variants});
  emit::emitStudyTable(*result.module, result.variants, options.target.text,
                       emit::studyJson(study, options.target), devices);
  return result;
}

} // namespace nnx
