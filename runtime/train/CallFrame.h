// The buffers of one call of a compiled function, as Halide's descriptors.
#pragma once

#include <HalideRuntime.h>
#include <nnxrt/abi.h>

#include <cstdint>
#include <vector>

namespace nnxrt {

/// For one number of tiles. Where each buffer lies is for the owner to say.
struct CallFrame {
  CallFrame(const nnxrt_variant &variant, int32_t tiles);
  CallFrame(const CallFrame &) = delete;
  CallFrame &operator=(const CallFrame &) = delete;

  std::vector<halide_dimension_t> dimensions;
  std::vector<halide_buffer_t> buffers; // by their numbers in the variant
  std::vector<halide_buffer_t *> pointers;
};

} // namespace nnxrt
