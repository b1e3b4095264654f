// Initial weights, with the formulas of Keras 3's initializers, in Keras's logical order.
#pragma once

#include "runtime/device/RunError.h"

#include <nnxrt/abi.h>

#include <cstdint>
#include <span>

namespace nnxrt {

/// A parameter asks for an initializer that this runtime does not have.
struct InitError : RunError {
  using RunError::RunError;
};

/// Fills `values`, the elements of `parameter` row major over `shape`, from the streams of `seed`.
/// Element i depends on (seed, parameter.stream, i) alone.
void initializeWeights(const nnxrt_parameter &parameter, uint64_t seed, std::span<float> values);

} // namespace nnxrt
