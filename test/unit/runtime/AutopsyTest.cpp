// Replays of runs: the bits of the run, and norms as plain loops have them.
#include "runtime/train/Autopsy.h"

#include "runtime/report/AutopsyText.h"
#include "runtime/store/Autopsies.h"
#include "test/unit/runtime/TrainingFixture.h"

#include <gmock/gmock.h>

#include <cmath>

using namespace nnxrt;
using namespace nnxrt::test;
using testing::HasSubstr;

namespace {

/// Compares what an autopsy says of every step with sums over the model itself.
class CheckedWatcher final : public StepWatcher {
public:
  CheckedWatcher(const nnxrt_variant &variant, int64_t firstStep) : watcher(variant, firstStep) {}

  void runBegins(const Model &model) override {
    watcher.runBegins(model);
    read(model);
  }
  void stepDone(const WatchedStep &step, const Model &model) override {
    watcher.stepDone(step, model);
    if (!watcher.result().steps.empty())
      check(step, watcher.result().steps.back().layers.at(0), model);
    read(model);
  }

  AutopsyWatcher watcher;

private:
  static constexpr int classes = 10;

  void read(const Model &model) {
    weights.resize(model.parameterElements(0));
    bias.resize(model.parameterElements(1));
    model.getParameter(0, weights);
    model.getParameter(1, bias);
  }

  void check(const WatchedStep &step, const LayerNorms &layer, const Model &model) const {
    const size_t pixels = weights.size() / classes;
    double outputs = 0;
    for (int64_t i = 0; i < step.samples; ++i)
      for (size_t c = 0; c < classes; ++c) {
        double logit = bias[c];
        for (size_t k = 0; k < pixels; ++k)
          logit += static_cast<double>(weights[k * classes + c]) *
                   model.input()[(static_cast<size_t>(i / 16) * pixels + k) * 16 +
                                 static_cast<size_t>(i % 16)];
        outputs += logit * logit;
      }
    EXPECT_EQ(layer.layer, "dense_1");
    EXPECT_EQ(layer.outputs.count, step.samples * classes);
    EXPECT_NEAR(layer.outputs.norm, std::sqrt(outputs), 1e-4 * std::sqrt(outputs));
    std::vector<float> now(weights.size()), nowBias(bias.size());
    model.getParameter(0, now);
    model.getParameter(1, nowBias);
    double size = 0, change = 0, largest = 0;
    const auto add = [&](float before, float after) {
      size += static_cast<double>(after) * after;
      change += std::pow(static_cast<double>(after - before), 2);
      largest = std::max(largest, std::abs(static_cast<double>(after)));
    };
    for (size_t i = 0; i < now.size(); ++i)
      add(weights[i], now[i]);
    for (size_t i = 0; i < nowBias.size(); ++i)
      add(bias[i], nowBias[i]);
    EXPECT_NEAR(layer.weights.norm, std::sqrt(size), 1e-9 * std::sqrt(size));
    EXPECT_EQ(layer.weights.largest, largest);
    EXPECT_NEAR(layer.update.norm, std::sqrt(change), 1e-9 * std::sqrt(change));
    EXPECT_EQ(layer.weights.wrong, 0);
  }

  std::vector<float> weights, bias;
};

class AutopsyTest : public TrainingTest {};

} // namespace

TEST_F(AutopsyTest, norms_are_those_of_plain_loops_and_the_bits_stay) {
  RunRequest request = requestOf(plainExperiment, stepsPoint);
  const RunResult undisturbed = train(request);
  CheckedWatcher watched(*request.variant, 1);
  request.watcher = &watched;
  expectEqual(train(request), undisturbed);
  const Autopsy &autopsy = watched.watcher.result();
  ASSERT_EQ(autopsy.steps.size(), 3U);
  EXPECT_EQ(autopsy.steps[2].step, 3);
  EXPECT_FALSE(autopsy.first);
}

TEST_F(AutopsyTest, the_first_overflow_is_found) {
  RunRequest request = requestOf(ratesExperiment, 2); // a rate of 3e38
  const RunResult undisturbed = train(request);
  ASSERT_EQ(undisturbed.status, RunStatus::diverged);
  AutopsyWatcher watcher(*request.variant, std::max<int64_t>(1, undisturbed.divergedStep - 1));
  request.watcher = &watcher;
  EXPECT_EQ(train(request).weightsSha256, undisturbed.weightsSha256);
  const Autopsy &autopsy = watcher.result();
  ASSERT_TRUE(autopsy.first);
  EXPECT_EQ(autopsy.first->layer, "dense_1");
  EXPECT_LE(autopsy.first->step, undisturbed.divergedStep);
  EXPECT_GT(autopsy.first->wrong, 0);
  EXPECT_EQ(autopsy.steps.back().step, undisturbed.divergedStep);
  EXPECT_FALSE(std::isfinite(autopsy.steps.back().loss));
  EXPECT_THAT(autopsyText(autopsy, undisturbed.divergedStep),
              testing::AllOf(HasSubstr("first overflow in step"), HasSubstr("of dense_1 are not "
                                                                            "finite")));
}

TEST_F(AutopsyTest, is_kept_and_read_back) {
  Database database(folder->path / "autopsies.sqlite");
  database.execute("CREATE TABLE autopsy (run INTEGER PRIMARY KEY, json TEXT)");
  EXPECT_EQ(loadAutopsy(database, 1), nullptr);
  Autopsy autopsy;
  StepNorms step;
  step.step = 7;
  step.loss = std::numeric_limits<double>::infinity();
  step.rate = 0.1;
  step.layers = {{"conv2d_1", {1.5, 1, 2, 30}, {}, {3, 2, 0, 4}, {0.25, 0.125, 0, 4}}};
  autopsy.steps = {step};
  autopsy.first = Overflow{7, "conv2d_1", "outputs", 2, 30};
  keepAutopsy(database, 1, autopsy);
  const auto back = loadAutopsy(database, 1);
  ASSERT_NE(back, nullptr);
  EXPECT_EQ(autopsyRows(*back), autopsyRows(autopsy));
  EXPECT_EQ(overflowText(*back), "first overflow in step 7: 2 of 30 values of the outputs of "
                                 "conv2d_1 are not finite");
  EXPECT_THAT(autopsyRows(*back).at(0),
              testing::ElementsAre("7", "not finite", "conv2d_1", "1.5 (1), 2 not finite", "",
                                   "3 (2)", "0.25 (0.125)"));
  database.execute("UPDATE autopsy SET json = '{}'");
  EXPECT_THROW(loadAutopsy(database, 1), std::runtime_error);
}
