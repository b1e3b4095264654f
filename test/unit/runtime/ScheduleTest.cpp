// Training, jobs and threads, with a study written by hand.
#include "runtime/train/Schedule.h"
#include "runtime/train/RunPlan.h"

#include "test/unit/runtime/FakeStudy.h"
#include "test/unit/runtime/SyntheticDigits.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>

using namespace nnxrt;
using namespace nnxrt::test;
using testing::HasSubstr;

namespace {

constexpr uint32_t trainCount = 330, testCount = 100; // both leave a last short batch

/// Keeps everything it is told.
class Recorder final : public RunObserver {
public:
  using Place = std::tuple<size_t, size_t, int>; // experiment, point, repeat

  void studyStarted(const StudyInfo &) override {}
  bool wantsResult(const RunInfo &run, int64_t) override { return placeOf(run) != unwanted; }
  void runStarted(const RunInfo &run) override { note(run, "start"); }
  void stepsDone(const RunInfo &, const StepFigures &) override {}
  void epochEnded(const RunInfo &run, const EpochFigures &figures) override {
    note(run, "epoch");
    const std::scoped_lock lock(mutex);
    epochs[placeOf(run)].push_back(figures);
    if (interruptAtEpoch != nullptr)
      *interruptAtEpoch = true;
    if (throwsAtEpoch)
      throw std::runtime_error("disk full");
  }
  void snapshotTaken(const RunInfo &run, const RunResult &result,
                     std::span<const EpochFigures> figures) override {
    note(run, "snapshot");
    const std::scoped_lock lock(mutex);
    snapshots[result.steps] = {result, {figures.begin(), figures.end()}};
  }
  void runEnded(const RunInfo &run, const RunResult &result) override {
    note(run, "end");
    const std::scoped_lock lock(mutex);
    results[placeOf(run)] = result;
  }
  void studyEnded(const StudyOutcome &) override {}

  std::map<Place, RunResult> results;
  std::map<Place, std::vector<EpochFigures>> epochs;
  std::map<Place, std::string> calls;
  std::map<int64_t, std::pair<RunResult, std::vector<EpochFigures>>> snapshots; // by steps
  Place unwanted{9, 9, 9};
  StopFlag *interruptAtEpoch = nullptr;
  bool throwsAtEpoch = false;

private:
  static Place placeOf(const RunInfo &run) {
    return {run.point.experimentIndex, run.point.pointIndex, run.repeat};
  }
  void note(const RunInfo &run, const char *call) {
    const std::scoped_lock lock(mutex);
    calls[placeOf(run)] += std::string(call) + " ";
  }
  std::mutex mutex;
};

class ScheduleTest : public testing::Test {
protected:
  static void SetUpTestSuite() {
    folder = std::make_unique<ScratchFolder>();
    writeDigits(folder->path, trainCount, testCount);
    study =
        std::make_unique<Study>(parseStudy({nnxrt_study_table.json, nnxrt_study_table.json_bytes}));
    dataset = std::make_unique<Dataset>(study->datasets[0],
                                        std::vector<std::filesystem::path>{folder->path});
  }
  static void TearDownTestSuite() {
    dataset.reset();
    study.reset();
    folder.reset();
  }

  static std::vector<RunRequest> requestsOf(size_t experiment) {
    std::vector<RunRequest> requests;
    const Experiment &each = study->experiments[experiment];
    for (size_t p = 0; p < each.points.size(); ++p)
      for (int repeat = 0; repeat < each.repeats; ++repeat)
        requests.push_back(requestOf(experiment, p, repeat));
    return requests;
  }
  static RunRequest requestOf(size_t experiment, size_t p, int repeat = 0, bool quick = false) {
    const Experiment &each = study->experiments[experiment];
    const PointInfo point{&each, &each.points[p], experiment, p};
    return {planRun(point, repeat, *dataset, quick),
            &nnxrt_study_table.variants[each.points[p].variant], dataset.get(),
            study->datasets[0].scale};
  }
  static RunResult train(const RunRequest &request) {
    Recorder recorder;
    StopFlag stop{false};
    trainRuns(std::span(&request, 1), {1, 1}, false, recorder, stop);
    return recorder.results.begin()->second;
  }

