// What a results folder knows about a study, read back: for the final table, CSV and report.
#pragma once

#include "runtime/train/Results.h"

#include <vector>

namespace nnxrt {

/// One training, at its end or after a snapshot, as it was stored. The per-sample vectors of
/// `result` stay empty.
struct StoredRun {
  std::string name; // of the run, see runName: results of equal names come from one training
  int repeat = 0;
  uint64_t seed = 0;
  int epochsPlanned = 0; // of the point
  int64_t stepsPerEpoch = 0, trainSamples = 0, testSamples = 0;
  bool reused = false; // trained in an earlier start of the trainer
  std::string started; // "2026-03-01T12:00:00Z"
  RunResult result;
  std::vector<EpochFigures> epochs; // those that ended, ascending
  std::vector<bool> hits;           // whether each test sample was predicted right
};

/// One point with the runs that there are, ascending by repeat.
struct PointResults {
  size_t experiment = 0, point = 0; // indices
  bool selected = false;            // by the command line, in this start of the trainer
  std::vector<StoredRun> runs;
};

struct StudyResults {
  const StudyInfo *info = nullptr;
  StudyOutcome outcome;
  std::string started, ended;       // of this start of the trainer, UTC
  std::vector<PointResults> points; // every point of the study, in its order
};

} // namespace nnxrt
