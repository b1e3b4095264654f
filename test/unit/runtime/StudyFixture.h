// A study of three points with made-up figures, for tests of store, display and report.
#pragma once

#include "runtime/train/RunObserver.h"

#include <filesystem>

namespace nnxrt::fixture {

/// A new empty folder, removed with everything in it at the end.
class TemporaryFolder {
public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;

  std::filesystem::path path;
};

std::string readFile(const std::filesystem::path &file);

/// relu, tanh and exponential, two classes named with HTML, `repeats` runs each.
Study studyOfActivations(int repeats = 1);

/// Those three points, and behind them a grid of optimizer, learning rate and batch: 18 points.
Study studyOfGrid(int repeats = 1);

/// 339 points, most of 20 epochs, in eight experiments.
Study studyOfManyPoints();

StudyInfo infoOf(const Study &study);

RunInfo runOf(const Study &study, size_t point, int repeat = 0, size_t experiment = 0);

/// Result of a run on `samples` test samples of which `errors` are wrong.
RunResult finishedRun(int classes, int64_t samples, int64_t errors);

/// All outputs NaN after step 37: everything is predicted as class 0.
RunResult divergedRun(int classes, int64_t samples);

/// Epoch figures that fall and rise as training does, towards `accuracy`.
EpochFigures epochOf(int epoch, double accuracy);

/// Calls the observer as the trainer would for the whole study: exponential diverges, all else
/// finishes.
void playStudy(const Study &study, const StudyInfo &info, RunObserver &observer);

} // namespace nnxrt::fixture
