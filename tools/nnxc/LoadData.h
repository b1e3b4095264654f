// Data sets as a trainer of the study will load them.
#pragma once

#include "dsl/FeatureCounter.h"
#include "runtime/data/Dataset.h"

namespace nnx {

// Throws what nnxrt::Dataset throws. `folder` has the files, or is empty: see nnxrt::dataFolders.
nnxrt::Dataset loadData(const dsl::Dataset &dataset, const std::string &studyFile,
                        const std::string &folder = {});

// Loads a table whose shape the study does not state.
dsl::FeatureCounter featureCounter(const std::string &studyFile, const std::string &folder = {});

} // namespace nnx
