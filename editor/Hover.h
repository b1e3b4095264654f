// What stands at a place, told in Markdown.
#pragma once

#include "editor/Workspace.h"

#include <string>

namespace nnx::editor {

struct HoverText {
  Span span;
  std::string markdown;
};

std::optional<HoverText> hover(const View &view, Position position);

// `kernel: size`, `lr: float = 0.001`.
std::string describeSetting(const dsl::Parameter &parameter);

// "conv2d(filters: int, kernel: size, stride: size = 1x1, ...)"
std::string describeSignature(const dsl::Signature &signature);
std::string describeSignature(const dsl::NetworkNode &node);

// 1234567 as "1,234,567".
std::string grouped(int64_t number);

} // namespace nnx::editor
