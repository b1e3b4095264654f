// What may be typed at a place.
#pragma once

#include "editor/Workspace.h"

namespace nnx::editor {

enum class CompletionKind : uint8_t { keyword, setting, layer, word, metric, name, type };

struct Completion {
  CompletionKind kind{};
  std::string label, insert, detail, doc;
};

struct Completions {
  Span span; // of the word that is being typed
  std::vector<Completion> items;
};

// Nothing inside of comments and strings.
Completions complete(const View &view, Position position);

} // namespace nnx::editor
