// Gathering a batch by transposing blocks of 16 samples x 16 bytes in registers.
#include "runtime/data/Gather.h"

#include <nnxrt/abi.h>

#include <algorithm>
#include <array>
#include <cstring>

using namespace nnxrt;

namespace {
constexpr int lanes = NNXRT_LANES;
using Bytes16 = uint8_t __attribute__((vector_size(16)));
using Words4 = int32_t __attribute__((vector_size(16)));
using Floats4 = float __attribute__((vector_size(16)));
using Block = std::array<Bytes16, lanes>;
} // namespace

static Bytes16 interleaveLow(Bytes16 a, Bytes16 b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

static Bytes16 interleaveHigh(Bytes16 a, Bytes16 b) {
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15,
                                 31);
}

/// Four rounds of perfect shuffles: row i with row i + 8, which together transpose 16 x 16.
static void transpose(Block &rows) {
  for (int round = 0; round < 4; ++round) {
    Block next;
    for (size_t i = 0; i < lanes / 2; ++i) {
      next[2 * i] = interleaveLow(rows[i], rows[i + lanes / 2]);
      next[2 * i + 1] = interleaveHigh(rows[i], rows[i + lanes / 2]);
    }
    rows = next;
  }
}

/// One pixel of sixteen samples: a cache line of floats.
static void storeScaled(Bytes16 pixel, float scale, float *target) {
  const Bytes16 zero{};
  const Bytes16 low = interleaveLow(pixel, zero), high = interleaveHigh(pixel, zero);
  int64_t part = 0;
  for (const Bytes16 half : {low, high}) {
    using Halves8 = uint16_t __attribute__((vector_size(16)));
    const auto wide = reinterpret_cast<Halves8>(half);
    const Halves8 none{};
    const auto first =
        reinterpret_cast<Words4>(__builtin_shufflevector(wide, none, 0, 8, 1, 9, 2, 10, 3, 11));
    const auto second =
        reinterpret_cast<Words4>(__builtin_shufflevector(wide, none, 4, 12, 5, 13, 6, 14, 7, 15));
    for (const Words4 four : {first, second})
      *reinterpret_cast<Floats4 *>(target + 4 * part++) =
          __builtin_convertvector(four, Floats4) * scale;
  }
}

/// Where number `index` of a sample, in the order y, x, c, lies in the order x, y, c: x fastest.
static int64_t placeOf(const SampleSet &set, int64_t index) {
  const int64_t pixel = index / set.channels, channel = index % set.channels;
  return channel * set.height * set.width + pixel;
}

/// One tile. Bytes of a sample lie (y, x, c), c fastest; the input wants x, y, c, x fastest.
static void gatherBytes(const SampleSet &set, const std::array<const uint8_t *, lanes> &samples,
                        float scale, float *tile) {
  const int64_t bytes = set.sampleBytes();
  for (int64_t start = 0; start < bytes; start += lanes) {
    const int64_t used = std::min<int64_t>(lanes, bytes - start);
    Block block{};
    for (int lane = 0; lane < lanes; ++lane)
      if (samples[lane] != nullptr)
        std::memcpy(&block[lane], samples[lane] + start, static_cast<size_t>(used));
    transpose(block);
    for (int64_t i = 0; i < used; ++i)
      storeScaled(block[i], scale, tile + placeOf(set, start + i) * lanes);
  }
}

static void gatherFloats(const SampleSet &set, const std::array<const float *, lanes> &samples,
                         float scale, float *tile) {
  for (int64_t i = 0; i < set.sampleBytes(); ++i)
    for (int lane = 0; lane < lanes; ++lane)
      tile[placeOf(set, i) * lanes + lane] =
          samples[lane] != nullptr ? samples[lane][i] * scale : 0;
}

static void standardize(const SampleSet &set, float *tile) {
  for (int64_t i = 0; i < set.sampleBytes(); ++i)
    for (int lane = 0; lane < lanes; ++lane) {
      float &number = tile[placeOf(set, i) * lanes + lane];
      number = (number - set.standardization->mean[i]) * set.standardization->inverse[i];
    }
}

void nnxrt::gatherSamples(const SampleSet &set, std::span<const uint32_t> indices, float scale,
                          float *input, int32_t *labels, const Augmenter *augmenter) {
  const auto numbers = static_cast<size_t>(set.sampleBytes());
  gatherLabels(set, indices, labels);
  std::vector<float> changed(augmenter != nullptr ? lanes * numbers : 0);
  for (size_t first = 0; first < indices.size(); first += lanes) {
    const size_t used = std::min<size_t>(lanes, indices.size() - first);
    std::array<const uint8_t *, lanes> bytes{};
    std::array<const float *, lanes> floats{};
    for (size_t lane = 0; lane < used; ++lane) {
      const uint32_t index = indices[first + lane];
      if (augmenter != nullptr) {
        const auto sample = std::span(changed).subspan(lane * numbers, numbers);
        augmenter->apply(set, index, scale, sample);
        floats[lane] = sample.data();
      } else if (set.pixels != nullptr) {
        bytes[lane] = set.sample(index).data();
      } else {
        floats[lane] = set.values + index * numbers;
      }
    }
    float *const tile = input + first * numbers;
    if (augmenter == nullptr && set.pixels != nullptr)
      gatherBytes(set, bytes, scale, tile);
    else
      gatherFloats(set, floats, augmenter != nullptr ? 1 : scale, tile);
    if (set.standardization != nullptr)
      standardize(set, tile);
  }
}

void nnxrt::gatherLabels(const SampleSet &set, std::span<const uint32_t> indices, int32_t *labels) {
  const size_t padded = (indices.size() + lanes - 1) / lanes * lanes;
  for (size_t i = 0; i < padded; ++i)
    labels[i] = i < indices.size() && set.labels != nullptr ? set.labels[indices[i]] : 0;
}

void nnxrt::gatherTargets(const SampleSet &set, std::span<const uint32_t> indices, int64_t count,
                          float *targets) {
  const auto each = static_cast<size_t>(count);
  for (size_t first = 0; first < indices.size(); first += lanes)
    for (size_t target = 0; target < each; ++target)
      for (size_t lane = 0; lane < lanes; ++lane)
        targets[first * each + target * lanes + lane] =
            first + lane < indices.size() ? set.targets[indices[first + lane] * each + target] : 0;
}
