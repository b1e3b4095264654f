// `nnxc plan`: what a study will train and take, without building it.
#pragma once

#include "BuildCommand.h"

namespace nnx {

// Prints experiments and points with the memory and time of each, the layers of every variant with
// shapes, parameters and FLOPs, which kernels are in the cache, and what runs there are; or all of
// it as one JSON object. Returns the exit status.
int printPlan(const CompileOptions &options, bool json);

} // namespace nnx
