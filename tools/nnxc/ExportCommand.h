// `nnxc export`: a trained network for other tools.
#pragma once

#include "TrainedPoint.h"

namespace nnx {

// Writes an ONNX model `output` whole or not at all. Returns the exit status.
int exportOnnx(const CompileOptions &options, const TrainedPointOptions &which,
               const std::string &output);

} // namespace nnx
