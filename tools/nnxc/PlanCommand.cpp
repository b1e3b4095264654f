// Figures of a study from the tables it would be built with.
#include "PlanCommand.h"

#include "compiler/emit/KernelObjects.h"
#include "compiler/emit/Target.h"

#include "llvm/Support/FormatVariadic.h"

namespace nnx {

using llvm::formatv;

namespace {

std::string shapeOf(const dsl::Shape &shape) {
  return dsl::toText(shape);
}

void printVariant(const dsl::Study &study, const CompiledStudy &compiled, size_t index) {
  const dsl::Variant &variant = study.variants[index];
  llvm::outs() << formatv("variant {0}: {1} parameters, {2} FLOPs for one sample forward\n", index,
                          variant.network.parameters, variant.network.flops);
  for (const dsl::LayerInstance &layer : variant.network.layers)
    llvm::outs() << formatv("  {0,-14} {1,-12} -> {2,-12} {3,9} parameters  {4,12} FLOPs\n",
                            layer.name, shapeOf(layer.input), shapeOf(layer.output),
                            layer.parameters, layer.flops);
  const emit::VariantRow &row = compiled.variants[index];
  llvm::outs() << formatv("  weights and optimizer state: {0} bytes\n", row.stateBytes);
  for (const emit::PlanRow &plan : row.step.plans)
    llvm::outs() << formatv("  arena of a step of up to {0} samples: {1} bytes\n",
                            plan.tiles * NNXRT_LANES, plan.arenaBytes);
}

} // namespace

int printPlan(const CompileOptions &options) {
  std::optional<dsl::Study> study = readStudy(options);
  if (!study)
    return 2;
  auto target = emit::parseTarget(options.target);
  auto compiled =
      target ? compileStudy(*study, {*target}) : llvm::Expected<CompiledStudy>(target.takeError());
  if (!compiled) {
    llvm::errs() << "error: " << toString(compiled.takeError()) << '\n';
    return 2;
  }
  for (const dsl::Experiment &experiment : study->experiments) {
    llvm::outs() << formatv("experiment {0}: {1} points, {2} repeats\n", experiment.name,
                            experiment.points.size(), experiment.repeats);
    for (const dsl::Point &point : experiment.points)
      llvm::outs() << formatv("  {0}: {1}, variant {2}, batch {3}, {4} epochs\n", point.label,
                              point.network, point.variant, point.training.batch,
                              point.training.epochs);
  }
  for (size_t i = 0; i < study->variants.size(); ++i)
    printVariant(*study, *compiled, i);
  emit::ObjectStore store(emit::ObjectStore::defaultFolder());
  llvm::outs() << formatv("{0} kernels for {1}\n", compiled->kernels.size(), target->text);
  for (const kernels::KernelSpec &spec : compiled->kernels)
    llvm::outs() << "  " << (emit::isKept(spec, *target, store) ? "cached  " : "new     ")
                 << spec.text() << '\n';
  return 0;
}

} // namespace nnx
