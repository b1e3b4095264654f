// The text of a study: lexer, parser, checks, expansion of grids, and the formatter, whose text
// must have the same tokens and be its own formatted form.
#include "dsl/Analyse.h"
#include "dsl/Format.h"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

void require(bool holds) {
  if (!holds)
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string text(reinterpret_cast<const char *>(data), size);
  nnx::dsl::DiagnosticSink sink;
  nnx::dsl::SourceFile source("study.nnx", text);
  require(nnx::dsl::analyse(source, {}, sink).has_value() != sink.hasErrors());

  nnx::dsl::DiagnosticSink ofFormat;
  if (const auto once = nnx::dsl::format(text, ofFormat)) {
    require(once->isFaithful);
    const auto twice = nnx::dsl::format(once->text, ofFormat);
    require(twice && twice->text == once->text);
  }
  return 0;
}
