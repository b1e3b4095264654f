// Figures of a study from the tables it would be built with.
#include "PlanCommand.h"

#include "StudyFigures.h"

#include "compiler/emit/KernelObjects.h"
#include "runtime/train/TrainingWork.h"

#include "llvm/Support/FormatVariadic.h"

#include <nlohmann/json.hpp>

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

void printText(const dsl::Study &study, const CompiledStudy &compiled, const StudyFigures &figures,
               llvm::StringRef target) {
  for (size_t e = 0; e < study.experiments.size(); ++e) {
    const dsl::Experiment &experiment = study.experiments[e];
    llvm::outs() << formatv("experiment {0}: {1} points, {2} repeats\n", experiment.name,
                            experiment.points.size(), experiment.repeats);
    for (size_t p = 0; p < experiment.points.size(); ++p) {
      const dsl::Point &point = experiment.points[p];
      const PointFigures &each = figures.experiments[e][p];
      llvm::outs() << formatv("  {0}: {1}, variant {2}, batch {3}, {4} epochs, {5} bytes",
                              point.label, point.network, point.variant, point.training.batch,
                              point.training.epochs, each.bytes);
      if (each.flops > 0)
        llvm::outs() << formatv(", {0:e2} FLOPs, about {1:f1} s", each.flops, each.seconds);
      llvm::outs() << '\n';
    }
  }
  for (size_t i = 0; i < study.variants.size(); ++i)
    printVariant(study, compiled, i);
  llvm::outs() << formatv("{0} kernels for {1}: {2} cached, {3} new", compiled.kernels.size(),
                          target, compiled.kernels.size() - figures.newKernels, figures.newKernels);
  const auto isShared = [](int variants) { return variants > 1; };
  if (study.variants.size() > 1)
    llvm::outs() << formatv("; {0} of them serve several of the {1} variants",
                            llvm::count_if(compiled.callers, isShared), study.variants.size());
  llvm::outs() << '\n';
  for (size_t i = 0; i < compiled.kernels.size(); ++i)
    llvm::outs() << "  " << (figures.isKept[i] ? "cached  " : "new     ")
                 << compiled.kernels[i].text() << '\n';
  llvm::outs() << formatv(
      "{0} points, {1} runs, {2} of them distinct (equal ones once, fewer epochs "
      "as a part of more): {3} epochs\n",
      figures.points, figures.runs, figures.distinctRuns, figures.epochs);
  for (size_t i = 0; i < study.datasets.size(); ++i)
    if (!figures.datasets[i].problem.empty())
      llvm::outs() << formatv("no time is predicted for data set {0}: {1}\n",
                              study.datasets[i].name, figures.datasets[i].problem);
  if (figures.flops > 0)
    llvm::outs() << formatv("{0:e2} FLOPs, about {1:f1} s on one core, at an assumed {2:f0} "
                            "GFLOP/s\n",
                            figures.flops, figures.seconds, nnxrt::assumedRate / 1e9);
}

// What the study takes of a device that it is compiled for.
void printDevice(const TargetCode &code, const emit::ObjectStore &store) {
  const char *device = kernels::nameOf(code.target.device);
  for (const emit::VariantRow &row : code.variants)
    for (const emit::PlanRow &plan : row.step.plans)
      llvm::outs() << formatv("{0}: {1} bytes for a step of up to {2} samples ({3})\n", device,
                              row.stateBytes + plan.arenaBytes, plan.tiles * NNXRT_LANES, row.name);
  const auto kept = llvm::count_if(
      code.kernels, [&](const auto &spec) { return emit::isKept(spec, code.target, store); });
  llvm::outs() << formatv("{0}: {1} kernels for {2}: {3} cached, {4} new\n", device,
                          code.kernels.size(), code.target.text, kept,
                          int64_t(code.kernels.size()) - kept);
}

