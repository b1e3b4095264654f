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

// Whether a file means this label by `name`.
constexpr bool isNamed(std::string_view label, std::string_view name) {
  return label == name || wordOf(label) == name;
}

} // namespace nnx::dsl
