// Reads, checks and dumps; everything it knows about the language stands in dsl.
#include "CheckCommand.h"

#include "LoadData.h"

#include "dsl/Analyse.h"
#include "dsl/Dump.h"

#include <iostream>

namespace nnx {

int runCheck(const CompileOptions &options, const std::string &emit) {
  dsl::DiagnosticSink sink(options.warningsAreErrors);
  std::optional<dsl::SourceFile> source = dsl::SourceFile::read(options.file, sink);
  if (source) {
    if (emit == "tokens") {
      dsl::printTokens(std::cout, dsl::tokenize(source->text(), 1, sink));
    } else if (emit == "ast") {
      dsl::File file = dsl::parse(*source, sink);
      dsl::applyOverrides(file, *source, options.overrides, sink);
      dsl::printAst(std::cout, file);
    } else if (auto study = dsl::analyse(*source, options.overrides, sink,
                                         featureCounter(options.file, options.data));
               study && emit == "points") {
      dsl::printPoints(std::cout, *study);
    }
  }
  std::cout.flush();
  sink.render(std::cerr, options.file, source ? &*source : nullptr, options.color);
  return sink.hasErrors() ? 2 : 0;
}

} // namespace nnx
