// One pass over the bytes; the text is well-formed UTF-8.
#include "dsl/Lexer.h"

#include <array>

namespace nnx::dsl {
namespace {

struct Punctuation {
  TokenKind kind;
  std::string_view text;
};

constexpr std::array punctuation = {
#define NNX_PUNCTUATION(NAME, TEXT) Punctuation{TokenKind::NAME, TEXT},
#include "dsl/tables/Tokens.def"
};

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}
bool isWordStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool isWordPart(char c) {
  return isWordStart(c) || isDigit(c);
}
bool isEscape(char c) {
  return c == '"' || c == '\\' || c == 'n' || c == 't';
}

class Lexer {
public:
  Lexer(std::string_view text, uint32_t line, DiagnosticSink &sink, uint32_t file)
      : text(text), sink(sink), line(line), file(file) {
    constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF"; // some editors begin with it
    if (text.starts_with(byteOrderMark))
      position = lineStart = byteOrderMark.size();
  }

  std::vector<Token> run() {
    while (skipSpace())
      lexToken();
    add(TokenKind::end_of_file, position, 0);
    return std::move(tokens);
  }

private:
  char peek(std::size_t ahead = 0) const {
    return position + ahead < text.size() ? text[position + ahead] : '\0';
  }

  SourceLocation locate(std::size_t start, std::size_t length) const {
    return {line, static_cast<uint32_t>(start - lineStart + 1),
            static_cast<uint32_t>(length ? length : 1), file};
  }

  void add(TokenKind kind, std::size_t start, std::size_t length) {
    tokens.push_back({text.substr(start, length), locate(start, length), kind, startsLine});
    startsLine = false;
  }

  bool skipSpace() {
    for (; position < text.size(); ++position) {
      char c = text[position];
      if (c == '\n') {
        ++line;
        lineStart = position + 1;
        startsLine = true;
      } else if (c == '#') {
        position = std::min(text.find('\n', position), text.size()) - 1;
      } else if (c != ' ' && c != '\t' && c != '\r') {
        return true;
      }
    }
    return false;
  }

  void lexToken() {
    std::size_t start = position;
    char c = peek();
    if (isWordStart(c)) {
      while (isWordPart(peek()))
        ++position;
      add(TokenKind::word, start, position - start);
    } else if (isDigit(c) || (c == '.' && isDigit(peek(1)))) {
      lexNumber();
    } else if (c == '"') {
      lexString();
    } else {
      lexPunctuation();
    }
  }

  void takeDigits() {
    while (isDigit(peek()))
      ++position;
  }

  // integer: 12; real: 1.5, 1e-4, 2.5e3; shape: 28x28x1. Digits stand on both sides of a point, so
  // that `1..4` is a range.
  void lexNumber() {
    std::size_t start = position;
    TokenKind kind = TokenKind::integer;
    bool wellFormed = isDigit(peek());
    takeDigits();
    while (peek() == 'x' && isDigit(peek(1))) {
      kind = TokenKind::shape;
      ++position;
      takeDigits();
    }
    if (kind == TokenKind::integer && peek() == '.' && peek(1) != '.') {
      kind = TokenKind::real;
      ++position;
      wellFormed = wellFormed && isDigit(peek());
      takeDigits();
    }
    if (kind != TokenKind::shape && (peek() == 'e' || peek() == 'E')) {
      std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
      if (isDigit(peek(1 + sign))) {
        kind = TokenKind::real;
        position += 1 + sign;
        takeDigits();
      }
    }
    while (isWordPart(peek())) {
      wellFormed = false;
      ++position;
    }
    if (!wellFormed)
      sink.report(DiagnosticId::malformed_number, locate(start, position - start),
                  {text.substr(start, position - start)});
    add(kind, start, position - start);
  }

  void lexString() {
    std::size_t start = position++;
    while (position < text.size() && peek() != '"' && peek() != '\n') {
      if (peek() == '\\') {
        if (!isEscape(peek(1)))
          sink.report(DiagnosticId::unknown_escape, locate(position, 2), {});
        if (peek(1) != '\n' && position + 1 < text.size())
          ++position;
      }
      ++position;
    }
    if (peek() == '"')
      ++position;
    else
      sink.report(DiagnosticId::unterminated_string, locate(start, 1), {});
    add(TokenKind::string, start, position - start);
  }

  void lexPunctuation() {
    for (const Punctuation &entry : punctuation)
      if (text.substr(position).starts_with(entry.text)) {
        std::size_t start = position;
        position += entry.text.size();
        add(entry.kind, start, entry.text.size());
        return;
      }
    std::size_t start = position++;
    while (position < text.size() && (static_cast<unsigned char>(text[position]) & 0xc0) == 0x80)
      ++position;
    std::string_view shown = text.substr(start, position - start);
    auto code = static_cast<unsigned char>(text[start]);
    std::string name = code < 0x20 || code == 0x7f ? "byte " + std::to_string(code)
                                                   : "`" + std::string(shown) + "`";
    sink.report(DiagnosticId::unexpected_character, locate(start, 1), {name});
  }

  std::string_view text;
  DiagnosticSink &sink;
  std::vector<Token> tokens;
  std::size_t position = 0;
  std::size_t lineStart = 0;
  uint32_t line;
  uint32_t file;
  bool startsLine = true;
};

} // namespace

std::string_view nameOf(TokenKind kind) {
  switch (kind) {
#define NNX_TOKEN(NAME, TEXT)                                                                      \
  case TokenKind::NAME:                                                                            \
    return TEXT;
#define NNX_PUNCTUATION(NAME, TEXT)                                                                \
  case TokenKind::NAME:                                                                            \
    return "`" TEXT "`";
#include "dsl/tables/Tokens.def"
  }
  return {};
}

std::string_view spellingOf(TokenKind kind) {
  switch (kind) {
#define NNX_TOKEN(NAME, TEXT)                                                                      \
  case TokenKind::NAME:                                                                            \
    return #NAME;
#define NNX_PUNCTUATION(NAME, TEXT)                                                                \
  case TokenKind::NAME:                                                                            \
    return TEXT;
#include "dsl/tables/Tokens.def"
  }
  return {};
}

bool isKeyword(std::string_view word) {
  constexpr std::array keywords = {
#define NNX_KEYWORD(WORD) std::string_view(#WORD),
#include "dsl/tables/Tokens.def"
  };
  for (std::string_view keyword : keywords)
    if (keyword == word)
      return true;
  return false;
}

std::vector<Token> tokenize(std::string_view text, uint32_t firstLine, DiagnosticSink &sink,
                            uint32_t file) {
  return Lexer(text, firstLine, sink, file).run();
}

std::string_view textBetween(const Token &token, const Token &next) {
  const char *start = token.text.data() + token.text.size();
  return {start, static_cast<std::size_t>(next.text.data() - start)};
}

std::string decodeString(std::string_view token) {
  std::string result;
  std::size_t end = token.size() >= 2 && token.ends_with('"') ? token.size() - 1 : token.size();
  for (std::size_t i = 1; i < end; ++i) {
    if (token[i] == '\\' && i + 1 < end) {
      ++i;
      result += token[i] == 'n' ? '\n' : token[i] == 't' ? '\t' : token[i];
    } else {
      result += token[i];
    }
  }
  return result;
}

} // namespace nnx::dsl
