// What happens while a study runs, as JSON objects, one a line.
#pragma once

#include "runtime/train/RunObserver.h"

#include <filesystem>
#include <mutex>
#include <string>

namespace nnxrt {

/// Events study_started, run_skipped, run_started, run_resumed, run_begun_again, warning, epoch,
/// snapshot, run_ended, study_ended, each with its time; each line is written whole and at once.
/// Figures that are not finite are null.
class EventLog final : public RunObserver {
public:
  /// Appends to the file `path`. Throws StoreError, here and in every call that writes.
  explicit EventLog(const std::filesystem::path &path);
  /// Writes to an open file descriptor, named `name` in messages; it stays open.
  EventLog(int descriptor, std::string name);
  ~EventLog() override;
  EventLog(const EventLog &) = delete;
  EventLog &operator=(const EventLog &) = delete;

  void studyStarted(const StudyInfo &study) override;
  void runSkipped(const RunInfo &run) override;
  void runStarted(const RunInfo &run) override;
  void runResumed(const RunInfo &run, int64_t steps, std::span<const EpochFigures> epochs) override;
  void warned(const RunInfo &run, const std::string &message) override;
  void runBegunAgain(const RunInfo &run, const std::string &why) override;
  void stepsDone(const RunInfo &, const StepFigures &) override {}
  void epochEnded(const RunInfo &run, const EpochFigures &figures) override;
  void snapshotTaken(const RunInfo &run, const RunResult &result,
                     std::span<const EpochFigures> epochs) override;
  void runEnded(const RunInfo &run, const RunResult &result) override;
  void studyEnded(const StudyOutcome &outcome) override;

private:
  void writeLine(std::string line);
  void writeResult(const char *name, const RunInfo &run, const RunResult &result);

  std::mutex mutex;
  std::string name;
  int descriptor = -1;
  bool owned = false;
};

} // namespace nnxrt
