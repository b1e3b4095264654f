// What results.sqlite holds about the points of a study.
#pragma once

#include "runtime/store/Database.h"
#include "runtime/store/StudyResults.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <utility>

namespace nnxrt {

/// Of a point, as the language has it.
inline constexpr int mostRepeats = 10000;

/// Reads from a database that its owner keeps locked. Throws StoreError.
class ResultReader {
public:
  using Places = std::set<std::pair<size_t, size_t>>; // experiment, point

  /// `studyRow` is the start of the trainer that results count as new of.
  ResultReader(Database &database, const StudyInfo &info, int64_t studyRow)
      : database(database), info(info), studyRow(studyRow) {}

  /// From here on runs that go on count too, where a point has no other.
  void includeRunning() { withRunning = true; }

  /// What a row must be to be the result of a point.
  struct Wish {
    std::string meaning, key; // no key: with whatever data
    uint64_t seed = 0;
    int64_t epochs = 0, steps = 0; // the goal is the smaller
    bool whole = false;            // ended by itself: finished or diverged
  };
  std::optional<int64_t> findRow(const Wish &wish);

  /// The runs of every point, in the study's order; `info` stays with the results. `withSamples`:
  /// what their predictions of single samples say, too.
  StudyResults load(const Places &selected, bool withSamples);

private:
  [[nodiscard]] Wish wishFor(const Point &point, int repeat) const;
  /// How many runs of a point were asked for: by the study, or by --repeats at any time.
  int repeatsOf(const Experiment &experiment, const Point &point);
  StoredRun loadRun(int64_t id);
  void loadSamples(StoredRun &run);
  void loadFigures(int64_t id, int classes, RunResult &result);
  /// Of predicted numbers, into the epochs of a run.
  void loadErrors(int64_t id, std::vector<EpochFigures> &epochs);

  Database &database;
  const StudyInfo &info;
  const int64_t studyRow;
  bool withRunning = false;
};

/// A results folder as the last start of its trainer left it.
struct StoredStudy {
  std::filesystem::path folder;
  Study study;
  StudyInfo info;          // points at `study`
  StudyResults results;    // points at `info`
  bool isTraining = false; // readLive: a trainer goes on
};

/// Reads a results folder that may be in use. Throws StoreError (no results there, or of another
/// layout) and StudyError.
std::unique_ptr<StoredStudy> readResults(const std::filesystem::path &folder);

/// The same while a trainer writes, with the epochs of runs that go on if one does. Changes nothing
/// and nobody waits for it.
std::unique_ptr<StoredStudy> readLive(const std::filesystem::path &folder);

} // namespace nnxrt
