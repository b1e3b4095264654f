// Random numbers by counter: number `index` of a stream is a function of (seed, stream, index) and
// nothing else, so no thread, point or order of drawing changes it. Philox 4x32-10 of Random123.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace nnxrt {

/// What numbers are for; each purpose has streams of its own. The values are part of the results.
enum class RandomPurpose : uint32_t { weights = 0, shuffle = 1, split = 2, augment = 3 };

class RandomStream {
public:
  RandomStream(uint64_t seed, RandomPurpose purpose, uint32_t stream)
      : seed(seed), purpose(purpose), stream(stream) {}

  /// Number `index`, its `attempt`th draw where draws may be refused: 4 x 32 bits.
  [[nodiscard]] std::array<uint32_t, 4> bits(uint32_t index, uint32_t attempt = 0) const;
  /// Number `index`, uniform in (0, 1): (k + 1/2) / 2^32.
  [[nodiscard]] double uniform(uint32_t index) const;
  /// Number `index`, uniform over [0, bound), without bias.
  [[nodiscard]] uint32_t below(uint32_t bound, uint32_t index) const;

private:
  uint64_t seed;
  RandomPurpose purpose;
  uint32_t stream;
};

/// Permutes what is in `order`, each permutation as likely.
void shuffle(std::vector<uint32_t> &order, const RandomStream &random);

/// A permutation of 0 .. order.size()-1, each as likely: the order of samples of one epoch.
void shuffle(std::vector<uint32_t> &order, uint64_t seed, uint32_t epoch);

/// Quantile of the standard normal distribution at p in [2^-33, 1 - 2^-33]: AS241 (Wichura 1988),
/// relative error 1e-15, in plain arithmetic, so that its bits do not depend on a libm.
double normalQuantile(double p);

} // namespace nnxrt
