// Early stopping: Keras's rules, the weights of the best epoch, a validation share in training, and
// runs that go on from any step.
#include "runtime/train/EarlyStop.h"
#include "test/unit/runtime/TrainingFixture.h"

#include <gmock/gmock.h>
#include <limits>

using namespace nnxrt;
using namespace nnxrt::test;

namespace {

/// After which epoch `stop` ends a run whose validation losses are these; 0: after none.
int endOf(const StopSettings &settings, const std::vector<double> &losses, StopState &state) {
  const EarlyStop stop(settings);
  for (size_t e = 0; e < losses.size(); ++e) {
    EpochFigures figures;
    figures.epoch = static_cast<int>(e) + 1;
    figures.validation.loss = losses[e];
    figures.validation.accuracy = figures.test.r2 = -losses[e];
    figures.validation.rmse = losses[e];
    stop.count(figures, state);
    if (state.ended)
      return figures.epoch;
  }
  return 0;
}

int endOf(const StopSettings &settings, const std::vector<double> &losses) {
  StopState state;
  return endOf(settings, losses, state);
}

} // namespace

// The ends are those of keras.callbacks.EarlyStopping for the same figures.
TEST(EarlyStop, counts_as_keras_does) {
  const std::vector<double> losses{5, 4, 4.2, 4.1, 3.95, 3.9, 4, 4, 4, 4};
  EXPECT_EQ(endOf({.metric = "validation.loss"}, losses), 3);
  EXPECT_EQ(endOf({.metric = "validation.loss", .patience = 1}, losses), 3);
  EXPECT_EQ(endOf({.metric = "validation.loss", .patience = 2}, losses), 4);
  EXPECT_EQ(endOf({.metric = "validation.loss", .patience = 3}, losses), 9);
  EXPECT_EQ(endOf({.metric = "validation.loss", .patience = 5}, losses), 0);
  EXPECT_EQ(endOf({.metric = "validation.loss", .patience = 4, .minDelta = 0.3}, losses), 6);
  EXPECT_EQ(endOf({.metric = "validation.accuracy", .patience = 3}, losses), 9);
  EXPECT_EQ(endOf({.metric = "validation.rmse", .patience = 3}, losses), 9);
  EXPECT_EQ(endOf({.metric = "r2", .patience = 3}, losses), 9);
  StopState state;
  endOf({.metric = "validation.loss", .patience = 3}, losses, state);
  EXPECT_EQ(state.bestEpoch, 6);
  EXPECT_EQ(state.best, 3.9);
}

TEST(EarlyStop, takes_no_nan_for_an_improvement) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(endOf({.metric = "validation.loss", .patience = 2}, {nan, 3, nan, 2, nan, nan}), 6);
  StopState state;
  EXPECT_EQ(endOf({.metric = "validation.loss", .patience = 2}, {nan, nan, 1}, state), 2);
  EXPECT_EQ(state.bestEpoch, 0);
}

TEST(EarlyStop, refuses_a_metric_that_epochs_do_not_have) {
  EXPECT_THROW(EarlyStop({.metric = "f1"}), RunError);
  EXPECT_FALSE(EarlyStop({}).isOn());
}

namespace {

/// Trains on digits of which those of the test share are the validation share too.
class EarlyStopTest : public TrainingTest {
protected:
  EarlyStopTest() {
    dataset->validation = dataset->test;
    point = study->experiments[lengthsExperiment].points[fourEpochsPoint];
    point.settings.epochs = 12;
  }
  ~EarlyStopTest() override { dataset->validation = {}; }

  RunRequest request(const StopSettings &stop) {
    point.settings.stop = stop;
    RunRequest made = requestOf(lengthsExperiment, fourEpochsPoint);
    PointInfo place = made.info.point;
    place.point = &point;
    made.info = planRun(place, 0, *dataset, false);
    return made;
  }

  Point point;
};

/// Every state that a run keeps.
class States final : public RunStates {
public:
  Found find(const RunInfo &, const std::string &, int64_t) override {
    Found found;
    if (start)
      found.run = *start;
    return found;
  }
  void keep(const RunInfo &, const std::string &, const SavedRun &saved) override {
    kept.push_back(saved);
  }
  void keepEnd(const RunInfo &, const std::string &, const SavedRun &saved) override {
    end = saved;
  }
  void drop(const RunInfo &) override {}

  const SavedRun *start = nullptr;
  std::vector<SavedRun> kept;
  SavedRun end;
};

} // namespace

TEST_F(EarlyStopTest, a_validation_share_has_figures_in_every_epoch_and_at_the_end) {
  const RunRequest whole = request({});
  EXPECT_EQ(whole.info.validationSamples, testCount);
  Recorder recorder;
  StopFlag stop{false};
  trainRuns(std::span(&whole, 1), {1, 1}, false, recorder, stop);
  const std::vector<EpochFigures> &epochs = recorder.epochs.begin()->second;
  ASSERT_EQ(epochs.size(), 12U);
  for (const EpochFigures &epoch : epochs) {
    EXPECT_EQ(epoch.validation.loss, epoch.test.loss); // the same samples
    EXPECT_EQ(epoch.validation.accuracy, epoch.test.accuracy);
  }
  const RunResult &result = recorder.results.begin()->second;
  EXPECT_EQ(result.validation.samples, testCount);
  EXPECT_EQ(result.validation.confusion, result.test.confusion);
  EXPECT_FALSE(result.stoppedEarly);
  EXPECT_EQ(result.bestEpoch, 0);
}

TEST_F(EarlyStopTest, a_run_ends_with_the_weights_of_its_best_epoch) {
  // Nothing is better by 10: the first epoch stays the best.
  StopSettings settings{.metric = "validation.loss", .patience = 3, .minDelta = 10};
  const RunResult last = train(request(settings));
  EXPECT_TRUE(last.stoppedEarly);
  EXPECT_EQ(last.epochs, 4);
  EXPECT_EQ(last.bestEpoch, 0);
  settings.restoresBest = true;
  const RunResult best = train(request(settings));
  EXPECT_EQ(best.status, RunStatus::finished);
  EXPECT_EQ(best.epochs, 4);
  EXPECT_EQ(best.bestEpoch, 1);
  point.settings.stop = {};
  point.settings.epochs = 4;
  EXPECT_EQ(last.weightsSha256, train(request({})).weightsSha256);
  point.settings.epochs = 1;
  const RunResult first = train(request({}));
  EXPECT_EQ(best.weightsSha256, first.weightsSha256);
  EXPECT_EQ(best.predictions, first.predictions);
  EXPECT_EQ(best.test.loss, first.test.loss);
  EXPECT_EQ(best.train.loss, first.train.loss);
}

TEST_F(EarlyStopTest, a_run_goes_on_from_any_step_with_the_bits_of_an_undisturbed_one) {
  RunRequest each =
      request({.metric = "validation.loss", .patience = 2, .minDelta = 0.05, .restoresBest = true});
  States all;
  each.states = &all;
  each.checkpointSeconds = 0;
  const RunResult undisturbed = train(each);
  ASSERT_TRUE(undisturbed.stoppedEarly);
  ASSERT_GT(undisturbed.bestEpoch, 0);
  all.kept.push_back(all.end);
  ASSERT_GT(all.kept.size(), 20U);
  for (const SavedRun &saved : all.kept) {
    States from;
    from.start = &saved;
    each.states = &from;
    const RunResult resumed = train(each);
    expectEqual(resumed, undisturbed);
    EXPECT_EQ(resumed.bestEpoch, undisturbed.bestEpoch);
    EXPECT_TRUE(resumed.stoppedEarly);
  }
}
