// The memory that calls of a variant take, by their numbers of tiles.
#pragma once

#include <nnxrt/abi.h>

#include <cstdint>

namespace nnxrt {

/// Tiles of 16 lanes that hold `samples`.
constexpr int32_t tilesOf(int64_t samples) {
  return static_cast<int32_t>((samples + NNXRT_LANES - 1) / NNXRT_LANES);
}

/// Whether a buffer has a part for each tile of samples.
bool isTiled(const nnxrt_buffer &buffer);

/// The buffer whose memory this one views, or itself.
uint32_t rootOf(const nnxrt_variant &variant, uint32_t index);

/// The plan for calls of `tiles` tiles: the smallest that has room. Throws VariantError.
const nnxrt_plan &planFor(const nnxrt_variant &variant, const nnxrt_function &function,
                          int32_t tiles);

/// Of the arena for steps and evaluations of up to so many tiles; throws VariantError.
uint64_t arenaBytes(const nnxrt_variant &variant, int32_t stepTiles, int32_t evaluateTiles);

/// Of a batch buffer for calls of up to `mostTiles`; 0 for every other one.
uint64_t batchBytes(const nnxrt_buffer &buffer, int32_t mostTiles);

} // namespace nnxrt
