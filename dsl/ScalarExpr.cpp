// Nodes of scalar expressions: building, comparing, printing, substituting.
#include "dsl/ScalarExpr.h"

#include "dsl/ScalarProgram.h"

#include <bit>
#include <cassert>
#include <charconv>
#include <cmath>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

namespace nnx::dsl {

struct ScalarExpr::Node {
  ScalarOp op;
  double value;
  std::string name;
  std::vector<ScalarExpr> operands;
  size_t hash;

  /// By bits, so that a NaN equals itself and -0 is not 0.
  bool operator==(const Node &other) const {
    return hash == other.hash && op == other.op &&
           std::bit_cast<uint64_t>(value) == std::bit_cast<uint64_t>(other.value) &&
           name == other.name && operands == other.operands;
  }
};

namespace {

size_t mix(size_t seed, size_t value) {
  return (seed ^ value) * 0x9E3779B97F4A7C15u + (seed >> 29);
}

[[maybe_unused]] unsigned arityOf(ScalarOp op) {
  switch (op) {
  case ScalarOp::Constant:
  case ScalarOp::Variable:
    return 0;
  case ScalarOp::Neg:
    return 1;
  case ScalarOp::Select:
    return 3;
  default:
    break;
  }
  for (const ScalarFunction &f : scalarFunctions())
    if (f.op == op)
      return f.arity;
  return 2;
}

/// Binding strength in text; an operand that binds less than its place asks is put in parentheses.
enum Strength : uint8_t { Comparing, Adding, Multiplying, Negating, Atom };

struct Spelling {
  std::string_view text;
  Strength strength;
};

Spelling spellingOf(ScalarOp op) {
  switch (op) {
  case ScalarOp::Add:
    return {" + ", Adding};
  case ScalarOp::Sub:
    return {" - ", Adding};
  case ScalarOp::Mul:
    return {" * ", Multiplying};
  case ScalarOp::Div:
    return {" / ", Multiplying};
  case ScalarOp::Neg:
    return {"-", Negating};
  case ScalarOp::Less:
    return {" < ", Comparing};
  case ScalarOp::LessEqual:
    return {" <= ", Comparing};
  case ScalarOp::Greater:
    return {" > ", Comparing};
  case ScalarOp::GreaterEqual:
    return {" >= ", Comparing};
  case ScalarOp::Equal:
    return {" == ", Comparing};
  case ScalarOp::NotEqual:
    return {" != ", Comparing};
  case ScalarOp::Select:
    return {"select", Atom};
  default:
    break;
  }
  for (const ScalarFunction &f : scalarFunctions())
    if (f.op == op)
      return {f.name, Atom};
  return {"", Atom};
}

void print(const ScalarExpr &e, Strength least, std::string &out) {
  if (e.isConstant()) {
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, e.value()).ptr;
    out.append(buffer, end);
    return;
  }
  if (e.op() == ScalarOp::Variable) {
    out += e.name();
    return;
  }
  const auto [text, strength] = spellingOf(e.op());
  if (strength == Atom) {
    out.append(text).append("(");
    for (size_t i = 0; i < e.operands().size(); ++i) {
      if (i)
        out += ", ";
      print(e.operand(i), Comparing, out);
    }
    out += ")";
    return;
  }
  if (strength < least)
    out += "(";
  if (e.op() == ScalarOp::Neg) {
    out += text;
    // A bare number after the sign would read as a negative constant.
    if (e.operand(0).isConstant() && !std::signbit(e.operand(0).value()))
      out.append("(").append(e.operand(0).text()).append(")");
    else
      print(e.operand(0), Negating, out);
  } else {
    print(e.operand(0), strength, out);
    out += text;
    print(e.operand(1), Strength(strength + 1), out);
  }
  if (strength < least)
    out += ")";
}

} // namespace

const std::vector<ScalarFunction> &scalarFunctions() {
  static const std::vector<ScalarFunction> table = {
#define NNX_SCALAR_FUNCTION(op, name, arity) {ScalarOp::op, name, arity},
#include "dsl/tables/ScalarOps.def"
  };
  return table;
}

const ScalarExpr::Node *ScalarExpr::unique(Node n) {
  struct Hash {
    size_t operator()(const Node &node) const { return node.hash; }
  };
  static std::mutex mutex;
  static auto &nodes = *new std::unordered_set<Node, Hash>; // outlives every static ScalarExpr
  const std::lock_guard lock(mutex);
  return &*nodes.insert(std::move(n)).first;
}

