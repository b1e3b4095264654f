// Polynomial and rational forms of the float functions; docs/activations.md gives their errors.
#include "compiler/kernels/FloatMath.h"

#include <cstdint>
#include <initializer_list>
#include <limits>

namespace nnx::kernels {
namespace {

using Halide::Expr;
using Halide::Internal::Call;

constexpr int32_t infinityBits = 0x7F800000;

Expr bitsOf(const Expr &x) {
  return Halide::reinterpret(Halide::Int(32), x);
}
Expr floatOf(const Expr &bits) {
  return Halide::reinterpret(Halide::Float(32), bits);
}

/// One operation as IEEE has it, whatever surrounds it.
Expr strict(Call::IntrinsicOp op, const Expr &a, const Expr &b) {
  return Call::make(a.type(), op, {a, b}, Call::PureIntrinsic);
}

Expr isNaN(const Expr &x) {
  return (bitsOf(x) & 0x7FFFFFFF) > infinityBits;
}
Expr keepNaN(const Expr &x, const Expr &result) {
  return select(isNaN(x), x, result);
}

/// Horner's scheme, highest power first.
Expr polynomial(const Expr &x, std::initializer_list<double> coefficients) {
  Expr sum;
  for (const double c : coefficients)
    sum = sum.defined() ? sum * x + float(c) : Expr(float(c));
  return sum;
}

/// x = power * ln 2 + rest, |rest| <= ln(2) / 2; then exp(rest) - 1 by Cephes' expf.
struct ExpParts {
  Expr power, restExpm1;
};

ExpParts splitExp(const Expr &x, int greatestPower) {
  const Expr power = Halide::min(Halide::floor(x * 1.44269504f + 0.5f), float(greatestPower));
  // The first product is exact: 0.693359375 has 10 bits.
  const Expr coarse = strict(Call::strict_sub, x, strict(Call::strict_mul, power, 0.693359375f));
  const Expr rest = coarse - power * -2.12194440e-4f;
  const Expr tail = polynomial(rest, {1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3,
                                      4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1});
  return {cast(Halide::Int(32), power), rest + rest * rest * tail};
}

/// 2 atanh(s) for |s| <= 1/3, by its series.
Expr twiceAtanh(const Expr &s) {
  return s * polynomial(s * s, {2. / 13, 2. / 11, 2. / 9, 2. / 7, 2. / 5, 2. / 3, 2.});
}

/// x = 2^power * mantissa, mantissa in [sqrt(1/2), sqrt(2)).
struct LogParts {
  Expr power, mantissa;
};

LogParts splitLog(const Expr &x) {
  constexpr int32_t halfRootBits = 0x3F3504F3; // sqrt(1/2)
  const Expr power = (bitsOf(x) - halfRootBits) >> 23;
  return {cast(Halide::Float(32), power), floatOf(bitsOf(x) - (power << 23))};
}

/// The logarithm's values at 0, below it, at infinity and at NaN.
Expr logEdges(const Expr &x, const Expr &result) {
  const Expr tiny = Halide::abs(x) < 1.17549435e-38f;
  const Expr bits = select(tiny, int32_t(0xFF800000), bitsOf(x) < 0, 0x7FC00000,
                           bitsOf(x) >= infinityBits, bitsOf(x), bitsOf(result));
  return floatOf(bits);
}

} // namespace

Expr exactQuotient(const Expr &a, const Expr &b) {
  return strict(Call::strict_div, a, b);
}

Expr floatExp(const Expr &x) {
  const ExpParts parts = splitExp(x, 128);
  Expr bits = bitsOf(parts.restExpm1 + 1.0f) + (parts.power << 23);
  bits = select(x > 88.7228394f, infinityBits, bits);
  bits = select(x < -87.33f, 0, bits);
  return keepNaN(x, floatOf(bits));
}

Expr floatExpm1(const Expr &x) {
  const ExpParts parts = splitExp(Halide::max(x, -40.0f), 127);
  const Expr scale = floatOf((parts.power + 127) << 23);
  // Strict, or fast-math would add the 1 last.
  const Expr result = scale * parts.restExpm1 + strict(Call::strict_sub, scale, 1.0f);
  return keepNaN(x, floatOf(select(x > 88.7228394f, infinityBits, bitsOf(result))));
}

Expr floatLog(const Expr &x) {
  const auto [power, m] = splitLog(x);
  const Expr s = exactQuotient(strict(Call::strict_sub, m, 1.0f), m + 1.0f);
  return logEdges(x, twiceAtanh(s) + power * 0.693147181f);
}

Expr floatLog1p(const Expr &x) {
  const Expr whole = strict(Call::strict_add, x, 1.0f);
  const auto [power, m] = splitLog(whole);
  const Expr small = x > -0.29f && x < 0.41f;
  const Expr s = exactQuotient(select(small, x, strict(Call::strict_sub, m, 1.0f)),
                               select(small, x + 2.0f, m + 1.0f));
  const Expr result = twiceAtanh(s) + select(small, 0.0f, power * 0.693147181f);
  return logEdges(whole, result);
}

Expr floatPow(const Expr &a, const Expr &b) {
  return floatExp(b * floatLog(a));
}

// Below 0.95 an odd polynomial, above it 1 - t^8, where t is a polynomial fitted to the eighth root
// of erfc: no division, and the tail ends in exactly 1, so x * (1 + erf(x)) stays small far out.
// Minimax fits by Lawson's iteration, errors 2.2e-8.
Expr floatErf(const Expr &x) {
  const Expr near = x * polynomial(x * x, {-0.0005862090434, 0.00496750892, -0.02674886621,
                                           0.1128132077, -0.3761244595, 1.128379142});
  const Expr size = Halide::min(Halide::abs(x), 4.0f);
  const Expr t = polynomial(size, {0.0001438577007, -0.002407366792, 0.01266202414, -0.01079255575,
                                   -0.06212919415, -0.1446173868, 1.000720796});
  const Expr t2 = t * t, t4 = t2 * t2, far = 1.0f - t4 * t4;
  const Expr signedFar = floatOf(bitsOf(far) | (bitsOf(x) & std::numeric_limits<int32_t>::min()));
  return keepNaN(x, select(Halide::abs(x) < 0.95f, near, signedFar));
}

// Eigen's rational form (generic_fast_tanh_float).
Expr floatTanh(const Expr &x) {
  const Expr c = clamp(x, -7.90531110763549805f, 7.90531110763549805f), square = c * c;
  const Expr p =
      c * polynomial(square, {-2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11,
                              5.12229709037114e-08, 1.48572235717979e-05, 6.37261928875436e-04,
                              4.89352455891786e-03});
  const Expr q = polynomial(square, {1.19825839466702e-06, 1.18534705686654e-04,
                                     2.26843463243900e-03, 4.89352518554385e-03});
  return keepNaN(x, select(Halide::abs(x) < 0.0004f, x, exactQuotient(p, q)));
}

Expr floatSigmoid(const Expr &x) {
  return exactQuotient(1.0f, floatExp(-x) + 1.0f);
}

Expr floatSoftplus(const Expr &x) {
  const Expr e = floatExp(-Halide::abs(x));
  return Halide::max(x, 0.0f) + twiceAtanh(exactQuotient(e, e + 2.0f));
}

Expr floatSqrt(const Expr &x) {
  return sqrt(x);
}

Expr floatMin(const Expr &a, const Expr &b) {
  return keepNaN(a, keepNaN(b, Halide::min(a, b)));
}

Expr floatMax(const Expr &a, const Expr &b) {
  return keepNaN(a, keepNaN(b, Halide::max(a, b)));
}

} // namespace nnx::kernels