nlohmann::ordered_json deviceJson(const TargetCode &code, const emit::ObjectStore &store) {
  using Json = nlohmann::ordered_json;
  Json variants = Json::array(), kernelList = Json::array();
  for (const emit::VariantRow &row : code.variants) {
    Json steps = Json::array();
    for (const emit::PlanRow &plan : row.step.plans)
      steps.push_back({{"samples", plan.tiles * NNXRT_LANES}, {"arena_bytes", plan.arenaBytes}});
    variants.push_back({{"state_bytes", row.stateBytes}, {"steps", steps}});
  }
  for (const kernels::KernelSpec &spec : code.kernels)
    kernelList.push_back(
        {{"kernel", spec.text()}, {"cached", emit::isKept(spec, code.target, store)}});
  return {{"device", kernels::nameOf(code.target.device)},
          {"target", code.target.text},
          {"variants", variants},
          {"kernels", kernelList}};
}

void printJson(const dsl::Study &study, const CompiledStudy &compiled, const StudyFigures &figures,
               const std::string &target, const emit::ObjectStore &store) {
  using Json = nlohmann::ordered_json;
  auto orNull = [](double value) { return value > 0 ? Json(value) : Json(); };
  Json experiments = Json::array(), variants = Json::array(), kernelList = Json::array();
  for (size_t e = 0; e < study.experiments.size(); ++e) {
    const dsl::Experiment &experiment = study.experiments[e];
    Json points = Json::array();
    for (size_t p = 0; p < experiment.points.size(); ++p) {
      const dsl::Point &point = experiment.points[p];
      const PointFigures &each = figures.experiments[e][p];
      points.push_back({{"label", point.label},
                        {"network", point.network},
                        {"variant", point.variant},
                        {"batch", point.training.batch},
                        {"epochs", each.epochs},
                        {"bytes", each.bytes},
                        {"flops", orNull(each.flops)},
                        {"predicted_seconds", orNull(each.seconds)}});
    }
    experiments.push_back(
        {{"name", experiment.name}, {"repeats", experiment.repeats}, {"points", points}});
  }
  for (size_t i = 0; i < study.variants.size(); ++i)
    variants.push_back({{"parameters", study.variants[i].network.parameters},
                        {"flops_per_sample", study.variants[i].network.flops},
                        {"state_bytes", compiled.variants[i].stateBytes}});
  for (size_t i = 0; i < compiled.kernels.size(); ++i)
    kernelList.push_back({{"kernel", compiled.kernels[i].text()},
                          {"cached", bool(figures.isKept[i])},
                          {"variants", compiled.callers[i]}});
  Json json = {{"points", figures.points},
               {"runs", figures.runs},
               {"distinct_runs", figures.distinctRuns},
               {"epochs", figures.epochs},
               {"flops", orNull(figures.flops)},
               {"predicted_seconds", orNull(figures.seconds)},
               {"assumed_flops_per_second", nnxrt::assumedRate},
               {"target", target},
               {"experiments", experiments},
               {"variants", variants},
               {"kernels", kernelList}};
  for (const TargetCode &code : compiled.devices)
    json["devices"].push_back(deviceJson(code, store));
  llvm::outs() << json.dump(2) << '\n';
}

} // namespace

int printPlan(const CompileOptions &options, bool json) {
  std::optional<dsl::Study> study = readStudy(options);
  if (!study)
    return 2;
  auto pipeline = pipelineOptions(options);
  auto compiled = pipeline ? compileStudy(*study, *pipeline)
                           : llvm::Expected<CompiledStudy>(pipeline.takeError());
  if (!compiled) {
    llvm::errs() << "error: " << toString(compiled.takeError()) << '\n';
    return 2;
  }
  emit::ObjectStore store(emit::ObjectStore::defaultFolder());
  StudyFigures figures = computeFigures(*study, *compiled, compiled->target, store, options.data);
  if (json)
    printJson(*study, *compiled, figures, compiled->target.text, store);
  else {
    printText(*study, *compiled, figures, compiled->target.text);
    for (const TargetCode &code : compiled->devices)
      printDevice(code, store);
  }
  return 0;
}

} // namespace nnx
