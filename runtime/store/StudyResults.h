// What a results folder knows about a study, read back: for the final table, CSV and report.
#pragma once

#include "runtime/metrics/Reliability.h"
#include "runtime/train/Results.h"

#include <memory>
#include <vector>

namespace nnxrt {

struct Autopsy;

/// A test sample that a run has wrong.
struct WrongSample {
  int64_t sample = 0; // in the file's order
  uint16_t label = 0, predicted = 0;
  float confidence = 0; // probability of the predicted class
  int height = 0, width = 0, channels = 0;
  std::string pixels; // bytes, row major; empty where no picture was kept
};

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
  int64_t row = 0;                  // of the file it was read from
  std::vector<bool> hits;           // whether each test sample was predicted right
  std::vector<ReliabilityBin> reliability;
  std::vector<WrongSample> wrong;         // those it is surest of, surest first
  std::shared_ptr<const Autopsy> autopsy; // of a run that diverged, where it was replayed
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
