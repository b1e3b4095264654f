// Training images that are moved, mirrored and turned by chance.
#pragma once

#include "runtime/data/SampleSet.h"
#include "runtime/train/Study.h"

#include <cstdint>
#include <span>
#include <vector>

namespace nnxrt {

/// What the samples of one epoch undergo: a function of the run's seed, the epoch and the number of
/// the sample alone, so that neither threads nor a resumed run change it.
class Augmenter {
public:
  Augmenter(const std::vector<AugmentStep> &steps, uint64_t seed, uint32_t epoch)
      : steps(steps), seed(seed), epoch(epoch) {}

  /// From a place of the result to that of the image, both counted from the middle:
  /// (x, y) -> (a x + b y + c, d x + e y + f).
  struct Map {
    double a, b, c, d, e, f;
  };
  [[nodiscard]] Map mapOf(uint32_t index) const;

  /// Writes sample `index` of `set`, changed, to `out`: row major (y, x, c), each number times
  /// `scale`. What comes from outside of the image is 0; a place between pixels is the bilinear
  /// mean of the four around it.
  void apply(const SampleSet &set, uint32_t index, float scale, std::span<float> out) const;

private:
  const std::vector<AugmentStep> &steps;
  uint64_t seed;
  uint32_t epoch;
};

} // namespace nnxrt
