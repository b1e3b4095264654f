// Moments of features, and what they change.
#include "runtime/data/Standardize.h"

#include "runtime/data/FileBytes.h"

#include <cmath>
#include <fmt/format.h>
#include <limits>

using namespace nnxrt;

/// StandardScaler's bound for the rounding of a variance of 0.
static bool isConstant(double variance, double mean, double count) {
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  const double error = count * mean * epsilon;
  return variance <= count * epsilon * variance + error * error;
}

Moments nnxrt::momentsOf(const Samples &train, double scale) {
  const auto count = static_cast<double>(train.count);
  Moments moments{std::vector<double>(train.features), std::vector<double>(train.features)};
  for (uint64_t row = 0; row < train.count; ++row)
    for (uint64_t f = 0; f < train.features; ++f)
      moments.mean[f] += train.number(row, f) * scale;
  for (double &mean : moments.mean)
    mean /= count;
  // The sum of distances is 0 but for rounding, which it takes out of the sum of squares (Chan,
  // Golub and LeVeque 1983).
  std::vector<double> distances(train.features);
  for (uint64_t row = 0; row < train.count; ++row)
    for (uint64_t f = 0; f < train.features; ++f) {
      const double distance = train.number(row, f) * scale - moments.mean[f];
      moments.deviation[f] += distance * distance;
      distances[f] += distance;
    }
  for (uint64_t f = 0; f < train.features; ++f) {
    const double variance = (moments.deviation[f] - distances[f] * distances[f] / count) / count;
    moments.deviation[f] = isConstant(variance, moments.mean[f], count) ? 1 : std::sqrt(variance);
  }
  return moments;
}

Samples nnxrt::toFloats(const Samples &samples, double scale, const Moments *moments,
                        const std::vector<bool> &changed) {
  Samples floats(samples.name, samples.count, samples.features, ElementType::real32);
  floats.labels = samples.labels;
  floats.targets = samples.targets;
  auto *const out = floats.data<float>();
  for (uint64_t row = 0; row < samples.count; ++row)
    for (uint64_t f = 0; f < samples.features; ++f) {
      double number = samples.number(row, f) * scale;
      if (moments != nullptr && (changed.empty() || changed[f]))
        number = (number - moments->mean[f]) / moments->deviation[f];
      if (!(std::abs(number) <= std::numeric_limits<float>::max()))
        throw DataError(fmt::format("{}: sample {}, number {}: {} is nothing that a 32-bit float "
                                    "holds",
                                    samples.name, row, f, number));
      out[row * samples.features + f] = static_cast<float>(number);
    }
  return floats;
}
