// Mean 0 and deviation 1 of every feature, by the training samples alone.
#pragma once

#include "runtime/data/SampleSet.h"
#include "runtime/data/Samples.h"

namespace nnxrt {

struct Moments {
  std::vector<double> mean, deviation; // deviation 1 where a feature is constant
};

/// Of each feature times `scale`: mean and the root of the mean squared distance from it, in double
/// precision, as scikit-learn's StandardScaler has them; its bound tells a constant feature.
Moments momentsOf(const Samples &train, double scale);

/// The samples as floats: x * scale, then (x - mean) / deviation where `changed` says so; an empty
/// list says so everywhere. `moments` null: the scale alone.
Samples toFloats(const Samples &samples, double scale, const Moments *moments,
                 const std::vector<bool> &changed);

} // namespace nnxrt
