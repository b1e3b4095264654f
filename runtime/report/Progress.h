// What a person sees while a study runs: two bars in a terminal, plain lines elsewhere.
#pragma once

#include "runtime/train/RunObserver.h"

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace nnxrt {

struct ProgressStyle {
  int descriptor = 2;
  bool bars = false;   // a terminal that can move its cursor
  bool colour = false; // escape sequences for colour
  bool blocks = false; // bars of block characters rather than ASCII
  bool silent = false; // warnings alone

  /// What suits `descriptor`: bars in a terminal unless TERM is dumb, colour unless NO_COLOR is
  /// set, block characters where the locale is UTF-8.
  static ProgressStyle forDescriptor(int descriptor);
};

/// With bars: the study (runs done, running, failed, best, time left) and, while one run goes on,
/// its epoch; a line for each run that ended stays above them. Without: a line per epoch and run.
/// Below the bars the cursor stands at the start of a line, so the program may end at any time.
class Progress final : public RunObserver {
public:
  explicit Progress(ProgressStyle style);

  void studyStarted(const StudyInfo &study) override;
  void runSkipped(const RunInfo &run) override;
  void runStarted(const RunInfo &run) override;
  void runResumed(const RunInfo &run, int64_t steps, std::span<const EpochFigures> epochs) override;
  void warned(const RunInfo &run, const std::string &message) override;
  void runBegunAgain(const RunInfo &run, const std::string &why) override;
  void stepsDone(const RunInfo &run, const StepFigures &figures) override;
  void epochEnded(const RunInfo &run, const EpochFigures &figures) override;
  void runEnded(const RunInfo &run, const RunResult &result) override;
  void studyEnded(const StudyOutcome &outcome) override;

private:
  using Clock = std::chrono::steady_clock;
  using RunPlace = std::tuple<size_t, size_t, int>;

  struct Running {
    std::string name;
    size_t number = 0; // from 1, in the order of starting
    int epochs = 0;
    int64_t steps = 0, stepsPerEpoch = 0;
    StepFigures figures;
    double share = 0;      // done
    double firstShare = 0; // of it, in an earlier start of the trainer
  };

  /// What stands in one row, and how many columns it takes.
  struct Line {
    std::string text;
    size_t columns;
  };

  Running &runningOf(const RunInfo &run);
  [[nodiscard]] std::string nameOfRun(const RunInfo &run) const;
  [[nodiscard]] Line studyLine(size_t width) const;
  [[nodiscard]] Line epochLine(size_t width) const;
  [[nodiscard]] Line lineOf(const char *label, double share, const std::string &text,
                            size_t width) const;
  [[nodiscard]] std::string timeLeft() const;
  void say(const std::string &line);
  void draw();
  void write(const std::string &text) const;
  [[nodiscard]] size_t terminalWidth() const;
  [[nodiscard]] std::string erased(size_t width) const;

  ProgressStyle style;
  std::mutex mutex;
  const StudyInfo *info = nullptr;
  Clock::time_point start, lastDraw;
  std::map<RunPlace, Running> running;
  size_t startedRuns = 0, skipped = 0, finished = 0, unwell = 0;
  double best = -1;
  std::string bestName;
  std::vector<size_t> drawn; // widths of the lines of the bars on the screen
};

} // namespace nnxrt
