// Initial weights from the table of initializers.
#include "runtime/train/Inits.h"

#include "runtime/train/Random.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <string_view>

using namespace nnxrt;

namespace {
enum class Distribution : uint8_t { constant, argument, uniform, normal, truncatedNormal };
enum class Fan : uint8_t { none, in, mean };

struct Init {
  std::string_view name;
  Distribution distribution;
  double scale;
  Fan fan;
};

constexpr Init inits[] = {
#define INIT(name, distribution, scale, fan) {#name, Distribution::distribution, scale, Fan::fan},
#include "runtime/train/Inits.def"
};

/// Phi(2), the share of a normal distribution below two standard deviations.
constexpr double shareBelowTwo = 0.97724986805182079;
/// Standard deviation of a standard normal distribution cut at two.
constexpr double truncatedDeviation = 0.87962566103423978;
} // namespace

/// scale / max(1, fan).
static double scaledVariance(const Init &init, const nnxrt_parameter &parameter) {
  const auto in = static_cast<double>(parameter.fan_in),
             out = static_cast<double>(parameter.fan_out);
  return init.scale / std::max(1.0, init.fan == Fan::in ? in : (in + out) / 2);
}

void nnxrt::initializeWeights(const nnxrt_parameter &parameter, uint64_t seed,
                              std::span<float> values) {
  const auto *const init = std::ranges::find(inits, std::string_view(parameter.init),
                                             [](const Init &row) { return row.name; });
  if (init == std::end(inits))
    throw InitError(fmt::format("{}: unknown initializer `{}`", parameter.name, parameter.init));
  double first = parameter.init_argument[0], second = parameter.init_argument[1];
  if (init->fan != Fan::none) {
    const double variance = scaledVariance(*init, parameter);
    const bool uniform = init->distribution == Distribution::uniform;
    const double limit = std::sqrt(3 * variance);
    first = uniform ? -limit : 0;
    second = uniform ? limit : std::sqrt(variance) / truncatedDeviation;
  }
  const RandomStream random(seed, RandomPurpose::weights, parameter.stream);
  for (size_t i = 0; i < values.size(); ++i) {
    double value = 0;
    const auto index = static_cast<uint32_t>(i);
    switch (init->distribution) {
    case Distribution::constant:
      value = init->scale;
      break;
    case Distribution::argument:
      value = first;
      break;
    case Distribution::uniform:
      value = first + (second - first) * random.uniform(index);
      break;
    case Distribution::normal:
      value = first + second * normalQuantile(random.uniform(index));
      break;
    case Distribution::truncatedNormal:
      value = first + second * normalQuantile((1 - shareBelowTwo) +
                                              (2 * shareBelowTwo - 1) * random.uniform(index));
      break;
    }
    values[i] = static_cast<float>(value);
  }
}
