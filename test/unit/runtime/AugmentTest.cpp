// Augmentation against the plain meaning of its steps, and batches of floats.
#include "runtime/data/Gather.h"
#include "runtime/train/Random.h"

#include "test/unit/runtime/SyntheticDigits.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>

using namespace nnxrt;
using namespace nnxrt::test;

namespace {

constexpr int64_t count = 40, height = 5, width = 7, channels = 2;
constexpr auto numbers = static_cast<size_t>(height * width * channels);

class AugmentTest : public testing::Test {
protected:
  AugmentTest() : pixels(count * numbers), labels(count) {
    for (size_t i = 0; i < pixels.size(); ++i)
      pixels[i] = static_cast<uint8_t>(1 + (i * 2654435761U >> 13) % 255);
    set = {count, height, width, channels, pixels.data(), labels.data(), {}};
  }

  [[nodiscard]] float at(uint32_t sample, int64_t y, int64_t x, int64_t c) const {
    if (y < 0 || y >= height || x < 0 || x >= width)
      return 0;
    return set.sample(sample)[static_cast<size_t>((y * width + x) * channels + c)];
  }

  static std::vector<float> apply(const SampleSet &set, const std::vector<AugmentStep> &steps,
                                  uint32_t index, uint32_t epoch = 1, uint64_t seed = 9) {
    std::vector<float> out(numbers, -1);
    Augmenter(steps, seed, epoch).apply(set, index, 1, out);
    return out;
  }

  /// The image whose pixel (y, x) is that of `from(y, x)`.
  template <typename From> std::vector<float> image(uint32_t sample, From from) const {
    std::vector<float> out;
    for (int64_t y = 0; y < height; ++y)
      for (int64_t x = 0; x < width; ++x)
        for (int64_t c = 0; c < channels; ++c) {
          const auto [fromY, fromX] = from(y, x);
          out.push_back(at(sample, fromY, fromX, c));
        }
    return out;
  }

  Bytes pixels, labels;
  SampleSet set;
};

using Place = std::pair<int64_t, int64_t>;

} // namespace

TEST_F(AugmentTest, shift_moves_by_whole_pixels_each_as_often) {
  const std::vector<AugmentStep> steps{{AugmentKind::shift, 1}};
  std::map<Place, int> seen;
  for (uint32_t epoch = 1; epoch <= 90; ++epoch)
    for (uint32_t sample = 0; sample < count; ++sample) {
      const std::vector<float> found = apply(set, steps, sample, epoch);
      int matches = 0;
      for (int64_t dy = -1; dy <= 1; ++dy)
        for (int64_t dx = -1; dx <= 1; ++dx)
          if (found == image(sample, [&](int64_t y, int64_t x) { return Place(y - dy, x - dx); })) {
            ++matches;
            ++seen[{dy, dx}];
          }
      ASSERT_EQ(matches, 1);
    }
  EXPECT_EQ(seen.size(), 9);
  for (const auto &[place, times] : seen)
    EXPECT_NEAR(times, 400, 100) << place.first << ", " << place.second; // 5 deviations
}

TEST_F(AugmentTest, flips_mirror_half_of_the_samples) {
  for (const AugmentKind kind : {AugmentKind::flipHorizontal, AugmentKind::flipVertical}) {
    int mirrored = 0;
    for (uint32_t epoch = 1; epoch <= 20; ++epoch)
      for (uint32_t sample = 0; sample < count; ++sample) {
        const std::vector<float> found = apply(set, {{kind, 0}}, sample, epoch);
        const auto plain = image(sample, [](int64_t y, int64_t x) { return Place(y, x); });
        const auto mirror = image(sample, [&](int64_t y, int64_t x) {
          return kind == AugmentKind::flipHorizontal ? Place(y, width - 1 - x)
                                                     : Place(height - 1 - y, x);
        });
        ASSERT_TRUE(found == plain || found == mirror);
        mirrored += found == mirror ? 1 : 0;
      }
    EXPECT_NEAR(mirrored, 400, 70);
  }
}

