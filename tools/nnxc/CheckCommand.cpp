// Reads, checks and dumps; everything it knows about the language stands in dsl.
#include "CheckCommand.h"

#include "LoadData.h"

#include "dsl/Analyse.h"
#include "dsl/Dump.h"

#include <iostream>

namespace nnx {

int runCheck(const std::string &path, const std::vector<std::string> &overrides,
             const std::string &emit, bool warningsAreErrors, bool color) {
  dsl::DiagnosticSink sink(warningsAreErrors);
  std::optional<dsl::SourceFile> source = dsl::SourceFile::read(path, sink);
  if (source) {
    if (emit == "tokens") {
      dsl::printTokens(std::cout, dsl::tokenize(source->text(), 1, sink));
    } else if (emit == "ast") {
      dsl::File file = dsl::parse(*source, sink);
      dsl::applyOverrides(file, *source, overrides, sink);
      dsl::printAst(std::cout, file);
    } else if (auto study = dsl::analyse(*source, overrides, sink, featureCounter(path));
               study && emit == "points") {
      dsl::printPoints(std::cout, *study);
    }
  }
  std::cout.flush();
  sink.render(std::cerr, path, source ? &*source : nullptr, color);
  return sink.hasErrors() ? 2 : 0;
}

} // namespace nnx
