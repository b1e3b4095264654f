// Descriptors of the buffers of a variant.
#include "runtime/train/CallFrame.h"

using namespace nnxrt;

static constexpr halide_type_t halideTypes[] = {
    {halide_type_float, 32}, {halide_type_uint, 8}, {halide_type_int, 32}}; // by nnxrt_type

CallFrame::CallFrame(const nnxrt_variant &variant, int32_t tiles)
    : dimensions(size_t{variant.buffer_count} * NNXRT_MAX_RANK), buffers(variant.buffer_count) {
  for (uint32_t b = 0; b < variant.buffer_count; ++b) {
    const nnxrt_buffer &buffer = variant.buffers[b];
    halide_dimension_t *const own = &dimensions[size_t{b} * NNXRT_MAX_RANK];
    for (int d = 0; d < buffer.rank; ++d) {
      const bool isTile = buffer.extent[d] == NNXRT_TILES;
      own[d] = {0, isTile ? tiles : buffer.extent[d], buffer.stride[d]};
    }
    buffers[b].type = halideTypes[buffer.type];
    buffers[b].dimensions = buffer.rank;
    buffers[b].dim = own;
    pointers.push_back(&buffers[b]);
  }
}
