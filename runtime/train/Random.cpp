// Random numbers by counter.
#include "runtime/train/Random.h"

#include <Random123/philox.h>

#include <cmath>
#include <numeric>
#include <utility>

using namespace nnxrt;

std::array<uint32_t, 4> RandomStream::bits(uint32_t index, uint32_t attempt) const {
  const r123::Philox4x32::ctr_type counter{
      {index, attempt, stream, static_cast<uint32_t>(purpose)}};
  const r123::Philox4x32::key_type key{
      {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)}};
  const auto block = r123::Philox4x32()(counter, key);
  return {block[0], block[1], block[2], block[3]};
}

double RandomStream::uniform(uint32_t index) const {
  return (static_cast<double>(bits(index)[0]) + 0.5) * 0x1p-32;
}

uint32_t RandomStream::below(uint32_t bound, uint32_t index) const {
  // Lemire 2019: the high half of bits * bound, unless the low half falls into the part that is
  // left over, 2^32 mod bound.
  const uint32_t leftOver = (0u - bound) % bound;
  for (uint32_t attempt = 0;; ++attempt) {
    const uint64_t product = uint64_t{bits(index, attempt)[0]} * bound;
    if (static_cast<uint32_t>(product) >= leftOver)
      return static_cast<uint32_t>(product >> 32);
  }
}

void nnxrt::shuffle(std::vector<uint32_t> &order, const RandomStream &random) {
  for (auto left = static_cast<uint32_t>(order.size()); left > 1; --left)
    std::swap(order[left - 1], order[random.below(left, left)]); // Fisher and Yates
}

void nnxrt::shuffle(std::vector<uint32_t> &order, uint64_t seed, uint32_t epoch) {
  std::iota(order.begin(), order.end(), 0u);
  shuffle(order, RandomStream(seed, RandomPurpose::shuffle, epoch));
}

/// ln x for x in (0, 1]: x = m 2^e with m in [sqrt(1/2), sqrt(2)), ln m = 2 atanh((m - 1) / (m +
/// 1)).
static double naturalLogarithm(double x) {
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);
  if (mantissa < 0.70710678118654752) {
    mantissa *= 2;
    --exponent;
  }
  const double z = (mantissa - 1) / (mantissa + 1), square = z * z; // square < 0.0295
  double sum = 0;
  for (int power = 21; power >= 1; power -= 2)
    sum = sum * square + 1.0 / power;
  return exponent * 0.69314718055994531 + 2 * z * sum;
}

template <size_t N> static double polynomial(const std::array<double, N> &falling, double x) {
  double value = 0;
  for (const double coefficient : falling)
    value = value * x + coefficient;
  return value;
}

double nnxrt::normalQuantile(double p) {
  static constexpr std::array centreTop{
      2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
      13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.3871328727963666080};
  static constexpr std::array centreBottom{
      5226.4952788528545610, 28729.085735721942674, 39307.895800092710610, 21213.794301586595867,
      5394.1960214247511077, 687.18700749205790830, 42.313330701600911252, 1.0};
  static constexpr std::array tailTop{7.7454501427834140764e-4, 0.0227238449892691845833,
                                      0.241780725177450611770,  1.27045825245236838258,
                                      3.64784832476320460504,   5.76949722146069140550,
                                      4.63033784615654529590,   1.42343711074968357734};
  static constexpr std::array tailBottom{1.05075007164441684324e-9, 5.475938084995344946e-4,
                                         0.0151986665636164571966,  0.148103976427480074590,
                                         0.689767334985100004550,   1.67638483018380384940,
                                         2.05319162663775882187,    1.0};
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(centreTop, r) / polynomial(centreBottom, r);
  }
  const double r = std::sqrt(-naturalLogarithm(q < 0 ? p : 1 - p)) - 1.6; // at most 3.2 here
  const double size = polynomial(tailTop, r) / polynomial(tailBottom, r);
  return q < 0 ? -size : size;
}
