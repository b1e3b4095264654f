// Results of a study in DIR/results.sqlite, and DIR/results.csv beside it after every run.
#pragma once

#include "runtime/store/Pace.h"
#include "runtime/store/ResultReader.h"
#include "runtime/store/ResultsFolder.h"
#include "runtime/train/RunObserver.h"

#include <map>
#include <mutex>
#include <set>
#include <span>
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
  bool wantsResult(const RunInfo &run, int64_t steps) override;
  void runStarted(const RunInfo &run) override;
  void runResumed(const RunInfo &run, int64_t steps, std::span<const EpochFigures> epochs) override;
  void runBegunAgain(const RunInfo &run, const std::string &why) override;
  void stepsDone(const RunInfo &, const StepFigures &) override {}
  void epochEnded(const RunInfo &run, const EpochFigures &figures) override;
  void snapshotTaken(const RunInfo &run, const RunResult &result,
                     std::span<const EpochFigures> epochs) override;
  void runEnded(const RunInfo &run, const RunResult &result) override;
  void studyEnded(const StudyOutcome &outcome) override;

  /// Everything known about the points of the study; after studyStarted.
  StudyResults load(bool withHits = true);

  /// Of the run in row `row` of load().
  void keepAutopsy(int64_t row, const Autopsy &autopsy);

  /// Keeps the pictures of the samples that these runs of load() have wrong, and no others, and
  /// gives them to the runs. Data sets whose samples are no pictures have none.
  void keepPictures(StudyResults &results, const std::set<int64_t> &rows);

private:
  using Place = std::tuple<size_t, size_t, int>; // experiment, point, repeat

  static Place placeOf(const RunInfo &run);
  int64_t idOf(const RunInfo &run) const;
  void noteRepeat(const RunPlace &place);
  int64_t insertRow(const RunInfo &run, const RunPlace &place);
  void insertEpoch(int64_t id, const EpochFigures &figures);
  void fillRow(int64_t id, const RunResult &result);
  void insertTestFigures(int64_t id, const RunResult &result);
  StudyResults loadLocked(bool withSamples);
  void writeCsvIfDue();
  void writeCsvLocked();

  const ResultsFolder &folder;
  const bool force;
  Pace csv; // results.csv is written anew from all results
  std::mutex mutex;
  Database database;
  const StudyInfo *info = nullptr;
  StudyOutcome outcome;
  std::string started, ended;
  int64_t studyRow = 0;
  std::map<Place, int64_t> running; // rows of the runs that go on
  ResultReader::Places selected;
};

} // namespace nnxrt
