// Order of the checks: names, then what each declaration says by itself, then the points of grids.
#include "dsl/Analyse.h"

#include "dsl/ActivationFormula.h"
#include "dsl/Checker.h"

namespace nnx::dsl {

std::optional<Study> analyse(SourceFile &source, const Overrides &overrides, DiagnosticSink &sink,
                             const FeatureCounter &countFeatures) {
  File file = parse(source, sink);
  bool isWellFormed = !sink.hasErrors();
  applyOverrides(file, source, overrides, sink);
  resolveActivations(file, sink);
  Checker checker(file, countFeatures, sink);
  checker.checkNames();
  checker.checkLets();
  checker.checkDatasets();
  checker.checkNetworks();
  checker.checkTrainings();
  checker.checkExperiments(isWellFormed);
  if (!sink.hasErrors())
    checker.checkUnused();
  if (sink.hasErrors())
    return std::nullopt;
  Study study = checker.takeStudy();
  study.file = source.path();
  study.source = source.text();
  for (uint32_t index = 1; index < source.fileCount(); ++index)
    study.includes.push_back({source.file(index).path(), source.file(index).text()});
  return study;
}

} // namespace nnx::dsl
