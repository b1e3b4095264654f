// --verify: a sample of the runs that a results folder holds, trained again and compared.
#pragma once

#include "runtime/store/StudyResults.h"
#include "runtime/train/RunPlan.h"

#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace nnxrt {

/// The stored result of a point and repeat; null where there is none that is whole.
const StoredRun *findStored(const StudyResults &results, const RunPlace &place);

/// Of each point, at least as many runs are wanted as are kept.
void askForKept(const StudyResults &results, std::vector<PointInfo> &points);

/// Of `requests`, up to `count` of which results are there and whole, drawn by the seed `draw`,
/// each as likely, in the study's order; each limited to the results that are there. `there`
/// becomes how many it was drawn from.
std::vector<RunRequest> chooseForVerification(std::span<const RunRequest> requests,
                                              const StudyResults &results, size_t count,
                                              uint64_t draw, size_t &there);

/// Compares what it hears of with what the results hold.
class Verification final : public RunObserver {
public:
  explicit Verification(const StudyResults &results) : stored(results) {}

  void studyStarted(const StudyInfo &) override {}
  void runStarted(const RunInfo &) override {}
  void stepsDone(const RunInfo &, const StepFigures &) override {}
  void epochEnded(const RunInfo &, const EpochFigures &) override {}
  void snapshotTaken(const RunInfo &run, const RunResult &result,
                     std::span<const EpochFigures> epochs) override;
  void runEnded(const RunInfo &run, const RunResult &result) override;
  void studyEnded(const StudyOutcome &) override {}

  [[nodiscard]] size_t differences() const { return different; }
  /// A line for each result, in the study's order: what it is and whether it is the same.
  [[nodiscard]] std::string text() const;

private:
  void compare(const RunInfo &run, const RunResult &result);

  const StudyResults &stored;
  std::mutex mutex;
  size_t different = 0;
  std::map<std::tuple<size_t, size_t, int>, std::string> lines; // by experiment, point, repeat
};

} // namespace nnxrt
