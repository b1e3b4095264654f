// Runs that points share, and runs that go on from a state.
#include "test/unit/runtime/TrainingFixture.h"

#include <gmock/gmock.h>
#include <map>
#include <span>

using namespace nnxrt;
using namespace nnxrt::test;

namespace {
class ContinuedRunTest : public TrainingTest {};
} // namespace

TEST_F(ContinuedRunTest, points_that_differ_only_in_length_share_a_run_and_its_bits) {
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
    EXPECT_EQ(epochs.back().train.loss, expected.back().train.loss);
    EXPECT_EQ(epochs.back().test.accuracy, expected.back().test.accuracy);
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

TEST_F(ContinuedRunTest, a_run_goes_on_from_any_step_with_the_bits_of_an_undisturbed_one) {
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
      EXPECT_EQ(left.train.loss, right.train.loss);
      EXPECT_EQ(left.test.accuracy, right.test.accuracy);
      EXPECT_EQ(left.steps, right.steps);
    }
  }
}

TEST_F(ContinuedRunTest, a_state_behind_the_first_wanted_result_is_not_used) {
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

TEST_F(ContinuedRunTest, a_diverged_run_leaves_no_state) {
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

TEST_F(ContinuedRunTest, other_seeds_and_other_keys_are_other_runs) {
  EXPECT_EQ(shareRuns(requestsOf(ratesExperiment)).size(), 6U);
}

TEST_F(ContinuedRunTest, the_longest_run_starts_first) {
  std::vector<RunRequest> requests = requestsOf(ratesExperiment);
  const size_t longest = requests.size() - 1;
  requests[longest].info.steps *= 100;
  const int64_t steps = requests[longest].info.steps;
  orderLongestFirst(requests);
  EXPECT_EQ(requests[0].info.steps, steps);
  std::map<size_t, int> lastRepeat; // runs of equal work, such as repeats, stay in order
  for (const RunRequest &request : std::span(requests).subspan(1)) {
    const auto [last, isFirst] =
        lastRepeat.try_emplace(request.info.point.pointIndex, request.info.repeat);
    EXPECT_TRUE(isFirst || last->second < request.info.repeat);
    last->second = request.info.repeat;
  }
  EXPECT_EQ(lastRepeat.size(), 3U);
}

TEST_F(ContinuedRunTest, a_run_ends_with_the_last_result_that_is_wanted) {
  const RunInfo run = shareRuns(requestsOf(lengthsExperiment))[0].info;
  const RunInfo limited = limitedTo(run, {11, 14});
  EXPECT_EQ(limited.steps, 14);
  EXPECT_EQ(limited.epochs, 2);
  EXPECT_EQ(limited.point.pointIndex, insidePoint);
}
