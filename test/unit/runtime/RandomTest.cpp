// Random numbers by counter and initial weights, against their distributions and known values.
#include "runtime/train/Random.h"
#include "runtime/train/Inits.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

using namespace nnxrt;

TEST(RandomStream, is_philox_4x32_10) {
  // Known answers of Random123 (kat_vectors, philox4x32 10): counter and key all zero.
  const RandomStream random(0, RandomPurpose::weights, 0);
  EXPECT_EQ(random.bits(0),
            (std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
}

TEST(RandomStream, differs_by_seed_stream_purpose_and_index) {
  std::set<uint32_t> seen;
  for (const uint64_t seed : {uint64_t{1}, uint64_t{2}, uint64_t{1} << 40})
    for (const RandomPurpose purpose : {RandomPurpose::weights, RandomPurpose::shuffle})
      for (uint32_t stream = 0; stream < 3; ++stream)
        for (uint32_t index = 0; index < 3; ++index)
          seen.insert(RandomStream(seed, purpose, stream).bits(index)[0]);
  EXPECT_EQ(seen.size(), 54U);
}

TEST(Shuffle, is_a_permutation_that_depends_on_seed_and_epoch_alone) {
  std::vector<uint32_t> first(1000), second(1000), again(1000);
  shuffle(first, 1, 1);
  shuffle(second, 1, 2);
  std::fill(again.begin(), again.end(), 7U);
  shuffle(again, 1, 1);
  EXPECT_EQ(first, again);
  EXPECT_NE(first, second);
  std::ranges::sort(first);
  for (uint32_t i = 0; i < first.size(); ++i)
    ASSERT_EQ(first[i], i);
}

TEST(Shuffle, makes_every_order_as_likely) {
  std::map<std::vector<uint32_t>, int> counts;
  constexpr int trials = 24000;
  std::vector<uint32_t> order(4);
  for (uint32_t trial = 0; trial < trials; ++trial) {
    shuffle(order, trial, 1);
    ++counts[order];
  }
  ASSERT_EQ(counts.size(), 24U);
  double chiSquare = 0; // 23 degrees of freedom: above 58 once in 20,000
  for (const auto &[permutation, count] : counts)
    chiSquare += (count - 1000.0) * (count - 1000.0) / 1000;
  EXPECT_LT(chiSquare, 58);
}

TEST(NormalQuantile, agrees_with_known_values) {
  // Python's statistics.NormalDist().inv_cdf, at p and 1 - p.
  const std::pair<double, double> known[] = {
      {0.5, 0.0},
      {0.6, 0.2533471031357998},
      {0.9, 1.2815515655446008},
      {0.925, 1.439531470938456},
      {0.95, 1.6448536269514715},
      {0.975, 1.9599639845400536},
      {0.999, 3.0902323061678136},
      {1 - 0x1p-32, 6.2303},
  };
  for (const auto &[p, value] : known) {
    const double tolerance = p > 0.9999 ? 1e-3 : 1e-14;
    EXPECT_NEAR(normalQuantile(p), value, tolerance) << p;
    EXPECT_NEAR(normalQuantile(1 - p), -value, p > 0.9999 ? 1e-3 : 1e-13) << p;
  }
  // It inverts the distribution function.
  for (double p = 0x1p-33; p < 1; p += 0.0137)
    EXPECT_NEAR(0.5 * std::erfc(-normalQuantile(p) / std::sqrt(2.0)), p, 1e-14);
}

namespace {

struct Expected {
  const char *init;
  double argument[2];
  double mean, deviation, least, most; // of the distribution; least and most are its limits
};

std::vector<float> draw(const char *init, double first, double second, size_t count,
                        uint32_t stream = 5, uint64_t seed = 3) {
  nnxrt_parameter parameter{};
  parameter.name = "layer/kernel";
  parameter.init = init;
  parameter.init_argument[0] = first;
  parameter.init_argument[1] = second;
  parameter.fan_in = 48;
  parameter.fan_out = 24;
  parameter.stream = stream;
  std::vector<float> values(count);
  initializeWeights(parameter, seed, values);
  return values;
}

class InitsTest : public testing::TestWithParam<Expected> {};

} // namespace

TEST_P(InitsTest, has_the_moments_and_limits_of_keras) {
  const Expected &expected = GetParam();
  constexpr size_t count = 200000;
  const std::vector<float> values =
      draw(expected.init, expected.argument[0], expected.argument[1], count);
  double mean = 0, variance = 0;
  for (const float value : values)
    mean += value / static_cast<double>(count);
  for (const float value : values)
    variance += (value - mean) * (value - mean) / static_cast<double>(count);
  const double error = 5 * expected.deviation / std::sqrt(static_cast<double>(count));
  EXPECT_NEAR(mean, expected.mean, error + 1e-7);
  EXPECT_NEAR(std::sqrt(variance), expected.deviation, error + 1e-7);
  const auto [least, most] = std::ranges::minmax(values);
  const double slack = 1e-3 * (expected.most - expected.least);
  EXPECT_GE(least, expected.least - 1e-6);
  EXPECT_LE(most, expected.most + 1e-6);
  if (std::isfinite(slack)) {
    EXPECT_LE(least, expected.least + slack + 1e-6);
    EXPECT_GE(most, expected.most - slack - 1e-6);
  }
}

// fan_in 48, fan_out 24, their mean 36. A uniform distribution over +-limit has the deviation
// limit / sqrt(3); a normal one cut at two deviations keeps 0.87962566103423978 of its deviation.
static constexpr double cut = 2 / 0.87962566103423978;
INSTANTIATE_TEST_SUITE_P(
    Rows, InitsTest,
    testing::Values(Expected{"zeros", {0, 0}, 0, 0, 0, 0}, Expected{"ones", {0, 0}, 1, 0, 1, 1},
                    Expected{"constant", {0.25, 0}, 0.25, 0, 0.25, 0.25},
                    Expected{"uniform", {-0.05, 0.15}, 0.05, 0.2 / std::sqrt(12.0), -0.05, 0.15},
                    Expected{"normal", {0.5, 2}, 0.5, 2, -INFINITY, INFINITY},
                    Expected{"truncated_normal", {0, 1}, 0, 0.87962566103423978, -2, 2},
                    Expected{"he_uniform",
                             {0, 0},
                             0,
                             std::sqrt(2.0 / 48),
                             -std::sqrt(6.0 / 48),
                             std::sqrt(6.0 / 48)},
                    Expected{"he_normal",
                             {0, 0},
                             0,
                             std::sqrt(2.0 / 48),
                             -cut * std::sqrt(2.0 / 48),
                             cut * std::sqrt(2.0 / 48)},
                    Expected{"glorot_uniform",
                             {0, 0},
                             0,
                             std::sqrt(1.0 / 36),
                             -std::sqrt(6.0 / 72),
                             std::sqrt(6.0 / 72)},
                    Expected{"glorot_normal", {0, 0}, 0, std::sqrt(1.0 / 36), -cut / 6, cut / 6},
                    Expected{"lecun_uniform",
                             {0, 0},
                             0,
                             std::sqrt(1.0 / 48),
                             -std::sqrt(3.0 / 48),
                             std::sqrt(3.0 / 48)},
                    Expected{"lecun_normal",
                             {0, 0},
                             0,
                             std::sqrt(1.0 / 48),
                             -cut * std::sqrt(1.0 / 48),
                             cut * std::sqrt(1.0 / 48)}),
    [](const auto &info) { return std::string(info.param.init); });

TEST(Inits, depend_on_seed_stream_and_place_alone) {
  const auto values = draw("he_normal", 0, 0, 100);
  const auto prefix = draw("he_normal", 0, 0, 10);
  EXPECT_TRUE(std::ranges::equal(prefix, std::span(values).first(10)));
  EXPECT_NE(values, draw("he_normal", 0, 0, 100, 6));
  EXPECT_NE(values, draw("he_normal", 0, 0, 100, 5, 4));
}

TEST(Inits, unknown_name_is_an_error) {
  EXPECT_THROW(draw("he_unifrom", 0, 0, 1), InitError);
}
