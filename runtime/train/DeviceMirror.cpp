// Copies between a model's memory here and on a device.
#include "runtime/train/DeviceMirror.h"

#include <algorithm>

using namespace nnxrt;

static uint64_t aligned(uint64_t bytes) {
  return (bytes + NNXRT_DEVICE_ALIGNMENT - 1) / NNXRT_DEVICE_ALIGNMENT * NNXRT_DEVICE_ALIGNMENT;
}

static bool isOwn(const nnxrt_buffer &buffer) {
  return buffer.space == NNXRT_IO && buffer.alias_of == NNXRT_NO_BUFFER;
}

uint64_t DeviceMirror::bytesOf(uint32_t buffer, int32_t tiles) const {
  return variant.buffers[buffer].bytes * static_cast<uint64_t>(tiles);
}

DeviceMirror::Places DeviceMirror::arrange(const nnxrt_variant &variant, uint64_t arenaBytes,
                                           int32_t mostTiles) {
  Places places;
  places.arena = aligned(variant.state_bytes);
  places.indices = places.arena + aligned(arenaBytes);
  places.end = places.indices + aligned(static_cast<uint64_t>(mostTiles) * NNXRT_LANES * 4);
  places.io.resize(variant.buffer_count);
  for (uint32_t b = 0; b < variant.buffer_count; ++b) {
    const nnxrt_buffer &buffer = variant.buffers[b];
    if (!isOwn(buffer))
      continue;
    const bool isTiled = buffer.extent[buffer.rank - 1] == NNXRT_TILES;
    places.io[b] = places.end;
    places.end += aligned(buffer.bytes * static_cast<uint64_t>(isTiled ? mostTiles : 1));
  }
  return places;
}

DeviceMirror::DeviceMirror(Device &owner, const nnxrt_variant &described, uint64_t arenaBytes,
                           int32_t mostTiles, const Memory &stateHere,
                           const std::vector<Memory> &ioHere, KernelContext &kernels)
    : device(owner), variant(described), state(stateHere), io(ioHere), context(kernels),
      places(arrange(described, arenaBytes, mostTiles)), block(owner, places.end, kernels) {}

void DeviceMirror::place(halide_buffer_t &target, uint32_t index, const nnxrt_plan &plan) {
  while (variant.buffers[index].alias_of != NNXRT_NO_BUFFER)
    index = variant.buffers[index].alias_of;
  const nnxrt_buffer &buffer = variant.buffers[index];
  if (buffer.space == NNXRT_STATE)
    block.place(target, buffer.offset);
  else if (buffer.space == NNXRT_IO)
    block.place(target, places.io[index]);
  else if (plan.offsets[index] != UINT64_MAX)
    block.place(target, places.arena + plan.offsets[index]);
}

void DeviceMirror::takeState() {
  if (isStateThere)
    block.get(0, state.data(), variant.state_bytes, context);
  isStateThere = false;
}

void DeviceMirror::gather(DeviceSamples &samples, std::span<const uint32_t> indices) {
  const size_t tiles = (indices.size() + NNXRT_LANES - 1) / NNXRT_LANES;
  indexTiles.assign(tiles * NNXRT_LANES, -1);
  std::ranges::copy(indices, indexTiles.begin());
  block.put(places.indices, indexTiles.data(), indexTiles.size() * sizeof(int32_t), context);
  const auto tileCount = static_cast<int32_t>(tiles);
  halide_dimension_t lanes[] = {{0, NNXRT_LANES, 1}, {0, tileCount, NNXRT_LANES}};
  halide_buffer_t list{};
  list.type = {halide_type_int, 32};
  list.dimensions = 2;
  list.dim = lanes;
  block.place(list, places.indices);
  const auto pick = [&](halide_buffer_t *set, uint32_t buffer) {
    const int32_t numbers = set->dimensions == 2 ? set->dim[0].extent : 1;
    halide_dimension_t flat[] = {
        {0, NNXRT_LANES, 1}, {0, numbers, NNXRT_LANES}, {0, tileCount, NNXRT_LANES * numbers}};
    halide_buffer_t batch{};
    batch.type = set->type;
    batch.dimensions = set->dimensions + 1;
    batch.dim = flat;
    if (set->dimensions == 1)
      flat[1] = flat[2];
    block.place(batch, places.io[buffer]);
    device.gather(&list, set, &batch, context);
  };
  pick(samples.numbers(), variant.input);
  pick(variant.targets > 0 ? samples.targets() : samples.labels(), variant.label);
  isBatchThere = true;
}

void DeviceMirror::putBatch(uint32_t buffer, int32_t tiles) {
  block.put(places.io[buffer], io[buffer].data(), bytesOf(buffer, tiles), context);
}

void DeviceMirror::takeBatch(uint32_t buffer, int32_t tiles) {
  block.get(places.io[buffer], io[buffer].data(), bytesOf(buffer, tiles), context);
}

void DeviceMirror::beforeCall(int32_t tiles) {
  if (isStateHere)
    block.put(0, state.data(), variant.state_bytes, context);
  isStateHere = false;
  if (!isBatchThere) {
    putBatch(variant.input, tiles);
    putBatch(variant.label, tiles);
  }
  isBatchThere = false;
}

void DeviceMirror::afterCall(int32_t tiles, bool changesState) {
  takeBatch(variant.loss, tiles);
  takeBatch(variant.output, tiles);
  isStateThere = isStateThere || changesState;
}

void DeviceMirror::takeArena(const Memory &arena, uint64_t bytes) {
  block.get(places.arena, arena.data(), bytes, context);
}
