// Cuts the text of a model file into tokens.
#pragma once

#include "dsl/Diagnostics.h"
#include "dsl/SourceFile.h"

#include <string>
#include <string_view>
#include <vector>

namespace nnx::dsl {

enum class TokenKind : uint8_t {
#define NNX_TOKEN(NAME, TEXT) NAME,
#define NNX_PUNCTUATION(NAME, TEXT) NAME,
#include "dsl/tables/Tokens.def"
};

struct Token {
  std::string_view text; // as written; lives as long as its source
  SourceLocation location;
  TokenKind kind = TokenKind::end_of_file;
  bool startsLine = false; // the first of its line: a line's end separates items
};

std::string_view nameOf(TokenKind kind);     // "a name", "`{`"
std::string_view spellingOf(TokenKind kind); // "word", "{"
bool isKeyword(std::string_view word);

// The tokens of `text`, whose first line has the number `firstLine` in the file of index `file`;
// the last is end_of_file. Malformed numbers and strings are reported and kept as tokens, other
// wrong characters are skipped.
std::vector<Token> tokenize(std::string_view text, uint32_t firstLine, DiagnosticSink &sink,
                            uint32_t file = 0);

// What stands between two neighbours of one list of tokens: spaces, ends of lines, comments.
std::string_view textBetween(const Token &token, const Token &next);

// What a string token stands for: without quotes, escapes resolved.
std::string decodeString(std::string_view token);

} // namespace nnx::dsl
