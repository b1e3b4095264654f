// Canonical text of a model file: the same tokens and comments, in the layout of docs/language.md.
#pragma once

#include "dsl/Diagnostics.h"

#include <optional>
#include <string>
#include <string_view>

namespace nnx::dsl {

struct Formatted {
  std::string text;
  bool isFaithful; // `text` has the items, tokens and comments of what was formatted
};

// Nothing if `text` has errors of syntax, which `sink` has then. Names and values are not checked.
std::optional<Formatted> format(std::string_view text, DiagnosticSink &sink);

} // namespace nnx::dsl
