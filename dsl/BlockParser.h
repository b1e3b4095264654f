// Blocks: lists of items separated by a line's end or a comma. A wrong item is skipped to where the
// next one starts.
#pragma once

#include "dsl/ExprParser.h"

#include <array>

namespace nnx::dsl {

inline constexpr std::array declarationWords = {
    std::string_view("dataset"), std::string_view("let"),      std::string_view("activation"),
    std::string_view("network"), std::string_view("training"), std::string_view("experiment"),
    std::string_view("include")};

// What items of an experiment start with, beside settings.
inline constexpr std::array experimentWords = {"grid",      "sample", "train",
                                               "reference", "expect", "report"};

class BlockParser : public ExprParser {
public:
  using ExprParser::ExprParser;

protected:
  // Runs `item`, then wants its end; skips the rest of it after an error.
  template <typename Item> void parseItem(Item item, bool inBlock) {
    const Token *start = &peek();
    itemStarts.push_back(index());
    try {
      item();
      if (!accept(TokenKind::comma) && !atItemEnd())
        failExpected("a line's end or `,`");
    } catch (const SyntaxFailure &) {
      skipItem(start, inBlock);
    }
  }

  template <typename Item> void parseBlock(Item item) {
    Level guard(*this);
    SourceLocation open = expect(TokenKind::brace_open).location;
    while (!accept(TokenKind::brace_close)) {
      if (gaveUp)
        throw SyntaxFailure();
      if (at(TokenKind::end_of_file) || atDeclaration()) {
        sink.report(DiagnosticId::unclosed_block, open, {});
        return;
      }
      parseItem(item, true);
    }
  }

  bool atItemEnd() const {
    return at(TokenKind::brace_close) || peek().startsLine || at(TokenKind::end_of_file);
  }

  // A name of the file's own.
  const Token &takeName();

  // Reports the word here if one of `words` is near it, and fails: a word that is written wrong.
  void demandKnown(const std::vector<std::string> &words, const char *what);

  // Settings: `name = value`, `name.part = value`, or a bare name where `allowBare`.
  SettingNode parseSetting(bool allowBare);
  void parseSettings(std::vector<SettingNode> &settings, bool allowBare);

  std::vector<std::size_t> itemStarts; // tokens with which items of the file and of blocks start

private:
  void skipItem(const Token *start, bool inBlock);

  // At the start of a line without indentation: a block that is still open has lost its end.
  bool atDeclaration() const;
};

} // namespace nnx::dsl
