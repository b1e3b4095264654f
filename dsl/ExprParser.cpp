// Expressions by precedence: or, and, not, comparison, `..`, + -, * / //, unary -, primary.
#include "dsl/ExprParser.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace nnx::dsl {
namespace {

constexpr int comparisonLevel = 3;
constexpr int rangeLevel = 4;
constexpr int unaryLevel = 7;

// The level of a binary operator, loosest first, or -1.
int levelOf(const Token &token) {
  switch (token.kind) {
  case TokenKind::word:
    return token.text == "or" ? 0 : token.text == "and" ? 1 : -1;
  case TokenKind::equal_equal:
  case TokenKind::not_equal:
  case TokenKind::less:
  case TokenKind::less_equal:
  case TokenKind::greater:
  case TokenKind::greater_equal:
    return comparisonLevel;
  case TokenKind::range:
    return rangeLevel;
  case TokenKind::plus:
  case TokenKind::minus:
    return 5;
  case TokenKind::star:
  case TokenKind::divide:
  case TokenKind::whole_divide:
    return 6;
  default:
    return -1;
  }
}

SourceLocation span(const SourceLocation &first, const SourceLocation &last) {
  if (first.file != last.file || first.line != last.line || last.column < first.column)
    return first;
  return {first.line, first.column, last.column + last.length - first.column, first.file};
}

// Digits that count: without leading zeros, the point and the exponent.
std::size_t significantDigits(std::string_view text) {
  std::string digits;
  for (char c : text.substr(0, text.find_first_of("eE")))
    if (c != '.' && (c != '0' || !digits.empty()))
      digits += c;
  while (digits.ends_with('0'))
    digits.pop_back();
  return digits.size();
}

} // namespace

ExprParser::Level::Level(ExprParser &parser) : parser(parser) {
  if (++parser.depth > maxDepth) {
    --parser.depth;
    parser.failTooDeep(parser.peek().location);
  }
}

const Token &ExprParser::take() {
  const Token &token = peek();
  if (position + 1 < tokens.size())
    ++position;
  return token;
}

bool ExprParser::accept(TokenKind kind) {
  if (!at(kind) || gaveUp)
    return false;
  take();
  return true;
}

bool ExprParser::acceptWord(std::string_view word) {
  if (!atWord(word))
    return false;
  take();
  return true;
}

const Token &ExprParser::expect(TokenKind kind) {
  if (!at(kind))
    failExpected(nameOf(kind));
  return take();
}

void ExprParser::expectWord(std::string_view word) {
  if (!acceptWord(word))
    failExpected("`" + std::string(word) + "`");
}

void ExprParser::expectEnd() {
  if (!at(TokenKind::end_of_file))
    failExpected(nameOf(TokenKind::end_of_file));
}

void ExprParser::failExpected(std::string_view what) {
  const Token &token = peek();
  // What is missing at a line's end is missing there, not where the next line starts.
  if (position > 0 && (token.startsLine || token.kind == TokenKind::end_of_file)) {
    const Token &before = tokens[position - 1];
    SourceLocation end{before.location.line, before.location.column + before.location.length, 1,
                       before.location.file};
    std::string_view found =
        token.kind == TokenKind::end_of_file ? nameOf(token.kind) : "the end of the line";
    sink.report(DiagnosticId::expected_token, end, {what, found});
  } else {
    constexpr std::size_t maxShown = 40;
    std::string found = token.kind == TokenKind::end_of_file
                            ? std::string(nameOf(token.kind))
                            : "`" + std::string(token.text.substr(0, maxShown)) + "`";
    sink.report(DiagnosticId::expected_token, token.location, {what, found});
  }
  throw SyntaxFailure();
}

void ExprParser::failTooDeep(SourceLocation location) {
  if (!gaveUp)
    sink.report(DiagnosticId::nested_too_deep, location, {int64_t{maxDepth}});
  gaveUp = true;
  position = tokens.size() - 1;
  throw SyntaxFailure();
}

void ExprParser::checkItems(std::size_t count, std::string_view what) {
  if (count <= maxItems)
    return;
  sink.report(DiagnosticId::too_many_items, peek().location,
              {static_cast<int64_t>(maxItems), what});
  gaveUp = true;
  position = tokens.size() - 1;
  throw SyntaxFailure();
}

// Sums of many terms make tall trees without recursion here, so the height is bounded as well.
Expr ExprParser::finish(Expr expr) {
  for (const Element &element : expr.elements)
    expr.height = std::max<uint16_t>(expr.height, element.value.height + 1);
  if (expr.height > maxDepth)
    failTooDeep(expr.location);
  return expr;
}

Expr ExprParser::parseBinary(int level) {
  if (level >= unaryLevel)
    return parseUnary(level);
  Expr left = level == 2 ? parseUnary(level) : parseBinary(level + 1);
  while (level != 2 && levelOf(peek()) == level) {
    const Token &op = take();
    Expr right = parseBinary(level + 1);
    Expr both;
    both.kind = op.kind == TokenKind::range ? ExprKind::range : ExprKind::binary;
    both.location = span(left.location, right.location);
    both.text = op.text;
    both.elements.push_back({{}, {}, std::move(left)});
    both.elements.push_back({{}, {}, std::move(right)});
    left = finish(std::move(both));
    if (level == comparisonLevel && levelOf(peek()) == level) {
      sink.report(DiagnosticId::chained_comparison, peek().location, {});
      throw SyntaxFailure();
    }
  }
  return left;
}

