// One run: epochs of steps over shuffled samples, the test set after each, and how it ends.
#pragma once

#include "runtime/train/EarlyStop.h"
#include "runtime/train/Evaluation.h"
#include "runtime/train/Interruption.h"
#include "runtime/train/LearningRate.h"
#include "runtime/train/RunObserver.h"
#include "runtime/train/RunStates.h"
#include "runtime/train/StepWatcher.h"
#include "runtime/train/WeightsKeeper.h"

#include <chrono>

namespace nnxrt {

/// A run and what it works on; everything outlives it.
struct RunRequest {
  RunInfo info;
  const nnxrt_variant *variant = nullptr;
  const Dataset *dataset = nullptr;
  double scale = 1;         // of the data set's bytes
  Device *device = nullptr; // that `variant` is compiled for; null: the processor
  int together = 1;         // models like this one that it may train side by side
  /// Where to go on from and what to go on from later; null: from the start, and nothing is kept.
  RunStates *states = nullptr;
  bool resumes = true;                // false: from the start all the same
  const WeightsFile *start = nullptr; // weights to start from; null: random ones
  WeightsKeeper *keeper = nullptr;    // told the weights of every result
  StepWatcher *watcher = nullptr;     // sees the model behind every step
  double checkpointSeconds = 10; // at least that often inside an epoch, and at the ends of epochs
                                 // that took a tenth of it
};

/// Bytes of the model that a run trains, on the device if it is on one; throws VariantError.
uint64_t memoryNeeded(const RunRequest &request);

class Trainer {
public:
  /// Throws RunError (MemoryError, VariantError, InitError among them).
  Trainer(const RunRequest &request, ThreadPool &pool, RunObserver &observer,
          const StopSignal &stop);

  /// Trains; throws KernelError. runStarted and runEnded are the caller's, epochs and snapshots are
  /// told here.
  RunResult run();
  /// After how many steps the last snapshot was told, 0 without one.
  [[nodiscard]] int64_t toldSteps() const { return told; }

private:
  using Clock = std::chrono::steady_clock;

  void setOptimizer();
  void goOnFromState();
  void testAgain();
  void restoreBest();
  [[nodiscard]] bool isCheckpointDue(double share) const;
  SavedRun savedRun();
  void keepState();
  void endState();
  void trainTo(int64_t goal);
  void trainEpoch(int64_t steps);
  [[nodiscard]] std::span<const uint32_t> nextSamples(int64_t count) const;
  void trainSteps(int64_t count);
  void startSteps(int64_t before, std::span<const uint32_t> samples, int64_t count);
  bool countStep(std::span<const uint32_t> batch);
  void evaluate();
  void countTrainingTime();
  void reportSteps();
  [[nodiscard]] EpochFigures epochFigures() const;
  void completeEpoch();
  void fillResult();

  const RunRequest request;
  RunObserver &observer;
  const StopSignal &stop;
  KernelContext context;
  Model model;
  LearningRate rate;
  EarlyStop earlyStop;
  std::vector<uint32_t> order;
  BatchSums batches;
  Evaluation test, validation;
  RunState state;
  std::vector<std::byte> best; // the model's memory of the best epoch, where it will be restored
  int64_t ahead = 1;           // steps that are started before the first is waited for
  int epoch = 0;               // from 1: that of the last step
  double testSeconds = 0;      // of the last evaluation
  EpochFigures figures;        // of the last epoch, or of the part of it that was trained
  RunResult result;
  Clock::time_point started, lastReport, lastTime, lastSave;
  int64_t told = 0;         // toldSteps
  int64_t testedSteps = -1; // after which the last test was
};

} // namespace nnxrt
