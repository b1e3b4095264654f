// Data sets as a trainer of the study will load them.
#pragma once

#include "dsl/FeatureCounter.h"
#include "runtime/data/Dataset.h"

namespace nnx {

// Throws what nnxrt::Dataset throws.
nnxrt::Dataset loadData(const dsl::Dataset &dataset, const std::string &studyFile);

// Loads a table whose shape the study does not state.
dsl::FeatureCounter featureCounter(const std::string &studyFile);

} // namespace nnx
