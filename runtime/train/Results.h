// What training reports: figures of an epoch and of a run, and which run they belong to. Plain
// structs, filled by the trainer, read by progress display, store and report.
#pragma once

#include "runtime/metrics/Metrics.h"
#include "runtime/train/Study.h"

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace nnxrt {

class Dataset;
class WeightsFile;

/// Known once for the whole study. Everything outlives studyEnded.
struct StudyInfo {
  const Study *study = nullptr;
  /// One per Study::datasets; null where no selected point needs it.
  std::vector<std::shared_ptr<const Dataset>> datasets;
  /// By the name that the study gives: what selected points start from.
  std::map<std::string, std::shared_ptr<const WeightsFile>> starts;
  std::vector<std::string> arguments; // the command line, program first
  std::string target;                 // CPU features that the code was compiled for
  std::string cpu;                    // name of the processor
  int cores = 0;                      // that this process may use
  int jobs = 0, threads = 0;          // points at once, threads of each
  bool quick = false;                 // --quick: one epoch on a fiftieth of the data
  size_t points = 0, runs = 0;        // selected; points of equal meaning share a run
};

/// One point of the study; the indices identify it.
struct PointInfo {
  const Experiment *experiment = nullptr;
  const Point *point = nullptr;
  size_t experimentIndex = 0, pointIndex = 0;
  int repeats = 1; // how many runs are wanted of it
};

/// A row of the results: a point and repeat, and how long it trains.
struct RunPlace {
  PointInfo point;
  int repeat = 0; // from 0
  int epochs = 0;
  int64_t steps = 0; // in all epochs together
};

/// One training: that of all points that mean the same, however long each of them trains.
struct RunInfo {
  PointInfo point; // of those that train longest, the first: it gives the run its name
  int repeat = 0;  // of that point
  uint64_t seed = 0;
  std::string key;                // what is trained: Point::key and the digest of the data
  int epochs = 0;                 // that will be trained
  int64_t steps = 0;              // in all epochs together
  std::vector<RunPlace> places;   // whose results this run gives, in the study's order
  std::vector<int64_t> snapshots; // after which steps results are kept; ascending, `steps` the last
  int64_t stepsPerEpoch = 0;      // of a whole epoch
  int64_t trainSamples = 0, testSamples = 0;
  int64_t validationSamples = 0; // 0: the data set has no such share

  /// After each epoch.
  [[nodiscard]] int64_t evaluatedSamples() const { return testSamples + validationSamples; }
};

/// Inside an epoch, about ten times a second.
struct StepFigures {
  int epoch = 0;               // from 1
  int64_t step = 0, steps = 0; // done in this epoch, and of how many
  double loss = 0;             // mean over the samples of this epoch so far
  double accuracy = 0;
  double samplesPerSecond = 0;
};

/// A figure that there is none of: of a validation share, or an accuracy of regression.
inline constexpr double noFigure = std::numeric_limits<double>::quiet_NaN();

/// Over the samples of a share of the data.
struct ShareFigures {
  double loss = noFigure;                                // mean
  double accuracy = noFigure;                            // of classes
  double rmse = noFigure, mae = noFigure, r2 = noFigure; // of numbers: RegressionFigures
};

/// At the end of an epoch (or of the part of one that was trained).
struct EpochFigures {
  int epoch = 0;                            // from 1
  int64_t steps = 0;                        // since the start of the run
  ShareFigures train;                       // over the epoch's samples, each before its update
  ShareFigures test;                        // of the weights behind the epoch
  ShareFigures validation;                  // likewise; no figure without such a share
  double trainSeconds = 0, testSeconds = 0; // of this epoch; validation counts as test
  double samplesPerSecond = 0;              // training
};

/// `running` is what a reader of the results finds while a trainer works; no run ends so.
enum class RunStatus { finished, diverged, failed, interrupted, running };

/// "finished", "diverged", "failed", "interrupted", "running".
const char *nameOf(RunStatus status);

/// What was predicted of each sample of a share, in the file's order.
struct SampleResults {
  std::vector<uint16_t> labels;
  std::vector<uint16_t> predictions;
  std::vector<float> confidence; // probability of the predicted class
  std::vector<float> labelProbability;
  std::vector<uint16_t> labelRank;     // how many classes are more probable than the label's
  std::vector<float> targets, outputs; // of regression, in place of all these
};

/// The samples are those of the test share.
struct RunResult : SampleResults {
  RunStatus status = RunStatus::failed;
  std::string message;       // why, unless finished
  int epochs = 0;            // begun
  int64_t steps = 0;         // updates made
  int64_t divergedStep = 0;  // the update (from 1) whose batch had the first loss that is not
                             // finite; 0: none. Set under on_divergence = continue too
  ShareFigures train;        // of the last epoch, or of bestEpoch
  int bestEpoch = 0;         // whose weights the run ended with; 0: those of its last step
  bool stoppedEarly = false; // by the settings' `stop`
  double trainSeconds = 0, testSeconds = 0, seconds = 0; // seconds: the whole run
  double samplesPerSecond = 0;                           // training, whole run
  uint64_t memoryBytes = 0;  // weights, optimizer state, arena and batch buffers
  std::string weightsSha256; // of all weights, Keras's logical order, float32 little endian
  bool evaluated = false;    // the fields below and the samples hold figures
  Metrics test;
  Metrics validation; // no samples: there is no such share
};

/// How the study ended.
struct StudyOutcome {
  size_t finished = 0, diverged = 0, failed = 0, interrupted = 0, skipped = 0; // runs
  size_t left = 0; // not started: an observer did not let them
  bool wasInterrupted = false;
  double seconds = 0;
};

} // namespace nnxrt
