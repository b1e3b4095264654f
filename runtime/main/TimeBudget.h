// How long runs will take, from what was measured, and which of them still fit a limit.
#pragma once

#include "runtime/train/RunObserver.h"

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace nnxrt {

/// Learns from every epoch how many floating-point operations a second training and tests reach,
/// and lets no run start that would not end in time. A run of which nothing is known yet starts.
class TimeBudget final : public RunObserver {
public:
  /// `seconds` from now on.
  explicit TimeBudget(double seconds);

  /// What an earlier start measured; counts until this one has measured anything.
  void learnEarlier(const Point &point, double samplesPerSecond);
  /// Seconds that `run` will take from its start.
  std::optional<double> predict(const RunInfo &run);

  void studyStarted(const StudyInfo &) override {}
  bool mayStart(const RunInfo &run) override;
  void runStarted(const RunInfo &) override {}
  void stepsDone(const RunInfo &, const StepFigures &) override {}
  void epochEnded(const RunInfo &run, const EpochFigures &figures) override;
  void runEnded(const RunInfo &, const RunResult &) override {}
  void studyEnded(const StudyOutcome &) override {}

  /// What was left out and how long it would take, as text for the user; "" where nothing was.
  std::string summary();

private:
  using Clock = std::chrono::steady_clock;
  struct Left {
    std::string name;
    std::optional<double> seconds;
  };
  /// Work and the time that it took.
  struct Rate {
    double operations = 0, seconds = 0;
    [[nodiscard]] double secondsFor(double work) const { return work * seconds / operations; }
  };

  std::optional<double> predictLocked(const RunInfo &run) const;

  const Clock::time_point end;
  std::mutex mutex;
  Rate earlier, training, tests;
  std::vector<Left> left;
};

} // namespace nnxrt
