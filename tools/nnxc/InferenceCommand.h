// `nnxc build --inference`: a trained network as a C library.
#pragma once

#include "TrainedPoint.h"

namespace nnx {

// Writes OUTPUT.h, libOUTPUT.a and libOUTPUT.so; the last part of `output` names the functions.
// Returns the exit status.
int buildInference(const CompileOptions &options, const TrainedPointOptions &which,
                   const std::string &output);

} // namespace nnx
