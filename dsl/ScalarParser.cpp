// Recursive descent over the text of a scalar expression.
#include "dsl/ScalarParser.h"

#include <charconv>
#include <limits>
#include <numbers>

namespace nnx::dsl {
namespace {

constexpr size_t mostNodes = 10000;
constexpr int mostNesting = 200;

struct NamedConstant {
  std::string_view name;
  double value;
};
constexpr NamedConstant namedConstants[] = {
    {"pi", std::numbers::pi},
    {"inf", std::numeric_limits<double>::infinity()},
    {"nan", std::numeric_limits<double>::quiet_NaN()},
};

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}
bool isNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// "a, b, c" of at most the first 40 names.
std::string listed(const std::set<std::string> &names) {
  std::string out;
  size_t count = 0;
  for (const std::string &name : names) {
    if (count++ == 40)
      return out + ", ...";
    out += (out.empty() ? "" : ", ") + name;
  }
  return out.empty() ? "none" : out;
}

class Parser {
public:
  Parser(std::string_view source, const ScalarScope &names) : text(source), scope(names) {}

  ScalarExpr parseAll() {
    ScalarExpr e = parseSum();
    skipSpace();
    if (at < text.size())
      fail(comparisonHere() ? "a comparison stands only as the first argument of select"
                            : "expected an operator or the end, found " + found());
    return e;
  }

private:
  [[noreturn]] void fail(const std::string &message) const { throw ScalarSyntaxError(at, message); }
  [[noreturn]] void failAt(size_t place, const std::string &message) const {
    throw ScalarSyntaxError(place, message);
  }

  void skipSpace() {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t'))
      ++at;
  }
  char peek() {
    skipSpace();
    return at < text.size() ? text[at] : '\0';
  }
  std::string found() const {
    if (at >= text.size())
      return "the end";
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x20 || byte > 0x7E)
      return "byte " + std::to_string(byte);
    return std::string("'") + text[at] + "'";
  }
  bool accept(char c) {
    if (peek() != c || at >= text.size())
      return false;
    ++at;
    return true;
  }
  void expect(char c) {
    if (!accept(c))
      fail(std::string("expected '") + c + "', found " + found());
  }

  ScalarExpr node(ScalarOp op, std::vector<ScalarExpr> operands) {
    if (++nodes > mostNodes)
      fail("the expression has more than " + std::to_string(mostNodes) + " parts");
    return ScalarExpr::make(op, std::move(operands));
  }

  ScalarExpr parseSum() {
    ScalarExpr left = parseProduct();
    while (true) {
      if (accept('+'))
        left = node(ScalarOp::Add, {left, parseProduct()});
      else if (accept('-'))
        left = node(ScalarOp::Sub, {left, parseProduct()});
      else
        return left;
    }
  }

  ScalarExpr parseProduct() {
    ScalarExpr left = parseUnary();
    while (true) {
      if (accept('*'))
        left = node(ScalarOp::Mul, {left, parseUnary()});
      else if (accept('/'))
        left = node(ScalarOp::Div, {left, parseUnary()});
      else
        return left;
    }
  }

  struct Nesting {
    explicit Nesting(Parser &p) : parser(p) {
      if (++parser.depth > mostNesting)
        parser.fail("nested more than " + std::to_string(mostNesting) + " deep");
    }
    ~Nesting() { --parser.depth; }
    Parser &parser;
  };

  ScalarExpr parseUnary() {
    const Nesting nesting(*this);
    if (!accept('-'))
      return parsePrimary();
    const char next = peek();
    const bool literal = next != '(' && next != '-';
    ScalarExpr operand = parseUnary();
    if (literal && operand.isConstant())
      return -operand.value();
    return node(ScalarOp::Neg, {operand});
  }

  ScalarExpr parsePrimary() {
    const char c = peek();
    if (isDigit(c))
      return parseNumber();
    if (isNameStart(c))
      return parseName();
    if (!accept('('))
      fail("expected a number, a name or '(', found " + found());
    ScalarExpr e = parseSum();
    if (comparisonHere())
      fail("a comparison stands only as the first argument of select");
    expect(')');
    return e;
  }

