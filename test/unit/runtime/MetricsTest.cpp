// Metrics and predictions against scikit-learn's and NumPy's, from test/golden/metrics.json.
#include "runtime/metrics/Metrics.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <nnxrt/abi.h>

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
