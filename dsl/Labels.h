// Labels of axis values, and how a file may name them.
#pragma once

#include <string_view>

namespace nnx::dsl {

// What a value is labelled with: `adam()`, a call without arguments, is `adam`.
constexpr std::string_view wordOf(std::string_view label) {
  constexpr std::string_view call = "()";
  if (label.ends_with(call))
    label.remove_suffix(call.size());
  return label;
}

// Whether a file means the value labelled so by `name`, which may have its `()` still.
constexpr bool isNamed(std::string_view label, std::string_view name) {
  return wordOf(label) == wordOf(name);
}

} // namespace nnx::dsl
