// Spaces stand around operators and behind commas, none inside of brackets and around points.
#include "dsl/FormatSpacing.h"

#include <algorithm>

namespace nnx::dsl {

bool isOpening(TokenKind kind) {
  return kind == TokenKind::paren_open || kind == TokenKind::bracket_open;
}

bool isClosing(TokenKind kind) {
  return kind == TokenKind::paren_close || kind == TokenKind::bracket_close;
}

static bool isWord(const Token &token, std::string_view word) {
  return token.kind == TokenKind::word && token.text == word;
}

// Words of the language stand apart from a bracket behind them, names do not.
static bool isName(const Token &token) {
  return token.kind == TokenKind::word &&
         (!isKeyword(token.text) || token.text == "true" || token.text == "false");
}

bool isNamePart(const Token &token) {
  switch (token.kind) {
  case TokenKind::dot:
  case TokenKind::comma:
  case TokenKind::paren_open:
  case TokenKind::paren_close:
    return true;
  default:
    return token.kind == TokenKind::word && token.text != "repeat";
  }
}

static bool isOperand(const Token &token) {
  switch (token.kind) {
  case TokenKind::integer:
  case TokenKind::real:
  case TokenKind::shape:
  case TokenKind::string:
  case TokenKind::paren_close:
  case TokenKind::bracket_close:
  case TokenKind::brace_close:
    return true;
  default:
    return isName(token);
  }
}

bool isBreakableOperator(const Token &token) {
  switch (token.kind) {
  case TokenKind::equal_equal:
  case TokenKind::not_equal:
  case TokenKind::less:
  case TokenKind::less_equal:
  case TokenKind::greater:
  case TokenKind::greater_equal:
  case TokenKind::plus:
  case TokenKind::minus:
  case TokenKind::star:
  case TokenKind::divide:
  case TokenKind::whole_divide:
    return true;
  default:
    return isWord(token, "and") || isWord(token, "or");
  }
}

bool isSpaced(const LayoutItem &item, std::size_t i) {
  const LayoutPart &part = item.parts[i], &before = item.parts[i - 1];
  if (part.block || before.block)
    return true;
  TokenKind right = part.token->kind, left = before.token->kind;
  if (isOpening(left) || isClosing(right) || right == TokenKind::comma || right == TokenKind::colon)
    return false;
  for (TokenKind tight : {TokenKind::dot, TokenKind::range})
    if (left == tight || right == tight)
      return false;
  if (left == TokenKind::minus && (i < 2 || !isOperand(*item.parts[i - 2].token)))
    return false;
  return right != TokenKind::paren_open || !isName(*before.token);
}

std::size_t columnsOf(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

} // namespace nnx::dsl
