// What tests of training share: a study written by hand on synthetic digits, and an observer that
// keeps everything it is told.
#pragma once

#include "runtime/train/RunPlan.h"
#include "runtime/train/Schedule.h"

#include "test/unit/runtime/FakeStudy.h"
#include "test/unit/runtime/SyntheticDigits.h"

#include <gtest/gtest.h>

#include <map>
#include <mutex>

namespace nnxrt::test {

inline constexpr uint32_t trainCount = 330, testCount = 100; // both leave a last short batch

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

class TrainingTest : public testing::Test {
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

  static inline std::unique_ptr<ScratchFolder> folder;
  static inline std::unique_ptr<Study> study;
  static inline std::unique_ptr<Dataset> dataset;
};

inline void expectEqual(const RunResult &left, const RunResult &right) {
  EXPECT_EQ(left.status, right.status);
  EXPECT_EQ(left.epochs, right.epochs);
  EXPECT_EQ(left.steps, right.steps);
  EXPECT_EQ(left.weightsSha256, right.weightsSha256);
  EXPECT_EQ(left.predictions, right.predictions);
  EXPECT_EQ(left.confidence, right.confidence);
  EXPECT_EQ(left.test.confusion, right.test.confusion);
  EXPECT_EQ(left.test.loss, right.test.loss);
  EXPECT_EQ(left.train.loss, right.train.loss);
  EXPECT_EQ(left.train.accuracy, right.train.accuracy);
}

} // namespace nnxrt::test
