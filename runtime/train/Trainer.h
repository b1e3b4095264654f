// One run: epochs of steps over shuffled samples, the test set after each, and how it ends.
#pragma once

#include "runtime/data/Dataset.h"
#include "runtime/train/Interruption.h"
#include "runtime/train/Model.h"
#include "runtime/train/RunObserver.h"

#include <chrono>

namespace nnxrt {

/// Samples of one evaluation call: four tiles, enough to use the weights well and small enough for
/// the caches. A constant, since nothing else may decide the order of sums.
inline constexpr int64_t evaluationSamples = 64;

/// A run and what it works on; everything outlives it.
struct RunRequest {
  RunInfo info;
  const nnxrt_variant *variant = nullptr;
  const Dataset *dataset = nullptr;
  double scale = 1; // of the data set's bytes
};

/// What a run of `point` will do with `dataset`. `quick`: one epoch on a fiftieth of the samples.
RunInfo planRun(const PointInfo &point, int repeat, const Dataset &dataset, bool quick);

class Trainer {
public:
  /// Throws MemoryError, VariantError, InitError.
  Trainer(const RunRequest &request, ThreadPool &pool, RunObserver &observer,
          const StopSignal &stop);

  /// Trains; throws KernelError. runStarted and runEnded are the caller's, epochs are told here.
  RunResult run();

private:
  using Clock = std::chrono::steady_clock;
  /// Sums of per-sample figures, in the order of the samples.
  struct Sums {
    double loss = 0;
    int64_t hits = 0, samples = 0;
  };

  void setOptimizer();
  void trainEpoch(int epoch, int64_t steps);
  bool trainStep(std::span<const uint32_t> batch);
  void addBatch(Sums &sums, int64_t samples);
  void evaluateTest();
  void evaluateBatch(int64_t first, int64_t samples);
  void reportSteps(int epoch, int64_t step, int64_t steps);
  EpochFigures endEpoch(int epoch, double trainSeconds);

  const RunRequest request;
  RunObserver &observer;
  const StopSignal &stop;
  KernelContext context;
  Model model;
  std::vector<uint32_t> order, testOrder;
  std::vector<uint16_t> predicted; // of one batch, whole tiles
  Sums epochSums, testSums;
  RunResult result;
  Clock::time_point epochStart, lastReport;
  double testSecondsBefore = 0; // spent on the test set before this epoch
  int64_t trainedSamples = 0;
};

} // namespace nnxrt
