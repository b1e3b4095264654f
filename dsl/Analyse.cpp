// Order of the checks: names, then what each declaration says by itself, then the points of grids.
#include "dsl/Analyse.h"

#include "dsl/Checker.h"
#include "dsl/Lexer.h"
#include "dsl/Parser.h"

namespace nnx::dsl {

File parse(const SourceFile &source, DiagnosticSink &sink) {
  return parseFile(tokenize(source.text(), 1, sink), sink);
}

std::optional<Study> analyse(SourceFile &source, const Overrides &overrides, DiagnosticSink &sink) {
  File file = parse(source, sink);
  bool isWellFormed = !sink.hasErrors();
  applyOverrides(file, source, overrides, sink);
  Checker checker(file, sink);
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
  return study;
}

} // namespace nnx::dsl
