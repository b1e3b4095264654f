// Order of the checks: names, then what each declaration says by itself, then the points of grids.
#include "dsl/Analyse.h"

#include "dsl/ActivationFormula.h"
#include "dsl/Checker.h"
#include "dsl/Unroll.h"

#include <algorithm>

namespace nnx::dsl {

std::unique_ptr<Exploration> explore(SourceFile &source, const Overrides &overrides,
                                     DiagnosticSink &sink, const FeatureCounter &countFeatures,
                                     const FileLoader &load, NetworkVisitor visit) {
  auto result = std::make_unique<Exploration>();
  File &file = result->file;
  file = parse(source, sink, load);
  bool isWellFormed = !sink.hasErrors();
  applyOverrides(file, source, overrides, sink);
  resolveActivations(file, sink);
  Checker checker(file, countFeatures, load, sink);
  checker.visitNetworks(std::move(visit));
  checker.checkNames();
  checker.checkLets();
  checker.checkDatasets();
  checker.checkNetworks();
  checker.checkTrainings();
  checker.checkExperiments(isWellFormed);
  if (!sink.hasErrors())
    checker.checkUnused();
  result->study = checker.takeStudy();
  result->globals = checker.takeGlobals();
  result->broken = checker.takeBroken();
  return result;
}

std::optional<Study> analyse(SourceFile &source, const Overrides &overrides, DiagnosticSink &sink,
                             const FeatureCounter &countFeatures, const FileLoader &load) {
  Study study = std::move(explore(source, overrides, sink, countFeatures, load)->study);
  if (sink.hasErrors())
    return std::nullopt;
  study.file = source.path();
  study.source = source.text();
  study.options = overrides;
  for (uint32_t index = 1; index < source.fileCount(); ++index)
    study.includes.push_back({source.file(index).path(), source.file(index).text()});
  return study;
}

std::optional<Network> unrollDefaults(const Exploration &exploration, const NetworkNode &node,
                                      const Dataset &dataset) {
  const bool isOpen =
      std::any_of(node.parameters.begin(), node.parameters.end(),
                  [](const ParameterNode &parameter) { return !parameter.fallback; });
  if (isOpen)
    return std::nullopt;
  DiagnosticSink sink;
  NetworkValue value;
  value.node = &node;
  return Unroller(exploration.file, exploration.globals, exploration.broken, sink)
      .run(value, dataset.shape, dataset.classes);
}

} // namespace nnx::dsl
