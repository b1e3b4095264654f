// Derivative of each operation, and the chain rule over a tree.
#include "dsl/Differentiate.h"

#include "dsl/Simplify.h"

#include <functional>
#include <numbers>
#include <stdexcept>
#include <string>
#include <unordered_map>

namespace nnx::dsl {
namespace {

using Op = ScalarOp;

/// Slope of a function of one argument `a`, where `e` is its value.
ScalarExpr slope(const ScalarExpr &e) {
  const ScalarExpr &a = e.operand(0);
  switch (e.op()) {
  case Op::Neg:
    return -1.0;
  case Op::Abs:
    return call(Op::Sign, {a});
  case Op::Sign:
    return 0.0;
  case Op::Exp:
    return e;
  case Op::Expm1:
    return call(Op::Exp, {a});
  case Op::Log:
    return 1.0 / a;
  case Op::Log1p:
    return 1.0 / (1.0 + a);
  case Op::Sqrt:
    return 0.5 * call(Op::Rsqrt, {a});
  case Op::Rsqrt:
    return -0.5 * (e / a);
  case Op::Erf:
    return 2 * std::numbers::inv_sqrtpi * call(Op::Exp, {-(a * a)});
  case Op::Tanh:
    return 1.0 - e * e;
  case Op::Sigmoid:
    return e * (1.0 - e);
  case Op::Softplus:
    return call(Op::Sigmoid, {a});
  default:
    throw std::logic_error("no slope for " + e.text());
  }
}

/// Derivative of `e` whose operands have the derivatives `d`.
ScalarExpr chain(const ScalarExpr &e, const std::vector<ScalarExpr> &d) {
  const auto &in = e.operands();
  switch (e.op()) {
  case Op::Add:
    return d[0] + d[1];
  case Op::Sub:
    return d[0] - d[1];
  case Op::Mul:
    return d[0] * in[1] + in[0] * d[1];
  case Op::Div:
    if (d[1].isConstant(0))
      return d[0] / in[1];
    return (d[0] * in[1] - in[0] * d[1]) / (in[1] * in[1]);
  case Op::Pow:
    if (d[1].isConstant(0))
      return in[1] * call(Op::Pow, {in[0], in[1] - 1.0}) * d[0];
    if (d[0].isConstant(0))
      return e * call(Op::Log, {in[0]}) * d[1];
    return e * (d[1] * call(Op::Log, {in[0]}) + in[1] * d[0] / in[0]);
  case Op::Min:
    return select(ScalarExpr::make(Op::LessEqual, {in[0], in[1]}), d[0], d[1]);
  case Op::Max:
    return select(ScalarExpr::make(Op::GreaterEqual, {in[0], in[1]}), d[0], d[1]);
  case Op::Select:
    return select(in[0], d[1], d[2]);
  default:
    return slope(e) * d[0];
  }
}

} // namespace

ScalarExpr differentiate(const ScalarExpr &e, std::string_view variable) {
  std::unordered_map<ScalarExpr, ScalarExpr, ScalarExprHash> done;
  std::function<ScalarExpr(const ScalarExpr &)> visit = [&](const ScalarExpr &part) -> ScalarExpr {
    if (part.operands().empty() || isCondition(part.op()))
      return part.op() == Op::Variable && part.name() == variable ? 1.0 : 0.0;
    if (const auto known = done.find(part); known != done.end())
      return known->second;
    std::vector<ScalarExpr> d;
    for (const ScalarExpr &operand : part.operands())
      d.push_back(visit(operand));
    ScalarExpr result = simplify(chain(part, d));
    done.emplace(part, result);
    return result;
  };
  return visit(simplify(e));
}

} // namespace nnx::dsl