ScalarExpr::ScalarExpr(double value)
    : node(unique({ScalarOp::Constant, value, {}, {}, mix(1, std::bit_cast<uint64_t>(value))})) {}

ScalarExpr ScalarExpr::variable(std::string name) {
  const size_t hash = mix(2, std::hash<std::string>()(name));
  return ScalarExpr(unique({ScalarOp::Variable, 0, std::move(name), {}, hash}));
}

ScalarExpr ScalarExpr::make(ScalarOp op, std::vector<ScalarExpr> operands) {
  assert(operands.size() == arityOf(op) && !operands.empty());
  size_t hash = mix(3, size_t(op));
  for ([[maybe_unused]] size_t i = 0; const ScalarExpr &operand : operands) {
    assert(isCondition(operand.op()) == (op == ScalarOp::Select && i++ == 0));
    hash = mix(hash, operand.hash());
  }
  return ScalarExpr(unique({op, 0, {}, std::move(operands), hash}));
}

ScalarOp ScalarExpr::op() const {
  return node->op;
}
double ScalarExpr::value() const {
  return node->value;
}
const std::string &ScalarExpr::name() const {
  return node->name;
}
const std::vector<ScalarExpr> &ScalarExpr::operands() const {
  return node->operands;
}
size_t ScalarExpr::hash() const {
  return node->hash;
}

std::set<std::string> ScalarExpr::variables() const {
  std::set<std::string> names;
  std::unordered_set<ScalarExpr, ScalarExprHash> seen;
  std::function<void(const ScalarExpr &)> visit = [&](const ScalarExpr &e) {
    if (!seen.insert(e).second)
      return;
    if (e.op() == ScalarOp::Variable)
      names.insert(e.name());
    for (const ScalarExpr &operand : e.operands())
      visit(operand);
  };
  visit(*this);
  return names;
}

std::string ScalarExpr::text() const {
  std::string out;
  print(*this, Comparing, out);
  return out;
}

double ScalarExpr::evaluate(const std::map<std::string, double> &values) const {
  std::vector<std::string> names;
  std::vector<double> inputs;
  for (const auto &[name, value] : values) {
    names.push_back(name);
    inputs.push_back(value);
  }
  return ScalarProgram(*this, names)(inputs);
}

ScalarExpr ScalarExpr::substitute(const std::map<std::string, ScalarExpr> &values) const {
  std::unordered_map<ScalarExpr, ScalarExpr, ScalarExprHash> done;
  std::function<ScalarExpr(const ScalarExpr &)> visit = [&](const ScalarExpr &e) {
    if (const auto known = done.find(e); known != done.end())
      return known->second;
    ScalarExpr result = e;
    if (e.op() == ScalarOp::Variable) {
      if (const auto value = values.find(e.name()); value != values.end())
        result = value->second;
    } else if (!e.operands().empty()) {
      std::vector<ScalarExpr> operands;
      for (const ScalarExpr &operand : e.operands())
        operands.push_back(visit(operand));
      result = make(e.op(), std::move(operands));
    }
    done.emplace(e, result);
    return result;
  };
  return visit(*this);
}

ScalarExpr operator+(const ScalarExpr &a, const ScalarExpr &b) {
  return ScalarExpr::make(ScalarOp::Add, {a, b});
}
ScalarExpr operator-(const ScalarExpr &a, const ScalarExpr &b) {
  return ScalarExpr::make(ScalarOp::Sub, {a, b});
}
ScalarExpr operator*(const ScalarExpr &a, const ScalarExpr &b) {
  return ScalarExpr::make(ScalarOp::Mul, {a, b});
}
ScalarExpr operator/(const ScalarExpr &a, const ScalarExpr &b) {
  return ScalarExpr::make(ScalarOp::Div, {a, b});
}
ScalarExpr operator-(const ScalarExpr &a) {
  return ScalarExpr::make(ScalarOp::Neg, {a});
}
ScalarExpr select(const ScalarExpr &condition, const ScalarExpr &ifTrue,
                  const ScalarExpr &ifFalse) {
  return ScalarExpr::make(ScalarOp::Select, {condition, ifTrue, ifFalse});
}
ScalarExpr call(ScalarOp op, std::initializer_list<ScalarExpr> operands) {
  return ScalarExpr::make(op, operands);
}

} // namespace nnx::dsl
