// Items of blocks, and settings among them.
#include "dsl/BlockParser.h"

#include <algorithm>

namespace nnx::dsl {

void BlockParser::skipItem(const Token *start, bool inBlock) {
  std::size_t open = 0;
  for (bool moved = &peek() != start; !at(TokenKind::end_of_file); moved = true) {
    if (atDeclaration() && moved)
      return;
    if (open == 0 && ((moved && peek().startsLine) || (inBlock && at(TokenKind::brace_close))))
      return;
    if (at(TokenKind::brace_open))
      ++open;
    else if (at(TokenKind::brace_close) && open > 0)
      --open;
    take();
  }
}

bool BlockParser::atDeclaration() const {
  const Token &token = peek();
  return token.kind == TokenKind::word && token.startsLine && token.location.column == 1 &&
         std::find(declarationWords.begin(), declarationWords.end(), token.text) !=
             declarationWords.end() &&
         peek(1).kind == (token.text == "include" ? TokenKind::string : TokenKind::word);
}

const Token &BlockParser::takeName() {
  const Token &token = expect(TokenKind::word);
  if (isKeyword(token.text)) {
    sink.report(DiagnosticId::keyword_as_name, token.location, {token.text});
    throw SyntaxFailure();
  }
  return token;
}

void BlockParser::demandKnown(const std::vector<std::string> &words, const char *what) {
  const Token &word = peek();
  if (!nearestOf(word.text, words))
    return;
  sink.report(DiagnosticId::unknown_word, word.location,
              {what, word.text, suggest(word.text, words)});
  throw SyntaxFailure();
}

SettingNode BlockParser::parseSetting(bool allowBare) {
  const Token &name = expect(TokenKind::word);
  SettingNode setting;
  setting.name = name.text;
  setting.location = name.location;
  if (accept(TokenKind::dot)) {
    const Token &part = expect(TokenKind::word);
    setting.part = part.text;
    setting.partLocation = part.location;
  }
  bool ends = at(TokenKind::comma) || atItemEnd();
  if (allowBare && ends && setting.part.empty()) {
    setting.isBare = true;
    setting.value.kind = ExprKind::name;
    setting.value.text = setting.name;
    setting.value.location = setting.location;
    return setting;
  }
  expect(TokenKind::equal);
  setting.value = parseExpr();
  return setting;
}

void BlockParser::parseSettings(std::vector<SettingNode> &settings, bool allowBare) {
  parseBlock([&] { settings.push_back(parseSetting(allowBare)); });
}

} // namespace nnx::dsl
