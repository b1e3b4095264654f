// What kind of thing may stand at a place of a text that is not whole yet, from the tokens in front
// of it alone.
#pragma once

#include "dsl/Lexer.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nnx::editor {

// A block, call or list that is open at the place.
struct Frame {
  dsl::TokenKind open = dsl::TokenKind::end_of_file; // the bracket; end_of_file: the file itself
  std::vector<std::string>
      head; // words of the item in front of the bracket; of a call, the callee last
  std::vector<std::string> given; // names of settings and arguments before the current one
  // The tokens of the item or argument that the place is in, what nested brackets hold left out.
  std::vector<std::string> item;

  bool isBlock() const {
    return open == dsl::TokenKind::brace_open || open == dsl::TokenKind::end_of_file;
  }
  std::string_view word() const { return head.empty() ? std::string_view() : head.front(); }
};

struct CompletionContext {
  std::vector<Frame> frames; // the file first, the innermost last
  std::size_t partial = 0;   // bytes of the word that is being typed, in front of the place
};

// Nothing inside of comments and strings.
std::optional<CompletionContext> readContext(std::string_view textBefore);

} // namespace nnx::editor
