// `nnxc plan`: what a study will train and take, without building it.
#pragma once

#include "BuildCommand.h"

namespace nnx {

// Prints experiments and points, the layers of every variant with shapes, parameters and FLOPs, the
// memory of one step, and which kernels are in the cache. Returns the exit status.
int printPlan(const CompileOptions &options);

} // namespace nnx
