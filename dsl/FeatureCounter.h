// The one thing about data that a file may leave to be found: how many features a table gives.
#pragma once

#include "dsl/Study.h"

#include <functional>

namespace nnx::dsl {

// 0, and why, where that cannot be found.
struct FeatureCount {
  int64_t features = 0;
  std::string problem;
};

using FeatureCounter = std::function<FeatureCount(const Dataset &dataset)>;

} // namespace nnx::dsl