  ScalarExpr parseNumber() {
    double value = 0;
    const char *begin = text.data() + at;
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range)
      fail("the number is too large or too small");
    const size_t after = size_t(end - text.data());
    if (after < text.size() && (isNameStart(text[after]) || text[after] == '.'))
      failAt(after, "a number must not run into a name or a second point");
    at = after;
    return value;
  }

  ScalarExpr parseName() {
    const size_t start = at;
    while (at < text.size() && (isNameStart(text[at]) || isDigit(text[at])))
      ++at;
    const std::string name(text.substr(start, at - start));
    if (peek() == '(' && at < text.size())
      return parseCall(name, start);
    if (scope.variables.count(name))
      return ScalarExpr::variable(name);
    for (const NamedConstant &constant : namedConstants)
      if (constant.name == name)
        return constant.value;
    if (scope.flags.count(name))
      failAt(start, "'" + name + "' is a flag: it stands only as the first argument of select");
    failAt(start, "unknown name '" + name + "' (known: " + listed(scope.variables) + ")");
  }

  ScalarExpr parseCall(const std::string &name, size_t start) {
    if (name == "select")
      return parseSelect();
    for (const ScalarFunction &f : scalarFunctions())
      if (f.name == name)
        return node(f.op, parseArguments(name, f.arity));
    std::optional<ScalarExpr> formula;
    if (scope.function)
      formula = scope.function(name);
    if (!formula)
      failAt(start, "unknown function '" + name + "' (known: " + listed(knownFunctions()) + ")");
    return formula->substitute({{"x", parseArguments(name, 1)[0]}});
  }

  std::set<std::string> knownFunctions() const {
    std::set<std::string> names = scope.functionNames;
    for (const ScalarFunction &f : scalarFunctions())
      names.emplace(f.name);
    names.insert("select");
    return names;
  }

  std::vector<ScalarExpr> parseArguments(const std::string &name, size_t count) {
    expect('(');
    std::vector<ScalarExpr> arguments;
    do {
      arguments.push_back(parseSum());
      if (comparisonHere())
        fail("a comparison stands only as the first argument of select");
    } while (accept(','));
    if (arguments.size() != count)
      fail(name + " takes " + std::to_string(count) + (count == 1 ? " argument" : " arguments") +
           ", found " + std::to_string(arguments.size()));
    expect(')');
    return arguments;
  }

  ScalarExpr parseSelect() {
    expect('(');
    ScalarExpr condition = parseCondition();
    expect(',');
    ScalarExpr ifTrue = parseSum();
    expect(',');
    ScalarExpr ifFalse = parseSum();
    expect(')');
    return node(ScalarOp::Select, {condition, ifTrue, ifFalse});
  }

  ScalarExpr parseCondition() {
    for (const std::string &flag : scope.flags)
      if (acceptFlag(flag))
        return node(ScalarOp::NotEqual, {ScalarExpr::variable(flag), 0.0});
    ScalarExpr left = parseSum();
    const std::optional<Comparison> comparison = comparisonHere();
    if (!comparison)
      fail("expected a comparison (< <= > >= == !=), found " + found());
    at += comparison->length;
    return node(comparison->op, {left, parseSum()});
  }

  /// Whether the flag's name stands here, followed by the comma after a condition.
  bool acceptFlag(const std::string &flag) {
    skipSpace();
    const size_t start = at;
    if (text.substr(at, flag.size()) == flag) {
      at += flag.size();
      if (peek() == ',')
        return true;
      at = start;
    }
    return false;
  }

  struct Comparison {
    ScalarOp op;
    size_t length;
  };

  std::optional<Comparison> comparisonHere() {
    const char first = peek();
    const bool equals = at + 1 < text.size() && text[at + 1] == '=';
    if (first == '<')
      return equals ? Comparison{ScalarOp::LessEqual, 2} : Comparison{ScalarOp::Less, 1};
    if (first == '>')
      return equals ? Comparison{ScalarOp::GreaterEqual, 2} : Comparison{ScalarOp::Greater, 1};
    if (first == '=' && equals)
      return Comparison{ScalarOp::Equal, 2};
    if (first == '!' && equals)
      return Comparison{ScalarOp::NotEqual, 2};
    return {};
  }

  std::string_view text;
  const ScalarScope &scope;
  size_t at = 0;
  size_t nodes = 0;
  int depth = 0;
};

} // namespace

ScalarExpr parseScalarExpr(std::string_view text, const ScalarScope &scope) {
  return Parser(text, scope).parseAll();
}

} // namespace nnx::dsl
