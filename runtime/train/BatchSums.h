// What a batch that a model has just run adds to the sums of its share.
#pragma once

#include "runtime/data/Augment.h"
#include "runtime/data/Dataset.h"
#include "runtime/train/Model.h"
#include "runtime/train/RunState.h"

#include <algorithm>

namespace nnxrt {

/// What the sums of a share amount to; no figures where there were no samples.
ShareFigures shareFigures(const Sums &sums, const nnxrt_variant &variant);

class BatchSums {
public:
  /// `most` samples of `set` at once.
  BatchSums(const SampleSet &set, const nnxrt_variant &variant, int64_t most);

  /// The sums of the first `samples` of the model's batch. What it holds stays until the next call.
  const Sums &of(const Model &model, int64_t samples);
  /// The classes predicted of that batch, one for each lane.
  [[nodiscard]] const std::vector<uint16_t> &predicted() const { return classes; }

private:
  const nnxrt_variant &variant;
  std::vector<uint16_t> classes;
  std::vector<double> centres; // of the targets of the whole set
  Sums sums;
};

/// The samples of call `call` of a row of calls on `indices`, each of `samplesOfCall`.
inline std::span<const uint32_t> samplesOf(std::span<const uint32_t> indices, int64_t samplesOfCall,
                                           int64_t call) {
  const auto first = static_cast<size_t>(call * samplesOfCall);
  return indices.subspan(first,
                         std::min(static_cast<size_t>(samplesOfCall), indices.size() - first));
}

/// Puts samples `indices` of `set`, which the model's `begin` has named, with their labels or
/// targets where a step of the model reads them; with `augmenter`, changed as it says.
void loadBatch(Model &model, const nnxrt_variant &variant, const SampleSet &set,
               std::span<const uint32_t> indices, double scale,
               const Augmenter *augmenter = nullptr);

} // namespace nnxrt
