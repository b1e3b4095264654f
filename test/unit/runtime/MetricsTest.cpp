// Metrics and predictions against scikit-learn's and NumPy's, from test/golden/metrics.json.
#include "runtime/metrics/Metrics.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <nnxrt/abi.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>

using namespace nnxrt;
using nlohmann::json;

namespace {

json loadCases() {
  std::ifstream file(NNX_SOURCE_DIR "/test/golden/metrics.json");
  return json::parse(file)["cases"];
}

class GoldenRegression : public testing::TestWithParam<json> {};

json loadRegression() {
  std::ifstream file(NNX_SOURCE_DIR "/test/golden/metrics.json");
  return json::parse(file)["regression"];
}

class GoldenMetrics : public testing::TestWithParam<json> {};

float number(const json &value) {
  return value.is_string() ? std::numeric_limits<float>::quiet_NaN() : value.get<float>();
}

/// Rows of outputs through predictTile, sixteen at a time, with a stride that leaves room.
std::vector<uint16_t> predict(const json &outputs, int classes) {
  constexpr int64_t stride = NNXRT_LANES + 3;
  std::vector<uint16_t> predictions;
  for (size_t first = 0; first < outputs.size(); first += NNXRT_LANES) {
    std::vector<float> tile(static_cast<size_t>(classes * stride), 7.0F);
    const size_t used = std::min<size_t>(NNXRT_LANES, outputs.size() - first);
    for (size_t lane = 0; lane < used; ++lane)
      for (int c = 0; c < classes; ++c)
        tile[static_cast<size_t>(c * stride) + lane] =
            number(outputs[first + lane][static_cast<size_t>(c)]);
    std::array<uint16_t, NNXRT_LANES> predicted{};
    predictTile(tile.data(), classes, stride, predicted.data());
    predictions.insert(predictions.end(), predicted.begin(), predicted.begin() + used);
  }
  return predictions;
}

void expectFigures(const AveragedFigures &found, const json &expected) {
  EXPECT_NEAR(found.precision, expected["precision"].get<double>(), 1e-12);
  EXPECT_NEAR(found.recall, expected["recall"].get<double>(), 1e-12);
  EXPECT_NEAR(found.f1, expected["f1"].get<double>(), 1e-12);
}

TEST(ProbabilityFigures, are_those_of_scikit_learn) {
  std::ifstream file(NNX_SOURCE_DIR "/test/golden/metrics.json");
  const json golden = json::parse(file)["probabilities"];
  const auto labels = golden["labels"].get<std::vector<uint16_t>>();
  const auto outputs = golden["outputs"].get<std::vector<std::vector<float>>>();
  const auto classes = static_cast<int>(outputs[0].size());
  std::vector<uint16_t> predictions, ranks;
  std::vector<float> confidence;
  for (size_t i = 0; i < labels.size(); ++i) {
    const auto best = std::max_element(outputs[i].begin(), outputs[i].end());
    predictions.push_back(static_cast<uint16_t>(best - outputs[i].begin()));
    confidence.push_back(*best);
    ranks.push_back(rankOfLabel(outputs[i].data(), classes, 1, labels[i]));
  }
  Metrics metrics = computeMetrics(labels, predictions, classes, 0);
  addProbabilityFigures(metrics, labels, predictions, confidence, ranks);
  EXPECT_NEAR(metrics.top2, golden["top"]["2"].get<double>(), 1e-12);
  EXPECT_NEAR(metrics.top3, golden["top"]["3"].get<double>(), 1e-12);
  EXPECT_NEAR(metrics.top5, golden["top"]["5"].get<double>(), 1e-12);
  EXPECT_NEAR(metrics.calibrationError, golden["calibration_error"].get<double>(), 1e-7);
}

TEST(ProbabilityFigures, rank_follows_the_order_of_predictions) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::array<float, 5> outputs{0.1F, nan, 0.4F, nan, 0.4F}; // 1, 3, 2, 4, 0
  const std::array<int, 5> ranks{4, 0, 2, 1, 3};
  for (int label = 0; label < 5; ++label)
    EXPECT_EQ(rankOfLabel(outputs.data(), 5, 1, label), ranks[static_cast<size_t>(label)]);
}

TEST(ProbabilityFigures, a_confidence_that_is_no_number_gives_no_calibration_error) {
  const std::vector<uint16_t> labels{0, 1}, predictions{0, 0}, ranks{0, 1};
  const std::vector<float> confidence{0.5F, std::numeric_limits<float>::quiet_NaN()};
  Metrics metrics = computeMetrics(labels, predictions, 2, 0);
  addProbabilityFigures(metrics, labels, predictions, confidence, ranks);
  EXPECT_TRUE(std::isnan(metrics.calibrationError));
  EXPECT_EQ(metrics.top2, 1);
}

} // namespace

TEST_P(GoldenMetrics, agree_with_scikit_learn) {
  const json &golden = GetParam();
  const auto classes = golden["classes"].get<int>();
  const auto labels = golden["labels"].get<std::vector<uint16_t>>();
  const auto predictions = predict(golden["outputs"], classes);
  ASSERT_EQ(predictions, golden["predictions"].get<std::vector<uint16_t>>());

  const Metrics metrics = computeMetrics(labels, predictions, classes, 0.25);
  EXPECT_EQ(metrics.loss, 0.25);
  EXPECT_EQ(metrics.samples, static_cast<int64_t>(labels.size()));
  EXPECT_NEAR(metrics.accuracy, golden["accuracy"].get<double>(), 1e-12);
  expectFigures(metrics.weighted, golden["weighted"]);
  expectFigures(metrics.macro, golden["macro"]);
  expectFigures(metrics.micro, golden["micro"]);
  const json &perClass = golden["per_class"];
  for (int c = 0; c < classes; ++c) {
    const ClassFigures &figures = metrics.perClass[static_cast<size_t>(c)];
    expectFigures({figures.precision, figures.recall, figures.f1},
                  {{"precision", perClass["precision"][c]},
                   {"recall", perClass["recall"][c]},
                   {"f1", perClass["f1"][c]}});
    EXPECT_EQ(figures.support, perClass["support"][c].get<int64_t>());
    for (int other = 0; other < classes; ++other)
      EXPECT_EQ(metrics.count(c, other), golden["confusion"][c][other].get<int64_t>());
  }
}

