// Brackets and items of half a text. Reading starts with the last declaration in front of the
// place.
#include "editor/CompletionContext.h"

#include "dsl/BlockParser.h"

#include <algorithm>

namespace nnx::editor {
namespace {

using dsl::Token;
using dsl::TokenKind;

// The start of the last line that begins with the word of a declaration; 0 if there is none.
std::size_t lastDeclaration(std::string_view text) {
  std::size_t end = text.size();
  while (end > 0) {
    const std::size_t feed = text.rfind('\n', end - 1);
    const std::size_t start = feed == std::string_view::npos ? 0 : feed + 1;
    const std::string_view line = text.substr(start);
    for (std::string_view word : dsl::declarationWords)
      if (line.starts_with(word) && line.substr(word.size()).starts_with(' '))
        return start;
    if (feed == std::string_view::npos)
      return 0;
    end = feed;
  }
  return 0;
}

bool opens(TokenKind kind) {
  return kind == TokenKind::brace_open || kind == TokenKind::paren_open ||
         kind == TokenKind::bracket_open;
}
bool closes(TokenKind kind) {
  return kind == TokenKind::brace_close || kind == TokenKind::paren_close ||
         kind == TokenKind::bracket_close;
}

void startItem(Frame &frame) {
  const bool isNamed = frame.item.size() > 1 && frame.item[1] == "=";
  if (isNamed || frame.item.size() == 1)
    frame.given.push_back(frame.item[0]);
  frame.item.clear();
}

} // namespace

std::optional<CompletionContext> readContext(std::string_view textBefore) {
  const std::string_view text = textBefore.substr(lastDeclaration(textBefore));
  dsl::DiagnosticSink unused;
  std::vector<Token> tokens = dsl::tokenize(text, 1, unused);
  tokens.pop_back(); // the end of the file
  CompletionContext context;
  const char *end = text.data() + text.size();
  if (!tokens.empty()) {
    const Token last = tokens.back();
    const char *lastEnd = last.text.data() + last.text.size();
    const std::string_view behind(lastEnd, static_cast<std::size_t>(end - lastEnd));
    const std::size_t comment = behind.rfind('#');
    if (comment != std::string_view::npos && behind.find('\n', comment) == std::string_view::npos)
      return std::nullopt;
    if (lastEnd == end && (last.kind == TokenKind::string || last.kind == TokenKind::integer ||
                           last.kind == TokenKind::real || last.kind == TokenKind::shape))
      return std::nullopt;
    if (lastEnd == end && last.kind == TokenKind::word) {
      context.partial = last.text.size();
      tokens.pop_back();
      // The word stands on a line of its own: it starts an item.
      if (last.startsLine)
        tokens.push_back({text.substr(text.size()), last.location, TokenKind::word, true});
    } else if (behind.find('\n') != std::string_view::npos) {
      tokens.push_back({text.substr(text.size()), last.location, TokenKind::word, true});
    }
  } else if (text.rfind('#') != std::string_view::npos &&
             text.find('\n', text.rfind('#')) == std::string_view::npos) {
    return std::nullopt;
  }
  context.frames.emplace_back();
  for (const Token &token : tokens) {
    Frame &frame = context.frames.back();
    if (token.startsLine && frame.isBlock() && !opens(token.kind) && !closes(token.kind))
      startItem(frame);
    if (token.text.empty())
      continue;
    if (opens(token.kind)) {
      Frame inner;
      inner.open = token.kind;
      inner.head = frame.item;
      frame.item.emplace_back(token.text);
      context.frames.push_back(std::move(inner));
    } else if (closes(token.kind)) {
      if (context.frames.size() > 1)
        context.frames.pop_back();
      context.frames.back().item.emplace_back(token.text);
    } else if (token.kind == TokenKind::comma) {
      // In a list of numbers and a reference's row the commas belong to the item, too.
      startItem(frame);
    } else {
      frame.item.emplace_back(token.text);
    }
  }
  return context;
}

} // namespace nnx::editor
