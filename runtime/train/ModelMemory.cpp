// Bytes of a model, and how many calls of it a device holds at once.
#include "runtime/train/ModelMemory.h"

#include "runtime/train/DeviceGroup.h"
#include "runtime/train/Model.h"

#include <algorithm>
#include <fmt/format.h>

using namespace nnxrt;

bool nnxrt::isTiled(const nnxrt_buffer &buffer) {
  return buffer.rank > 0 && buffer.extent[buffer.rank - 1] == NNXRT_TILES;
}

uint32_t nnxrt::rootOf(const nnxrt_variant &variant, uint32_t index) {
  while (variant.buffers[index].alias_of != NNXRT_NO_BUFFER)
    index = variant.buffers[index].alias_of;
  return index;
}

const nnxrt_plan &nnxrt::planFor(const nnxrt_variant &variant, const nnxrt_function &function,
                                 int32_t tiles) {
  for (uint32_t i = 0; i < function.plan_count; ++i)
    if (function.plans[i].tiles >= tiles)
      return function.plans[i];
  throw VariantError(fmt::format("variant {}: no memory plan for {} tiles", variant.name, tiles));
}

uint64_t nnxrt::arenaBytes(const nnxrt_variant &variant, int32_t stepTiles, int32_t evaluateTiles) {
  uint64_t bytes = 0;
  for (int32_t tiles = 1; tiles <= stepTiles; ++tiles)
    bytes = std::max(bytes, planFor(variant, variant.step, tiles).arena_bytes);
  for (int32_t tiles = 1; tiles <= evaluateTiles; ++tiles)
    bytes = std::max(bytes, planFor(variant, variant.evaluate, tiles).arena_bytes);
  return bytes;
}

uint64_t nnxrt::batchBytes(const nnxrt_buffer &buffer, int32_t mostTiles) {
  if (buffer.space != NNXRT_IO || buffer.alias_of != NNXRT_NO_BUFFER)
    return 0;
  return isTiled(buffer) ? buffer.bytes * static_cast<uint64_t>(mostTiles) : buffer.bytes;
}

uint64_t Model::memoryNeeded(const nnxrt_variant &variant, int64_t stepSamples,
                             int64_t evaluateSamples) {
  const int32_t stepTiles = tilesOf(stepSamples), evaluateTiles = tilesOf(evaluateSamples);
  uint64_t bytes = variant.state_bytes + arenaBytes(variant, stepTiles, evaluateTiles);
  for (uint32_t b = 0; b < variant.buffer_count; ++b)
    bytes += batchBytes(variant.buffers[b], std::max(stepTiles, evaluateTiles));
  return bytes;
}

int64_t Model::callsFor(const nnxrt_variant &variant, int64_t stepSamples,
                        int64_t evaluateSamples) {
  constexpr uint64_t most = 64, room = 16 << 20;
  const uint64_t bytes =
      DeviceGroup::figureBytes(variant, tilesOf(std::max(stepSamples, evaluateSamples)));
  return static_cast<int64_t>(std::clamp<uint64_t>(room / bytes, 1, most));
}
