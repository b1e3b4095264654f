// Rewrites that make derivatives short; each takes operands that are simple already.
#include "dsl/Simplify.h"

#include <functional>
#include <optional>
#include <unordered_map>

namespace nnx::dsl {
namespace {

using Op = ScalarOp;

ScalarExpr build(Op op, std::vector<ScalarExpr> in);
ScalarExpr add(const ScalarExpr &a, const ScalarExpr &b) {
  return build(Op::Add, {a, b});
}
ScalarExpr sub(const ScalarExpr &a, const ScalarExpr &b) {
  return build(Op::Sub, {a, b});
}
ScalarExpr mul(const ScalarExpr &a, const ScalarExpr &b) {
  return build(Op::Mul, {a, b});
}
ScalarExpr div(const ScalarExpr &a, const ScalarExpr &b) {
  return build(Op::Div, {a, b});
}
ScalarExpr neg(const ScalarExpr &a) {
  return build(Op::Neg, {a});
}

bool is(const ScalarExpr &e, Op op) {
  return e.op() == op;
}
/// constant * something, the form in which products keep their constant.
bool isScaled(const ScalarExpr &e) {
  return is(e, Op::Mul) && e.operand(0).isConstant();
}
bool isSignOf(const ScalarExpr &e, const ScalarExpr &of) {
  return is(e, Op::Sign) && e.operand(0) == of;
}

using Rewritten = std::optional<ScalarExpr>;

Rewritten simplerSum(const ScalarExpr &a, const ScalarExpr &b) {
  if (a.isConstant(0))
    return b;
  if (b.isConstant(0))
    return a;
  if (is(b, Op::Neg))
    return sub(a, b.operand(0));
  if (is(a, Op::Neg))
    return sub(b, a.operand(0));
  if (is(a, Op::Sub) && a.operand(1) == b)
    return a.operand(0);
  if (a.isConstant() && is(b, Op::Add) && b.operand(0).isConstant())
    return add(add(a, b.operand(0)), b.operand(1));
  if (b.isConstant() && is(a, Op::Add) && a.operand(1).isConstant())
    return add(a.operand(0), add(a.operand(1), b));
  return {};
}

Rewritten simplerDifference(const ScalarExpr &a, const ScalarExpr &b) {
  if (b.isConstant(0))
    return a;
  if (a.isConstant(0))
    return neg(b);
  if (a == b)
    return 0.0;
  if (is(b, Op::Neg))
    return add(a, b.operand(0));
  if (is(a, Op::Add) && a.operand(1) == b)
    return a.operand(0);
  if (is(a, Op::Add) && a.operand(0) == b)
    return a.operand(1);
  return {};
}

Rewritten simplerProduct(const ScalarExpr &a, const ScalarExpr &b) {
  if (a.isConstant(0) || b.isConstant(0))
    return 0.0;
  if (a.isConstant(1))
    return b;
  if (a.isConstant(-1))
    return neg(b);
  if (b.isConstant())
    return mul(b, a);
  if (a.isConstant() && isScaled(b))
    return mul(mul(a, b.operand(0)), b.operand(1));
  if (a.isConstant() && is(b, Op::Neg))
    return mul(neg(a), b.operand(0));
  if (isScaled(a))
    return mul(a.operand(0), mul(a.operand(1), b));
  if (isScaled(b))
    return mul(b.operand(0), mul(a, b.operand(1)));
  if (is(a, Op::Neg))
    return neg(mul(a.operand(0), b));
  if (is(b, Op::Neg))
    return neg(mul(a, b.operand(0)));
  if (isSignOf(b, a) || isSignOf(a, b))
    return build(Op::Abs, {is(a, Op::Sign) ? b : a});
  if (is(b, Op::Div) && b.operand(0).isConstant(1))
    return div(a, b.operand(1));
  if (is(a, Op::Div) && a.operand(0).isConstant(1))
    return div(b, a.operand(1));
  return {};
}

Rewritten simplerQuotient(const ScalarExpr &a, const ScalarExpr &b) {
  if (a.isConstant(0) && !b.isConstant(0))
    return 0.0;
  if (b.isConstant(1))
    return a;
  if (is(a, Op::Neg))
    return neg(div(a.operand(0), b));
  if (isScaled(a) && b.isConstant())
    return mul(div(a.operand(0), b), a.operand(1));
  return {};
}

Rewritten simplerNegation(const ScalarExpr &a) {
  if (is(a, Op::Neg))
    return a.operand(0);
  if (is(a, Op::Sub))
    return sub(a.operand(1), a.operand(0));
  if (isScaled(a))
    return mul(neg(a.operand(0)), a.operand(1));
  return {};
}

Rewritten simplerPower(const ScalarExpr &a, const ScalarExpr &b) {
  if (b.isConstant(0))
    return 1.0;
  if (b.isConstant(1))
    return a;
  if (b.isConstant(2))
    return mul(a, a);
  if (b.isConstant(3))
    return mul(mul(a, a), a);
  if (b.isConstant(-1))
    return div(1.0, a);
  if (b.isConstant(0.5))
    return build(Op::Sqrt, {a});
  if (b.isConstant(-0.5))
    return build(Op::Rsqrt, {a});
  return {};
}

Rewritten simpler(Op op, const std::vector<ScalarExpr> &in) {
  switch (op) {
  case Op::Add:
    return simplerSum(in[0], in[1]);
  case Op::Sub:
    return simplerDifference(in[0], in[1]);
  case Op::Mul:
    return simplerProduct(in[0], in[1]);
  case Op::Div:
    return simplerQuotient(in[0], in[1]);
  case Op::Neg:
    return simplerNegation(in[0]);
  case Op::Pow:
    return simplerPower(in[0], in[1]);
  case Op::Min:
  case Op::Max:
    return in[0] == in[1] ? Rewritten(in[0]) : Rewritten();
  case Op::Abs:
    if (is(in[0], Op::Abs))
      return in[0];
    return is(in[0], Op::Neg) ? Rewritten(build(Op::Abs, {in[0].operand(0)})) : Rewritten();
  case Op::Select:
    if (in[0].operand(0).isConstant() && in[0].operand(1).isConstant())
      return ScalarExpr::make(Op::Select, {in[0], 1.0, 0.0}).evaluate({}) != 0 ? in[1] : in[2];
    return in[1] == in[2] ? Rewritten(in[1]) : Rewritten();
  default:
    return {};
  }
}

ScalarExpr build(Op op, std::vector<ScalarExpr> in) {
  bool constant = !isCondition(op) && op != Op::Select;
  for (const ScalarExpr &operand : in)
    constant = constant && operand.isConstant();
  if (constant)
    return ScalarExpr::make(op, std::move(in)).evaluate({});
  if (const Rewritten result = simpler(op, in))
    return *result;
  return ScalarExpr::make(op, std::move(in));
}

} // namespace

ScalarExpr simplify(const ScalarExpr &e) {
  std::unordered_map<ScalarExpr, ScalarExpr, ScalarExprHash> done;
  std::function<ScalarExpr(const ScalarExpr &)> visit = [&](const ScalarExpr &part) {
    if (part.operands().empty())
      return part;
    if (const auto known = done.find(part); known != done.end())
      return known->second;
    std::vector<ScalarExpr> operands;
    for (const ScalarExpr &operand : part.operands())
      operands.push_back(visit(operand));
    ScalarExpr result = build(part.op(), std::move(operands));
    done.emplace(part, result);
    return result;
  };
  return visit(e);
}

} // namespace nnx::dsl
