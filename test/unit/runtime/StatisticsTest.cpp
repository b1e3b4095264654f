// Tests and quantiles against SciPy's, from test/golden/statistics.json.
#include "runtime/metrics/Statistics.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

using namespace nnxrt;
using nlohmann::json;

namespace {

// One that stays: a loop over a part of what a call returns would outlive the rest.
const json &golden() {
  static const json all = [] {
    std::ifstream file(NNX_SOURCE_DIR "/test/golden/statistics.json");
    return json::parse(file);
  }();
  return all;
}

/// Equal to ten digits, or both as good as 0.
void expectClose(double found, double expected, const json &row) {
  EXPECT_NEAR(found, expected, 1e-10 * std::abs(expected) + 1e-14) << row;
}

TEST(Statistics, incomplete_beta_is_that_of_scipy) {
  for (const json &row : golden()["beta"])
    expectClose(incompleteBeta(row[0], row[1], row[2]), row[3], row);
}

TEST(Statistics, student_quantile_is_that_of_scipy) {
  for (const json &row : golden()["student_quantile"])
    expectClose(studentQuantile(row[0], row[1]), row[2], row);
}

TEST(Statistics, mcnemar_is_the_exact_binomial_test) {
  for (const json &row : golden()["mcnemar"])
    expectClose(mcNemarTest(row[0], row[1]), row[2], row);
}

TEST(Statistics, power_is_that_of_the_noncentral_t_of_scipy) {
  for (const json &row : golden()["power"])
    EXPECT_NEAR(pairedPower(row[0], row[1], row[2]), row[3], 1e-6) << row;
}

TEST(Statistics, the_fewest_pairs_reach_the_power) {
  for (const json &row : golden()["pairs_needed"])
    EXPECT_EQ(pairsNeeded(row[0], row[1], 0.8, 1000), row[2].get<int64_t>()) << row;
  EXPECT_EQ(pairsNeeded(0.01, 0.05, 0.8, 1000), 0) << "more than asked for";
  EXPECT_EQ(pairsNeeded(0, 0.05, 0.8, 1000), 0) << "no difference";
}

TEST(Statistics, paired_test_is_that_of_scipy) {
  for (const json &row : golden()["paired"])
    expectClose(pairedTest(row[0].get<std::vector<double>>()), row[1], row);
}

TEST(Statistics, holm_corrects_in_place) {
  for (const json &row : golden()["holm"]) {
    const auto found = holmCorrected(row[0].get<std::vector<double>>());
    ASSERT_EQ(found.size(), row[1].size());
    for (size_t i = 0; i < found.size(); ++i)
      expectClose(found[i], row[1][i], row);
  }
}

} // namespace