  static std::unique_ptr<ScratchFolder> folder;
  static std::unique_ptr<Study> study;
  static std::unique_ptr<Dataset> dataset;
};
std::unique_ptr<ScratchFolder> ScheduleTest::folder;
std::unique_ptr<Study> ScheduleTest::study;
std::unique_ptr<Dataset> ScheduleTest::dataset;

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
        EXPECT_EQ(result.trainLoss, expected.trainLoss);
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
  EXPECT_LT(epochs[1].trainLoss, epochs[0].trainLoss);
  EXPECT_EQ(epochs[1].testAccuracy, result.test.accuracy);
  EXPECT_EQ(epochs[1].testLoss, result.test.loss);
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
  EXPECT_FALSE(std::isfinite(result.trainLoss));
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

static void expectEqual(const RunResult &left, const RunResult &right) {
  EXPECT_EQ(left.status, right.status);
  EXPECT_EQ(left.epochs, right.epochs);
  EXPECT_EQ(left.steps, right.steps);
  EXPECT_EQ(left.weightsSha256, right.weightsSha256);
  EXPECT_EQ(left.predictions, right.predictions);
  EXPECT_EQ(left.confidence, right.confidence);
  EXPECT_EQ(left.test.confusion, right.test.confusion);
  EXPECT_EQ(left.test.loss, right.test.loss);
  EXPECT_EQ(left.trainLoss, right.trainLoss);
  EXPECT_EQ(left.trainAccuracy, right.trainAccuracy);
}

TEST_F(ScheduleTest, points_that_differ_only_in_length_share_a_run_and_its_bits) {
  const std::vector<RunRequest> shared = shareRuns(requestsOf(lengthsExperiment));
  ASSERT_EQ(shared.size(), 1U);
  const RunInfo &run = shared[0].info;
  EXPECT_EQ(run.point.pointIndex, fourEpochsPoint);
  EXPECT_EQ(run.places.size(), 4U);
  EXPECT_EQ(run.snapshots, (std::vector<int64_t>{11, 14, 44})); // 330 samples, 32 a step
  Recorder recorder;
  StopFlag stop{false};
  EXPECT_EQ(trainRuns(shared, {1, 1}, false, recorder, stop).finished, 1U);
  EXPECT_EQ(recorder.calls.begin()->second, "start epoch snapshot snapshot epoch epoch epoch end ");
  for (const size_t point : {oneEpochPoint, insidePoint}) {
    Recorder alone;
    const RunRequest request = requestOf(lengthsExperiment, point);
    trainRuns(std::span(&request, 1), {1, 1}, false, alone, stop);
    const auto &[result, epochs] = recorder.snapshots.at(request.info.steps);
    expectEqual(result, alone.results.begin()->second);
    const std::vector<EpochFigures> &expected = alone.epochs.begin()->second;
    ASSERT_EQ(epochs.size(), expected.size());
    EXPECT_EQ(epochs.back().steps, expected.back().steps);
    EXPECT_EQ(epochs.back().trainLoss, expected.back().trainLoss);
    EXPECT_EQ(epochs.back().testAccuracy, expected.back().testAccuracy);
  }
  expectEqual(recorder.results.begin()->second,
              train(requestOf(lengthsExperiment, fourEpochsPoint)));
}

namespace {
/// States of one run in memory: every one that was kept, and the one to go on from.
class States final : public RunStates {
public:
  Found find(const RunInfo &, const std::string &, int64_t most) override {
    Found found;
    if (start && start->state.steps <= most)
      found.run = *start;
    return found;
  }
  void keep(const RunInfo &, const std::string &, const SavedRun &saved) override {
    kept.push_back(saved);
  }
  void keepEnd(const RunInfo &run, const std::string &layout, const SavedRun &saved) override {
    keep(run, layout, saved);
  }
  void drop(const RunInfo &) override { ++dropped; }

  const SavedRun *start = nullptr;
  std::vector<SavedRun> kept;
  int dropped = 0;
};
} // namespace

TEST_F(ScheduleTest, a_run_goes_on_from_any_step_with_the_bits_of_an_undisturbed_one) {
  States all;
  RunRequest request = shareRuns(requestsOf(lengthsExperiment))[0];
  request.info = limitedTo(request.info, {request.info.steps});
  request.states = &all;
  request.checkpointSeconds = 0;
  Recorder undisturbed;
  StopFlag stop{false};
  trainRuns(std::span(&request, 1), {1, 1}, false, undisturbed, stop);
  ASSERT_EQ(all.kept.size(), 44U); // after each step, complete epochs included
  for (const SavedRun &saved : all.kept) {
    States from;
    from.start = &saved;
    request.states = &from;
    Recorder resumed;
    trainRuns(std::span(&request, 1), {1, 1}, false, resumed, stop);
    const RunResult &result = resumed.results.begin()->second;
    expectEqual(result, undisturbed.results.begin()->second);
    EXPECT_GE(result.seconds, saved.state.seconds);
    ASSERT_EQ(from.kept.back().state.epochs.size(), 4U);
    for (size_t e = 0; e < 4; ++e) {
      const EpochFigures &left = from.kept.back().state.epochs[e],
                         &right = all.kept.back().state.epochs[e];
      EXPECT_EQ(left.trainLoss, right.trainLoss);
      EXPECT_EQ(left.testAccuracy, right.testAccuracy);
      EXPECT_EQ(left.steps, right.steps);
    }
  }
}

TEST_F(ScheduleTest, a_state_behind_the_first_wanted_result_is_not_used) {
  States states;
  RunRequest request = shareRuns(requestsOf(lengthsExperiment))[0];
  request.states = &states;
  Recorder whole, again;
  StopFlag stop{false};
  trainRuns(std::span(&request, 1), {1, 1}, false, whole, stop);
  ASSERT_EQ(states.kept.size(), 1U);
  const SavedRun end = states.kept.back();
  states.start = &end;
  trainRuns(std::span(&request, 1), {1, 1}, false, again, stop);
  EXPECT_EQ(again.snapshots.size(), 2U);
  expectEqual(again.results.begin()->second, whole.results.begin()->second);
}

TEST_F(ScheduleTest, a_diverged_run_leaves_no_state) {
  States states;
  RunRequest request = requestOf(ratesExperiment, 2);
  request.states = &states;
  request.checkpointSeconds = 1000;
  Recorder recorder;
  StopFlag stop{false};
  trainRuns(std::span(&request, 1), {1, 1}, false, recorder, stop);
  EXPECT_TRUE(states.kept.empty());
  EXPECT_EQ(states.dropped, 1);
}

TEST_F(ScheduleTest, other_seeds_and_other_keys_are_other_runs) {
  EXPECT_EQ(shareRuns(requestsOf(ratesExperiment)).size(), 6U);
}

TEST_F(ScheduleTest, a_run_ends_with_the_last_result_that_is_wanted) {
  const RunInfo run = shareRuns(requestsOf(lengthsExperiment))[0].info;
  const RunInfo limited = limitedTo(run, {11, 14});
  EXPECT_EQ(limited.steps, 14);
  EXPECT_EQ(limited.epochs, 2);
  EXPECT_EQ(limited.point.pointIndex, insidePoint);
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
