// Walks a scalar expression once, each distinct part giving one Halide expression.
#include "compiler/kernels/ScalarToHalide.h"

#include "compiler/kernels/FloatMath.h"

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <unordered_map>

namespace nnx::kernels {
namespace {

using dsl::ScalarExpr;
using dsl::ScalarOp;
using Halide::Expr;
using Halide::Internal::Call;

/// Comparisons that are false for NaN.
Expr compares(Call::IntrinsicOp op, const Expr &a, const Expr &b) {
  return Call::make(Halide::Bool(), op, {a, b}, Call::PureIntrinsic);
}
Expr less(const Expr &a, const Expr &b) {
  return compares(Call::strict_lt, a, b);
}
Expr equal(const Expr &a, const Expr &b) {
  return compares(Call::strict_eq, a, b);
}
/// Halide turns strict_le(a, b) into !(b < a), which holds for NaN; LLVM makes one comparison of
/// this.
Expr lessOrEqual(const Expr &a, const Expr &b) {
  return less(a, b) || equal(a, b);
}

/// max(0, x), one integer comparison: the bits of every x <= -0 that is no NaN, read as a signed
/// number, are at most those of -inf.
Expr positivePart(const Expr &x) {
  return select(Halide::reinterpret(Halide::Int(32), x) <= int32_t(0xFF800000), 0.0f, x);
}

/// a to a small whole power by squaring: keeps the sign of a, which exp(n log a) cannot.
Expr wholePower(const Expr &a, unsigned n) {
  if (n == 0)
    return 1.0f;
  if (n == 1)
    return a;
  const Expr half = wholePower(a, n / 2);
  return n % 2 ? half * half * a : half * half;
}

class Walk {
public:
  explicit Walk(const std::map<std::string, Expr> &variables) : values(variables) {}

  Expr visit(const ScalarExpr &e) {
    if (const auto known = done.find(e); known != done.end())
      return known->second;
    Expr in[3];
    for (size_t i = 0; i < e.operands().size(); ++i)
      in[i] = visit(e.operand(i));
    return done[e] = build(e, in[0], in[1], in[2]);
  }

private:
  Expr build(const ScalarExpr &e, const Expr &a, const Expr &b, const Expr &c) {
    switch (e.op()) {
    case ScalarOp::Constant:
      return float(e.value());
    case ScalarOp::Variable:
      return values.at(e.name());
    case ScalarOp::Add:
      return a + b;
    case ScalarOp::Sub:
      return a - b;
    case ScalarOp::Mul:
      return a * b;
    case ScalarOp::Div:
      return e.operand(1).isConstant() ? a * float(1 / e.operand(1).value()) : exactQuotient(a, b);
    case ScalarOp::Neg:
      return -a;
    case ScalarOp::Less:
      return less(a, b);
    case ScalarOp::LessEqual:
      return lessOrEqual(a, b);
    case ScalarOp::Greater:
      return less(b, a);
    case ScalarOp::GreaterEqual:
      return lessOrEqual(b, a);
    case ScalarOp::Equal:
      return equal(a, b);
    case ScalarOp::NotEqual:
      return !equal(a, b);
    case ScalarOp::Select:
      return Halide::select(a, b, c);
    case ScalarOp::Min:
      return floatMin(a, b);
    case ScalarOp::Max:
      if (e.operand(0).isConstant(0))
        return positivePart(b);
      return e.operand(1).isConstant(0) ? positivePart(a) : floatMax(a, b);
    case ScalarOp::Pow:
      return buildPower(e.operand(1), a, b);
    case ScalarOp::Abs:
      return Halide::abs(a);
    case ScalarOp::Sign:
      return Halide::select(less(0.0f, a), 1.0f, less(a, 0.0f), -1.0f, a);
    case ScalarOp::Exp:
      return floatExp(a);
    case ScalarOp::Expm1:
      return floatExpm1(a);
    case ScalarOp::Log:
      return floatLog(a);
    case ScalarOp::Log1p:
      return floatLog1p(a);
    case ScalarOp::Sqrt:
      return floatSqrt(a);
    case ScalarOp::Rsqrt:
      return exactQuotient(1.0f, floatSqrt(a));
    case ScalarOp::Erf:
      return floatErf(a);
    case ScalarOp::Tanh:
      return floatTanh(a);
    case ScalarOp::Sigmoid:
      return floatSigmoid(a);
    case ScalarOp::Softplus:
      return floatSoftplus(a);
    }
    throw std::logic_error("no float code for " + e.text());
  }

  static Expr buildPower(const ScalarExpr &exponent, const Expr &a, const Expr &b) {
    const double n = exponent.isConstant() ? exponent.value() : 0.5;
    if (n != std::floor(n) || std::fabs(n) > 64)
      return floatPow(a, b);
    const Expr power = wholePower(a, unsigned(std::fabs(n)));
    return n < 0 ? exactQuotient(1.0f, power) : power;
  }

  const std::map<std::string, Expr> &values;
  std::unordered_map<ScalarExpr, Expr, dsl::ScalarExprHash> done;
};

} // namespace

Expr toHalide(const ScalarExpr &e, const std::map<std::string, Expr> &values) {
  return Walk(values).visit(e);
}

} // namespace nnx::kernels
