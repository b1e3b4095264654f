// Training, jobs and threads.
#include "test/unit/runtime/TrainingFixture.h"

#include <gmock/gmock.h>

#include <cmath>

using namespace nnxrt;
using namespace nnxrt::test;
using testing::HasSubstr;

namespace {
class ScheduleTest : public TrainingTest {};
} // namespace

TEST_F(ScheduleTest, bits_are_equal_for_any_jobs_and_threads) {
  const std::vector<RunRequest> requests = requestsOf(ratesExperiment);
  std::map<Recorder::Place, RunResult> first;
  for (const Placement placement : {Placement{1, 1}, {1, 2}, {1, 7}, {2, 1}, {3, 2}, {9, 3}}) {
    Recorder recorder;
    StopFlag stop{false};
    trainRuns(requests, placement, false, recorder, stop);
    ASSERT_EQ(recorder.results.size(), requests.size());
    if (first.empty())
      first = recorder.results;
    for (const auto &[place, result] : recorder.results) {
      const RunResult &expected = first.at(place);
      EXPECT_EQ(result.weightsSha256, expected.weightsSha256);
      EXPECT_EQ(result.predictions, expected.predictions);
      if (result.status == RunStatus::finished) {
        EXPECT_EQ(result.confidence, expected.confidence);
        EXPECT_EQ(result.test.loss, expected.test.loss);
        EXPECT_EQ(result.train.loss, expected.train.loss);
      }
    }
  }
  // Other seeds and other rates are other weights.
  EXPECT_NE(first.at({0, 0, 0}).weightsSha256, first.at({0, 0, 1}).weightsSha256);
  EXPECT_NE(first.at({0, 0, 0}).weightsSha256, first.at({0, 1, 0}).weightsSha256);
}

TEST_F(ScheduleTest, learns_and_reports) {
  Recorder recorder;
  StopFlag stop{false};
  const std::vector<RunRequest> requests = requestsOf(ratesExperiment);
  const StudyOutcome outcome = trainRuns(requests, {2, 1}, false, recorder, stop);
  EXPECT_EQ(outcome.finished, 4U);
  EXPECT_EQ(outcome.diverged, 2U);
  const RunResult &result = recorder.results.at({0, 0, 0});
  EXPECT_EQ(recorder.calls.at({0, 0, 0}), "start epoch epoch end ");
  EXPECT_EQ(result.status, RunStatus::finished);
  EXPECT_EQ(result.steps, 2 * ((trainCount + 31) / 32));
  EXPECT_EQ(result.epochs, 2);
  EXPECT_TRUE(result.evaluated);
  EXPECT_GT(result.test.accuracy, 0.95);
  EXPECT_EQ(result.test.samples, testCount);
  EXPECT_EQ(result.predictions.size(), testCount);
  EXPECT_GT(result.samplesPerSecond, 0);
  EXPECT_GT(result.memoryBytes, 0U);
  const std::vector<EpochFigures> &epochs = recorder.epochs.at({0, 0, 0});
  ASSERT_EQ(epochs.size(), 2U);
  EXPECT_LT(epochs[1].train.loss, epochs[0].train.loss);
  EXPECT_EQ(epochs[1].test.accuracy, result.test.accuracy);
  EXPECT_EQ(epochs[1].test.loss, result.test.loss);
  int64_t hits = 0;
  double logarithms = 0;
  for (size_t i = 0; i < testCount; ++i) {
    hits += result.predictions[i] == result.labels[i] ? 1 : 0;
    logarithms -= std::log(static_cast<double>(result.labelProbability[i]));
    EXPECT_GE(result.confidence[i], result.labelProbability[i]);
  }
  EXPECT_EQ(result.test.accuracy, static_cast<double>(hits) / testCount);
  EXPECT_NEAR(result.test.loss, logarithms / testCount, 1e-6);
}

TEST_F(ScheduleTest, divergence_stops_after_the_update_and_keeps_the_figures) {
  const RunResult result = train(requestOf(ratesExperiment, 2));
  EXPECT_EQ(result.status, RunStatus::diverged);
  EXPECT_EQ(result.steps, result.divergedStep);
  EXPECT_LT(result.steps, 4);
  EXPECT_FALSE(std::isfinite(result.train.loss));
  EXPECT_TRUE(result.evaluated);
  EXPECT_THAT(result.message, HasSubstr("is not finite"));
  // All outputs are NaN, so class 0 is predicted everywhere.
  EXPECT_THAT(result.predictions, testing::Each(0));
  EXPECT_EQ(result.test.accuracy, static_cast<double>(result.test.perClass[0].support) / testCount);
}

TEST_F(ScheduleTest, divergence_can_be_trained_through) {
  const RunResult result = train(requestOf(plainExperiment, continuePoint));
  EXPECT_EQ(result.status, RunStatus::finished);
  EXPECT_GT(result.divergedStep, 0);
  EXPECT_EQ(result.steps, (trainCount + 31) / 32);
}

