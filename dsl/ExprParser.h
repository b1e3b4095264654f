// A place in a list of tokens, and the expressions that start there.
#pragma once

#include "dsl/Ast.h"
#include "dsl/Lexer.h"

namespace nnx::dsl {

// Thrown after an error was reported; caught where the next item can be found.
struct SyntaxFailure {};

class ExprParser {
public:
  static constexpr int maxDepth = 100; // of blocks, of brackets, and of an expression's tree

  // Bounds the work of checks that compare all with all.
  static constexpr std::size_t maxItems = 10000;

  ExprParser(const std::vector<Token> &tokens, DiagnosticSink &sink) : sink(sink), tokens(tokens) {}

  // An expression; throws SyntaxFailure after reporting.
  Expr parseExpr() { return parseBinary(0); }

  void expectEnd();

protected:
  // Guards one level of recursion.
  class Level {
  public:
    explicit Level(ExprParser &parser);
    ~Level() { --parser.depth; }
    Level(const Level &) = delete;
    Level &operator=(const Level &) = delete;

  private:
    ExprParser &parser;
  };

  const Token &peek(std::size_t ahead = 0) const {
    return tokens[std::min(position + ahead, tokens.size() - 1)];
  }
  std::size_t index() const { return position; } // of the token that peek() gives
  bool at(TokenKind kind) const { return peek().kind == kind; }
  bool atWord(std::string_view word) const { return isWord(peek(), word); }
  static bool isWord(const Token &token, std::string_view word) {
    return token.kind == TokenKind::word && token.text == word;
  }
  const Token &take();
  bool accept(TokenKind kind);
  bool acceptWord(std::string_view word);
  const Token &expect(TokenKind kind);
  void expectWord(std::string_view word);
  [[noreturn]] void failExpected(std::string_view what);
  [[noreturn]] void failTooDeep(SourceLocation location);
  void checkItems(std::size_t count, std::string_view what);

  // Arguments or list elements up to `close`, the opening bracket already taken.
  std::vector<Element> parseElements(TokenKind close, TokenKind nameEnd);

  DiagnosticSink &sink;
  bool gaveUp = false; // too deep: nothing more is read

private:
  Expr parseBinary(int level);
  Expr parseUnary(int level);
  Expr parsePrimary();
  Expr parseNumber();
  Expr parseWord();
  Expr parseParenthesis();
  Expr finish(Expr expr);

  const std::vector<Token> &tokens;
  std::size_t position = 0;
  int depth = 0;
};

} // namespace nnx::dsl
