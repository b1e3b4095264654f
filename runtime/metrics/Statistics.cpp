// Distributions by the incomplete beta function.
#include "runtime/metrics/Statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace nnxrt;

/// The continued fraction of I_x(a, b), by Lentz's method: Abramowitz and Stegun, 26.5.8. Converges
/// fast for x < (a + 1) / (a + b + 2).
static double betaFraction(double a, double b, double x) {
  constexpr double tiny = 1e-300, enough = 1e-16;
  constexpr int most = 100000; // of the order of sqrt(a + b) suffice
  const auto away = [](double value) { return std::abs(value) < tiny ? tiny : value; };
  double c = 1, d = 1 / away(1 - (a + b) * x / (a + 1));
  double result = d;
  for (int m = 1; m <= most; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    result *= c * d;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    result *= c * d;
    if (std::abs(c * d - 1) < enough)
      break;
  }
  return result;
}

double nnxrt::incompleteBeta(double a, double b, double x) {
  if (x <= 0 || x >= 1)
    return x <= 0 ? 0 : 1;
  const double scale = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2))
    return scale * betaFraction(a, b, x) / a;
  return 1 - scale * betaFraction(b, a, 1 - x) / b;
}

double nnxrt::studentTail(double t, double freedom) {
  return incompleteBeta(freedom / 2, 0.5, freedom / (freedom + t * t));
}

double nnxrt::studentQuantile(double tail, double freedom) {
  double low = 0, high = 1;
  while (studentTail(high, freedom) > tail)
    high *= 2;
  for (int i = 0; i < 200 && low < high; ++i) {
    const double middle = (low + high) / 2;
    (studentTail(middle, freedom) > tail ? low : high) = middle;
  }
  return high;
}

double nnxrt::mcNemarTest(int64_t first, int64_t second) {
  const int64_t count = first + second, fewer = std::min(first, second);
  if (count == 0 || first == second)
    return 1;
  // Of `count` fair coins, at most `fewer` on one side: I_1/2(count - fewer, fewer + 1).
  return std::min(1.0, 2 * incompleteBeta(static_cast<double>(count - fewer),
                                          static_cast<double>(fewer + 1), 0.5));
}

double nnxrt::pairedTest(const std::vector<double> &differences) {
  const auto count = static_cast<double>(differences.size());
  const double mean = std::accumulate(differences.begin(), differences.end(), 0.0) / count;
  double squares = 0;
  for (const double difference : differences)
    squares += (difference - mean) * (difference - mean);
  if (squares == 0)
    return mean == 0 ? 1 : 0;
  return studentTail(mean / std::sqrt(squares / (count - 1) / count), count - 1);
}

/// Mean of Phi(shift - t s), where s^2 is chi-square of `freedom` divided by it: the probability
/// that the noncentral T is above t. Simpson's rule over s, whose density is
/// 2 (f/2)^(f/2) / Gamma(f/2) s^(f-1) exp(-f s^2 / 2).
static double noncentralTail(double t, double freedom, double shift) {
  constexpr double deviations = 9; // of s from 1, which holds all but 1e-15 of it
  const double width = deviations / std::sqrt(2 * freedom);
  const double low = std::max(0.0, 1 - width), high = 1 + std::max(width, 8 / std::sqrt(freedom));
  // Phi rises over a width of 1 / t.
  const int parts = 2 * std::clamp(static_cast<int>(10 * t * (high - low)), 1000, 100000);
  const double step = (high - low) / parts;
  const double scale =
      std::log(2.0) + freedom / 2 * std::log(freedom / 2) - std::lgamma(freedom / 2);
  const auto value = [&](double s) {
    const double density =
        s == 0 ? (freedom == 1 ? std::exp(scale) : 0)
               : std::exp(scale + (freedom - 1) * std::log(s) - freedom * s * s / 2);
    return density * std::erfc((t * s - shift) / std::sqrt(2.0)) / 2;
  };
  double sum = value(low) + value(high);
  for (int i = 1; i < parts; ++i)
    sum += value(low + i * step) * (i % 2 == 1 ? 4 : 2);
  return sum * step / 3;
}

double nnxrt::pairedPower(double effect, int64_t pairs, double level) {
  const double freedom = static_cast<double>(pairs - 1);
  const double shift = std::abs(effect) * std::sqrt(static_cast<double>(pairs));
  const double t = studentQuantile(level, freedom);
  return noncentralTail(t, freedom, shift) + noncentralTail(t, freedom, -shift);
}

int64_t nnxrt::pairsNeeded(double effect, double level, double power, int64_t most) {
  if (most < 2 || !(pairedPower(effect, most, level) >= power))
    return 0;
  int64_t low = 1, high = most; // too few, enough
  while (high - low > 1) {
    const int64_t middle = (low + high) / 2;
    (pairedPower(effect, middle, level) >= power ? high : low) = middle;
  }
  return high;
}

/// The places of the values, the smallest first.
static std::vector<size_t> rankingOf(const std::vector<double> &values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return values[a] < values[b]; });
  return order;
}

std::vector<double> nnxrt::holmCorrected(const std::vector<double> &values) {
  const std::vector<size_t> order = rankingOf(values);
  std::vector<double> corrected(values.size());
  double least = 0;
  for (size_t rank = 0; rank < order.size(); ++rank) {
    least = std::max(least, values[order[rank]] * static_cast<double>(order.size() - rank));
    corrected[order[rank]] = std::min(1.0, least);
  }
  return corrected;
}

std::vector<double> nnxrt::holmLevels(const std::vector<double> &values, double level) {
  const std::vector<size_t> order = rankingOf(values);
  std::vector<double> levels(values.size());
  for (size_t rank = 0; rank < order.size(); ++rank)
    levels[order[rank]] = level / static_cast<double>(order.size() - rank);
  return levels;
}