TEST_P(GoldenRegression, agrees_with_scikit_learn) {
  const json &golden = GetParam();
  const auto targets = golden["targets"].get<std::vector<std::vector<double>>>();
  const auto outputs = golden["outputs"].get<std::vector<std::vector<double>>>();
  for (const double centre : {0.0, targets[0][0]}) {
    std::vector<nnxrt::TargetSums> sums(targets[0].size());
    for (size_t i = 0; i < targets.size(); ++i)
      for (size_t n = 0; n < sums.size(); ++n)
        sums[n].add(outputs[i][n], targets[i][n], centre);
    const auto samples = static_cast<int64_t>(targets.size());
    const nnxrt::RegressionFigures figures = nnxrt::regressionFigures(sums, samples);
    EXPECT_NEAR(figures.rmse, golden["rmse"].get<double>(), 1e-12 * (1 + figures.rmse));
    EXPECT_NEAR(figures.mae, golden["mae"].get<double>(), 1e-12 * (1 + figures.mae));
    EXPECT_NEAR(figures.r2, golden["r2"].get<double>(), 1e-9 * (1 + std::abs(figures.r2)));
  }
}

INSTANTIATE_TEST_SUITE_P(cases, GoldenRegression, testing::ValuesIn(loadRegression()),
                         [](const auto &info) {
                           return info.param["name"].template get<std::string>();
                         });

INSTANTIATE_TEST_SUITE_P(Cases, GoldenMetrics, testing::ValuesIn(loadCases()),
                         [](const auto &info) {
                           return info.param["name"].template get<std::string>();
                         });

TEST(Metrics, of_nothing_are_zero) {
  const Metrics metrics = computeMetrics({}, {}, 3, 0);
  EXPECT_EQ(metrics.accuracy, 0);
  EXPECT_EQ(metrics.weighted.f1, 0);
  EXPECT_EQ(metrics.macro.f1, 0);
  EXPECT_EQ(metrics.perClass.size(), 3U);
}

TEST(Metrics, of_one_sample) {
  const uint16_t right[]{2}, wrong[]{0};
  const Metrics hit = computeMetrics(right, right, 3, 0.25);
  EXPECT_EQ(hit.accuracy, 1);
  EXPECT_EQ(hit.weighted.f1, 1);
  EXPECT_EQ(hit.macro.f1, 1); // over the one class that occurs
  EXPECT_EQ(hit.loss, 0.25);
  const Metrics miss = computeMetrics(right, wrong, 3, 9);
  EXPECT_EQ(miss.accuracy, 0);
  EXPECT_EQ(miss.weighted.recall, 0);
  EXPECT_EQ(miss.macro.precision, 0);
  std::vector<nnxrt::TargetSums> sums(1);
  sums[0].add(3, 1, 0);
  const nnxrt::RegressionFigures figures = nnxrt::regressionFigures(sums, 1);
  EXPECT_EQ(figures.rmse, 2);
  EXPECT_EQ(figures.mae, 2);
  EXPECT_TRUE(std::isnan(figures.r2));
}

// Counts and sums in closed form: one of eight samples is wrong, and the errors are 0 to 9.
TEST(Metrics, of_ten_million_samples) {
  constexpr int64_t count = 10'000'000;
  std::vector<uint16_t> labels(count), predictions(count), ranks(count);
  std::vector<float> confidence(count, 0.875F);
  std::vector<nnxrt::TargetSums> sums(1);
  for (int64_t i = 0; i < count; ++i) {
    const auto at = static_cast<size_t>(i);
    labels[at] = static_cast<uint16_t>(i % 4);
    predictions[at] = static_cast<uint16_t>(i % 8 == 7 ? 0 : i % 4); // half of those of class 3
    ranks[at] = i % 8 == 7 ? 1 : 0;
    sums[0].add(1e6 + static_cast<double>(i % 10), 1e6 + static_cast<double>(i % 2), 1e6);
  }
  Metrics metrics = computeMetrics(labels, predictions, 4, 0);
  addProbabilityFigures(metrics, labels, predictions, confidence, ranks);
  EXPECT_EQ(metrics.samples, count);
  EXPECT_EQ(metrics.count(3, 0), count / 8);
  EXPECT_EQ(metrics.accuracy, 0.875);
  EXPECT_EQ(metrics.perClass[3].recall, 0.5);
  EXPECT_DOUBLE_EQ(metrics.perClass[0].precision, 2.0 / 3);
  EXPECT_DOUBLE_EQ(metrics.macro.recall, 0.875);
  EXPECT_EQ(metrics.top2, 1);
  EXPECT_NEAR(metrics.calibrationError, 0, 1e-12);
  const nnxrt::RegressionFigures figures = nnxrt::regressionFigures(sums, count);
  // Errors i % 10 - i % 2: 0, 0, 2, 2, 4, 4, 6, 6, 8, 8; targets of variance 1/4.
  EXPECT_NEAR(figures.mae, 4, 1e-9);
  EXPECT_NEAR(figures.rmse, std::sqrt(24.0), 1e-9);
  EXPECT_NEAR(figures.r2, 1 - 24 / 0.25, 1e-6);
}
