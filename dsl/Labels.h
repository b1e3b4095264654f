// Labels of axis values, and how a file may name them.
#pragma once

#include <string_view>

namespace nnx::dsl {

// A label as a word: `adam()`, a call without arguments, is `adam`.
constexpr std::string_view wordOf(std::string_view label) {
  constexpr std::string_view call = "()";
  if (label.ends_with(call))
    label.remove_suffix(call.size());
  return label;
}

} // namespace nnx::dsl
