// Samples of a data set, picked by number, as the input of a step: floats, sixteen samples side by
// side.
#pragma once

#include "runtime/data/Augment.h"
#include "runtime/data/SampleSet.h"

#include <cstdint>
#include <span>

namespace nnxrt {

/// Writes samples `indices` of `set` to `input`, laid out (lane, x, y, c, tile) without gaps, each
/// number times `scale` and then as the set's standardization says, and their labels to `labels`,
/// (lane, tile). Lanes past the last sample of the last tile are as those of a sample of zeros.
/// Both have room for ceil(indices / 16) tiles; input is aligned to 64 bytes. With `augmenter`,
/// samples are changed as it says.
void gatherSamples(const SampleSet &set, std::span<const uint32_t> indices, float scale,
                   float *input, int32_t *labels, const Augmenter *augmenter = nullptr);

/// Writes the labels of samples `indices` of `set` as gatherSamples does.
void gatherLabels(const SampleSet &set, std::span<const uint32_t> indices, int32_t *labels);

/// Writes the targets of samples `indices` of `set`, `count` each, to `targets`, laid out (lane,
/// target, tile). Lanes past the last sample become zero.
void gatherTargets(const SampleSet &set, std::span<const uint32_t> indices, int64_t count,
                   float *targets);

} // namespace nnxrt