// `not` stands at level 2, `-` at the level above the products.
Expr ExprParser::parseUnary(int level) {
  bool isNot = level == 2;
  if (isNot ? !atWord("not") : !at(TokenKind::minus))
    return isNot ? parseBinary(level + 1) : parsePrimary();
  Level guard(*this);
  const Token &op = take();
  Expr operand = parseUnary(level);
  Expr expr;
  expr.kind = ExprKind::unary;
  expr.location = span(op.location, operand.location);
  expr.text = op.text;
  expr.elements.push_back({{}, {}, std::move(operand)});
  return finish(std::move(expr));
}

Expr ExprParser::parsePrimary() {
  Level guard(*this);
  switch (peek().kind) {
  case TokenKind::integer:
  case TokenKind::real:
  case TokenKind::shape:
    return parseNumber();
  case TokenKind::word:
    return parseWord();
  case TokenKind::paren_open:
    return parseParenthesis();
  case TokenKind::string: {
    const Token &token = take();
    Expr expr;
    expr.kind = ExprKind::string;
    expr.location = token.location;
    expr.text = decodeString(token.text);
    return expr;
  }
  case TokenKind::bracket_open: {
    Expr expr;
    expr.kind = ExprKind::list;
    expr.location = take().location;
    expr.elements = parseElements(TokenKind::bracket_close, TokenKind::colon);
    return finish(std::move(expr));
  }
  default:
    failExpected("a value");
  }
}

Expr ExprParser::parseNumber() {
  const Token &token = take();
  Expr expr;
  expr.location = token.location;
  expr.text = token.text;
  const char *begin = token.text.data(), *end = begin + token.text.size();
  auto outOfRange = [&] {
    sink.report(DiagnosticId::number_too_large, token.location, {token.text.substr(0, 40)});
    expr.kind = ExprKind::wrong;
    return expr;
  };
  if (token.kind == TokenKind::integer) {
    expr.kind = ExprKind::integer;
    if (std::from_chars(begin, end, expr.integer).ec != std::errc())
      return outOfRange();
    return expr;
  }
  if (token.kind == TokenKind::shape) {
    expr.kind = ExprKind::shape;
    for (const char *at = begin; at < end; ++at) {
      int64_t extent = 0;
      auto [stop, error] = std::from_chars(at, end, extent);
      if (error != std::errc())
        return outOfRange();
      expr.shape.push_back(extent);
      at = stop;
    }
    return expr;
  }
  expr.kind = ExprKind::real;
  if (std::from_chars(begin, end, expr.real).ec != std::errc())
    return outOfRange();
  if (significantDigits(token.text) > 17)
    sink.report(DiagnosticId::number_loses_digits, token.location, {token.text.substr(0, 60)});
  return expr;
}

Expr ExprParser::parseWord() {
  bool isBoolean = atWord("true") || atWord("false");
  // `train.loss` is a name, `train` a word of the language.
  bool isReserved = !isBoolean && isKeyword(peek().text) && peek(1).kind != TokenKind::dot;
  if (isReserved && peek().startsLine) // the next item starts: this one has lost its value
    failExpected("a value");
  const Token &token = take();
  Expr expr;
  expr.location = token.location;
  expr.text = token.text;
  if (isBoolean) {
    expr.kind = ExprKind::boolean;
    expr.integer = token.text == "true";
  } else if (isReserved) {
    sink.report(DiagnosticId::keyword_as_name, token.location, {token.text});
    throw SyntaxFailure();
  } else if (at(TokenKind::paren_open) && !peek().startsLine) {
    take();
    expr.kind = ExprKind::call;
    expr.elements = parseElements(TokenKind::paren_close, TokenKind::equal);
  } else {
    expr.kind = ExprKind::name;
    if (at(TokenKind::dot) && !peek().startsLine) {
      take();
      const Token &part = expect(TokenKind::word);
      expr.text += "." + std::string(part.text);
      expr.location = span(token.location, part.location);
    }
  }
  return finish(std::move(expr));
}

// (a) is a, (a, b) a tuple.
Expr ExprParser::parseParenthesis() {
  SourceLocation open = take().location;
  std::vector<Element> elements = parseElements(TokenKind::paren_close, TokenKind::end_of_file);
  if (elements.size() == 1)
    return std::move(elements.front().value);
  Expr expr;
  expr.kind = ExprKind::tuple;
  expr.location = open;
  expr.elements = std::move(elements);
  return finish(std::move(expr));
}

std::vector<Element> ExprParser::parseElements(TokenKind close, TokenKind nameEnd) {
  std::vector<Element> elements;
  while (!accept(close)) {
    Element element;
    bool isNamed =
        (at(TokenKind::word) || (at(TokenKind::string) && nameEnd == TokenKind::colon)) &&
        peek(1).kind == nameEnd;
    if (isNamed && nameEnd != TokenKind::end_of_file) {
      element.nameLocation = peek().location;
      const Token &name = take();
      element.name =
          name.kind == TokenKind::string ? decodeString(name.text) : std::string(name.text);
      take();
    }
    element.value = parseExpr();
    elements.push_back(std::move(element));
    checkItems(elements.size(), "items between two brackets");
    if (!accept(TokenKind::comma) && !at(close))
      failExpected("`,` or " + std::string(nameOf(close)));
  }
  return elements;
}

} // namespace nnx::dsl
