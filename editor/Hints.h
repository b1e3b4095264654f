// What each layer gives, shown behind it.
#pragma once

#include "editor/Workspace.h"

namespace nnx::editor {

struct Hint {
  Position position;
  std::string label;
};

// Those whose place is in the lines of `span`.
std::vector<Hint> hints(const View &view, Span span);

} // namespace nnx::editor
