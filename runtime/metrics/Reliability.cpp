// Bins of a reliability diagram.
#include "runtime/metrics/Reliability.h"

#include <algorithm>
#include <cmath>

namespace nnxrt {

std::array<ReliabilityBin, 15> reliabilityOf(std::span<const uint16_t> labels,
                                             std::span<const uint16_t> predictions,
                                             std::span<const float> confidence) {
  std::array<ReliabilityBin, 15> bins{};
  constexpr auto count = static_cast<double>(bins.size());
  for (size_t i = 0; i < labels.size(); ++i) {
    if (std::isnan(confidence[i]))
      continue;
    const double place = std::ceil(static_cast<double>(confidence[i]) * count) - 1;
    ReliabilityBin &bin = bins[static_cast<size_t>(std::clamp(place, 0.0, count - 1))];
    ++bin.samples;
    bin.hits += predictions[i] == labels[i] ? 1 : 0;
    bin.confidence += confidence[i];
  }
  return bins;
}

} // namespace nnxrt
