// A share of a data set as it is evaluated: its sums, and what was predicted of each sample.
#pragma once

#include "runtime/train/BatchSums.h"

namespace nnxrt {

/// Samples of one evaluation call: four tiles, enough to use the weights well and small enough for
/// the caches. A constant, since nothing else may decide the order of sums.
inline constexpr int64_t evaluationSamples = 64;

class Evaluation {
public:
  /// Of the first `samples` of `set`; none: the share is not there, and nothing is done.
  Evaluation(const SampleSet &set, int64_t samples, const nnxrt_variant &variant, double scale);

  void run(Model &model);

  /// Of the last run; none without samples.
  [[nodiscard]] ShareFigures figures() const;
  [[nodiscard]] Metrics metrics() const;

  SampleResults results;

private:
  void runCalls(Model &model, std::span<const uint32_t> indices);
  void count(const Model &model, size_t first, size_t count);

  const SampleSet &set;
  const nnxrt_variant &variant;
  double scale;
  std::vector<uint32_t> order;
  BatchSums batches;
  Sums sums;
};

} // namespace nnxrt
