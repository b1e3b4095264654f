// Where training sends its results. The trainer knows this interface alone; display, store and
// report implement it.
#pragma once

#include "runtime/train/Results.h"

#include <span>
#include <vector>

namespace nnxrt {

/// Calls of one run come in order from one thread; several runs go on at once, so implementations
/// lock. studyStarted and studyEnded come from the main thread, with no run going on. References
/// are valid during the call only, what StudyInfo points at until after studyEnded.
class RunObserver {
public:
  virtual ~RunObserver() = default;

  virtual void studyStarted(const StudyInfo &study) = 0;
  /// Asked before a run starts for each of its snapshots: false says that the result of the run
  /// after so many steps is there already.
  virtual bool wantsResult(const RunInfo &, int64_t steps [[maybe_unused]]) { return true; }
  /// Asked before a run starts whose results are wanted; where an observer says no, it is left out.
  virtual bool mayStart(const RunInfo &) { return true; }
  /// No result of the run is wanted; every observer hears of it.
  virtual void runSkipped(const RunInfo &) {}
  /// `run.snapshots` holds those that are wanted.
  virtual void runStarted(const RunInfo &run) = 0;
  /// The run, just started, goes on from a state in which these epochs were complete.
  virtual void runResumed(const RunInfo &, int64_t steps [[maybe_unused]],
                          std::span<const EpochFigures>) {}
  /// Something is not as it should be, and the run does without it.
  virtual void warned(const RunInfo &, const std::string &) {}
  /// The run begins once more, by itself, where others on its device may have made it fail: what
  /// was told of its epochs is no more, its snapshots stay.
  virtual void runBegunAgain(const RunInfo &, const std::string &why [[maybe_unused]]) {}
  virtual void stepsDone(const RunInfo &run, const StepFigures &figures) = 0;
  virtual void epochEnded(const RunInfo &run, const EpochFigures &figures) = 0;
  /// The results of a run that goes on, after one of its snapshots, with its epochs up to there.
  virtual void snapshotTaken(const RunInfo &, const RunResult &, std::span<const EpochFigures>) {}
  /// Every started run ends, a failed one too.
  virtual void runEnded(const RunInfo &run, const RunResult &result) = 0;
  virtual void studyEnded(const StudyOutcome &outcome) = 0;
};

/// Passes every call on to each of its observers, in order; a result is wanted if all want it.
class ObserverList final : public RunObserver {
public:
  void add(RunObserver &observer) { observers.push_back(&observer); }

  void studyStarted(const StudyInfo &study) override;
  bool wantsResult(const RunInfo &run, int64_t steps) override;
  bool mayStart(const RunInfo &run) override;
  void runSkipped(const RunInfo &run) override;
  void runStarted(const RunInfo &run) override;
  void runResumed(const RunInfo &run, int64_t steps, std::span<const EpochFigures> epochs) override;
  void warned(const RunInfo &run, const std::string &message) override;
  void runBegunAgain(const RunInfo &run, const std::string &why) override;
  void stepsDone(const RunInfo &run, const StepFigures &figures) override;
  void epochEnded(const RunInfo &run, const EpochFigures &figures) override;
  void snapshotTaken(const RunInfo &run, const RunResult &result,
                     std::span<const EpochFigures> epochs) override;
  void runEnded(const RunInfo &run, const RunResult &result) override;
  void studyEnded(const StudyOutcome &outcome) override;

private:
  std::vector<RunObserver *> observers;
};

} // namespace nnxrt