TEST_F(AugmentTest, rotation_is_bilinear_about_the_middle) {
  constexpr double most = 30;
  const RandomStream random(9, RandomPurpose::augment, 1);
  for (uint32_t sample = 0; sample < count; ++sample) {
    const double angle =
        most * (2 * ((random.bits(sample, 0)[0] + 0.5) / 4294967296.0) - 1) * M_PI / 180;
    const std::vector<float> found = apply(set, {{AugmentKind::rotate, most}}, sample);
    size_t i = 0;
    for (int64_t y = 0; y < height; ++y)
      for (int64_t x = 0; x < width; ++x) {
        const double u = static_cast<double>(x) - 3, v = static_cast<double>(y) - 2;
        const double sourceX = std::cos(angle) * u - std::sin(angle) * v + 3;
        const double sourceY = std::sin(angle) * u + std::cos(angle) * v + 2;
        for (int64_t c = 0; c < channels; ++c) {
          double expected = 0;
          for (int64_t py = -3; py < height + 3; ++py) // every pixel by its tent
            for (int64_t px = -3; px < width + 3; ++px)
              expected += at(sample, py, px, c) *
                          std::max(0.0, 1 - std::abs(sourceX - static_cast<double>(px))) *
                          std::max(0.0, 1 - std::abs(sourceY - static_cast<double>(py)));
          ASSERT_NEAR(found[i++], expected, 1e-4) << sample << ": " << y << ", " << x;
        }
      }
  }
}

TEST_F(AugmentTest, draws_depend_on_seed_epoch_and_sample_alone) {
  const std::vector<AugmentStep> steps{{AugmentKind::shift, 2}, {AugmentKind::rotate, 15}};
  EXPECT_EQ(apply(set, steps, 3), apply(set, steps, 3));
  EXPECT_NE(apply(set, steps, 3, 1), apply(set, steps, 3, 2));
  EXPECT_NE(apply(set, steps, 3, 1, 9), apply(set, steps, 3, 1, 10));
  std::vector<uint32_t> indices(count);
  std::iota(indices.begin(), indices.end(), 0U);
  const Augmenter augmenter(steps, 9, 1);
  const auto gather = [&](std::span<const uint32_t> batch) {
    const size_t lanes = (batch.size() + 15) / 16 * 16;
    std::vector<float> input(lanes * numbers);
    std::vector<int32_t> batchLabels(lanes);
    gatherSamples(set, batch, 0.5F, input.data(), batchLabels.data(), &augmenter);
    return input;
  };
  const std::vector<float> all = gather(indices);
  for (const uint32_t sample : {0U, 17U, 39U}) {
    const std::vector<float> alone = gather(std::span(indices).subspan(sample, 1));
    const std::vector<float> plain = apply(set, steps, sample);
    for (size_t place = 0; place < numbers; ++place) {
      EXPECT_EQ(all[(sample / 16 * numbers + place) * 16 + sample % 16], alone[place * 16]);
      const size_t c = place / (height * width), pixel = place % (height * width);
      EXPECT_EQ(alone[place * 16], plain[pixel * channels + c] * 0.5F);
    }
  }
}

TEST_F(AugmentTest, gathers_floats_and_standardizes) {
  std::vector<float> values(pixels.begin(), pixels.end());
  Standardization rule;
  for (size_t f = 0; f < numbers; ++f) {
    rule.mean.push_back(static_cast<float>(f));
    rule.inverse.push_back(1 / static_cast<float>(f + 1));
  }
  SampleSet floats = set, bytes = set;
  floats.pixels = nullptr;
  floats.values = values.data();
  floats.standardization = bytes.standardization = &rule;
  const std::vector<uint32_t> indices{3, 30, 7};
  std::vector<float> first(16 * numbers), second(16 * numbers);
  std::vector<int32_t> batchLabels(16);
  gatherSamples(floats, indices, 2, first.data(), batchLabels.data());
  gatherSamples(bytes, indices, 2, second.data(), batchLabels.data());
  for (size_t lane = 0; lane < indices.size(); ++lane)
    for (size_t f = 0; f < numbers; ++f) {
      const size_t place = f % channels * (height * width) + f / channels;
      const float expected = (2 * set.sample(indices[lane])[f] - rule.mean[f]) * rule.inverse[f];
      EXPECT_EQ(first[place * 16 + lane], expected);
      EXPECT_EQ(second[place * 16 + lane], expected);
    }
}
