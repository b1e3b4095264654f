// Samples of a data set, picked by number, as the input of a step: floats, sixteen samples side by
// side.
#pragma once

#include "runtime/data/Dataset.h"

#include <cstdint>
#include <span>

namespace nnxrt {

/// Writes samples `indices` of `set` to `input`, laid out (lane, x, y, c, tile) without gaps, each
/// byte times `scale`, and their labels to `labels`, (lane, tile). Lanes past the last sample of
/// the last tile become zero. Both have room for ceil(indices / 16) tiles; input is aligned to 64
/// bytes.
void gatherSamples(const SampleSet &set, std::span<const uint32_t> indices, float scale,
                   float *input, int32_t *labels);

} // namespace nnxrt
