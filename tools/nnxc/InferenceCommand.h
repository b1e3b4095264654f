// `nnxc build --inference`: a trained network as a C library.
#pragma once

#include "TrainedPoint.h"

#include <filesystem>

namespace nnx {

// Writes OUTPUT.h, libOUTPUT.a and libOUTPUT.so; the last part of `output` names the functions.
// Returns the exit status.
int buildInference(const CompileOptions &options, const TrainedPointOptions &which,
                   const std::string &output);

// Writes the same files for a point that was read. Throws what goes wrong.
void writeInference(const CompileOptions &options, const TrainedPoint &trained,
                    const std::filesystem::path &output);

} // namespace nnx
