// Results of a study in DIR/results.sqlite, and DIR/results.csv beside it after every run.
#pragma once

#include "runtime/store/Database.h"
#include "runtime/store/ResultsFolder.h"
#include "runtime/store/StudyResults.h"
#include "runtime/train/RunObserver.h"

#include <map>
#include <mutex>
#include <optional>
#include <tuple>

namespace nnxrt {

/// Keeps every run from its start: each epoch and each end is one transaction, so a process that is
/// killed leaves what it had finished. All calls lock; those that write throw StoreError.
class ResultStore final : public RunObserver {
public:
  /// `force`: runs that are there already are wanted again. A run that replaces an old one does so
  /// when it ends well. The folder is owned by the caller and outlives the store.
  ResultStore(const ResultsFolder &folder, bool force);
  ~ResultStore() override;

  void studyStarted(const StudyInfo &study) override;
  bool wantsRun(const RunInfo &run) override;
  void runStarted(const RunInfo &run) override;
  void stepsDone(const RunInfo &, const StepFigures &) override {}
  void epochEnded(const RunInfo &run, const EpochFigures &figures) override;
  void runEnded(const RunInfo &run, const RunResult &result) override;
  void studyEnded(const StudyOutcome &outcome) override;

  /// The row of the run that ended (finished or diverged) with this meaning, if there is one.
  /// `epochs` 0 stands for any number; then the latest counts.
  std::optional<int64_t> findFinished(const std::string &key, uint64_t seed, int epochs);

  /// Everything known about the points of the study; after studyStarted.
  StudyResults load();

private:
  using RunPlace = std::tuple<size_t, size_t, int>; // experiment, point, repeat

  static RunPlace placeOf(const RunInfo &run);
  int64_t idOf(const RunInfo &run) const;
  std::optional<int64_t> findRun(const std::string &key, uint64_t seed, int epochs, bool finished);
  void insertTestFigures(int64_t id, const RunResult &result);
  StoredRun loadRun(int64_t id);
  void loadTestFigures(int64_t id, int classes, Metrics &metrics);
  StudyResults loadLocked();
  void writeCsvLocked();

  const ResultsFolder &folder;
  const bool force;
  std::mutex mutex;
  Database database;
  const StudyInfo *info = nullptr;
  StudyOutcome outcome;
  std::string started, ended;
  int64_t studyRow = 0;
  std::map<RunPlace, int64_t> running;                    // rows of the runs that go on
  std::map<std::pair<size_t, size_t>, int> plannedEpochs; // of the selected points
};

} // namespace nnxrt