TEST_F(ScheduleTest, steps_end_a_run_inside_an_epoch) {
  Recorder recorder;
  StopFlag stop{false};
  const RunRequest request = requestOf(plainExperiment, stepsPoint);
  EXPECT_EQ(request.info.steps, 3);
  EXPECT_EQ(request.info.epochs, 1);
  trainRuns(std::span(&request, 1), {1, 1}, false, recorder, stop);
  EXPECT_EQ(recorder.results.begin()->second.steps, 3);
  EXPECT_EQ(recorder.results.begin()->second.status, RunStatus::finished);
  EXPECT_EQ(recorder.epochs.begin()->second.size(), 1U);
}

TEST_F(ScheduleTest, a_failing_point_leaves_the_others_be) {
  Recorder recorder;
  StopFlag stop{false};
  const std::vector<RunRequest> requests = requestsOf(failuresExperiment);
  const StudyOutcome outcome = trainRuns(requests, {1, 2}, false, recorder, stop);
  EXPECT_EQ(outcome.failed, 2U);
  EXPECT_EQ(outcome.finished, 1U);
  const RunResult &kernel = recorder.results.at({1, 0, 0});
  EXPECT_EQ(kernel.status, RunStatus::failed);
  EXPECT_THAT(kernel.message, HasSubstr("error -4: buffer weights is too small"));
  const RunResult &memory = recorder.results.at({1, 1, 0});
  EXPECT_THAT(memory.message, HasSubstr("not enough memory: 1.0 EiB are needed"));
  EXPECT_FALSE(memory.evaluated);
}

TEST_F(ScheduleTest, fail_fast_ends_with_the_first_failure) {
  Recorder recorder;
  StopFlag stop{false};
  const std::vector<RunRequest> requests = requestsOf(failuresExperiment);
  const StudyOutcome outcome = trainRuns(requests, {1, 1}, true, recorder, stop);
  EXPECT_EQ(outcome.failed, 1U);
  EXPECT_EQ(recorder.results.size(), 1U);
  EXPECT_FALSE(outcome.wasInterrupted);
}

TEST_F(ScheduleTest, an_interruption_ends_after_the_step_and_evaluates) {
  Recorder recorder;
  StopFlag stop{false};
  recorder.interruptAtEpoch = &stop;
  const RunRequest requests[] = {requestOf(plainExperiment, longPoint),
                                 requestOf(plainExperiment, stepsPoint)};
  const StudyOutcome outcome = trainRuns(requests, {1, 1}, false, recorder, stop);
  EXPECT_TRUE(outcome.wasInterrupted);
  EXPECT_EQ(outcome.interrupted, 1U);
  ASSERT_EQ(recorder.results.size(), 1U);
  const RunResult &result = recorder.results.begin()->second;
  EXPECT_EQ(result.status, RunStatus::interrupted);
  EXPECT_EQ(result.steps, (trainCount + 15) / 16 + 1);
  EXPECT_EQ(result.epochs, 2);
  EXPECT_TRUE(result.evaluated);
}

TEST_F(ScheduleTest, runs_that_are_there_are_skipped) {
  Recorder recorder;
  StopFlag stop{false};
  recorder.unwanted = {ratesExperiment, 1, 1};
  const std::vector<RunRequest> requests = requestsOf(ratesExperiment);
  const StudyOutcome outcome = trainRuns(requests, {2, 1}, false, recorder, stop);
  EXPECT_EQ(outcome.skipped, 1U);
  EXPECT_EQ(recorder.results.size(), requests.size() - 1);
}

TEST_F(ScheduleTest, a_failing_observer_ends_the_study) {
  Recorder recorder;
  StopFlag stop{false};
  recorder.throwsAtEpoch = true;
  const RunRequest requests[] = {requestOf(plainExperiment, longPoint),
                                 requestOf(plainExperiment, longPoint)};
  EXPECT_THROW(trainRuns(requests, {2, 1}, false, recorder, stop), std::runtime_error);
}

TEST_F(ScheduleTest, quick_is_one_epoch_on_a_fiftieth) {
  const RunInfo info = requestOf(ratesExperiment, 0, 0, true).info;
  EXPECT_EQ(info.epochs, 1);
  EXPECT_EQ(info.trainSamples, trainCount / 50);
  EXPECT_EQ(info.testSamples, testCount / 50);
  EXPECT_EQ(train(requestOf(ratesExperiment, 0, 0, true)).predictions.size(), testCount / 50);
}

TEST(Placement, fills_the_cores) {
  const auto choose = [](int jobs, int threads, size_t runs, int cores) {
    const Placement placement = Placement::choose(jobs, threads, runs, cores);
    return std::pair(placement.jobs, placement.threads);
  };
  EXPECT_EQ(choose(0, 0, 1, 8), std::pair(1, 8));
  EXPECT_EQ(choose(0, 0, 3, 8), std::pair(3, 2));
  EXPECT_EQ(choose(0, 0, 100, 8), std::pair(8, 1));
  EXPECT_EQ(choose(0, 4, 100, 8), std::pair(2, 4));
  EXPECT_EQ(choose(2, 0, 100, 8), std::pair(2, 4));
  EXPECT_EQ(choose(0, 16, 100, 8), std::pair(1, 16));
  EXPECT_EQ(choose(5, 3, 1, 2), std::pair(5, 3));
}
