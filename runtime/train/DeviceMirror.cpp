// Copies between a model's memory here and on a device.
#include "runtime/train/DeviceMirror.h"

#include "runtime/train/ModelMemory.h"

#include <algorithm>

using namespace nnxrt;

static uint64_t aligned(uint64_t bytes) {
  return (bytes + NNXRT_DEVICE_ALIGNMENT - 1) / NNXRT_DEVICE_ALIGNMENT * NNXRT_DEVICE_ALIGNMENT;
}

static uint64_t ioBytes(const nnxrt_buffer &buffer, int32_t mostTiles) {
  return aligned(batchBytes(buffer, mostTiles));
}

uint64_t DeviceMirror::figureBytes(const nnxrt_variant &variant, int32_t mostTiles) {
  return ioBytes(variant.buffers[variant.loss], mostTiles) +
         ioBytes(variant.buffers[variant.output], mostTiles);
}

DeviceMirror::Places DeviceMirror::arrange(uint64_t arenaBytes, int32_t mostTiles) const {
  const auto count = static_cast<uint64_t>(calls);
  Places made;
  made.arena = aligned(variant.state_bytes);
  made.kept = made.arena + aligned(arenaBytes);
  made.indices = made.kept + (calls > 1 ? aligned(variant.state_bytes) : 0);
  made.indexBytes = aligned(static_cast<uint64_t>(mostTiles) * NNXRT_LANES * sizeof(int32_t));
  made.figures = made.indices + count * made.indexBytes;
  made.figureBytes = figureBytes(variant, mostTiles);
  made.end = made.figures + count * made.figureBytes;
  made.io.resize(variant.buffer_count);
  for (uint32_t b = 0; b < variant.buffer_count; ++b) {
    const nnxrt_buffer &buffer = variant.buffers[b];
    if (batchBytes(buffer, mostTiles) == 0 || b == variant.loss || b == variant.output)
      continue;
    made.io[b] = made.end;
    made.end += ioBytes(buffer, mostTiles);
  }
  made.io[variant.loss] = made.figures;
  made.io[variant.output] = made.figures + ioBytes(variant.buffers[variant.loss], mostTiles);
  return made;
}

DeviceMirror::DeviceMirror(Device &owner, const nnxrt_variant &described, uint64_t arenaBytes,
                           int32_t mostTiles, int64_t callCount, const Memory &stateHere,
                           const std::vector<Memory> &ioHere,
                           const std::vector<uint64_t> &bytesOfCall, KernelContext &kernels)
    : device(owner), variant(described), calls(callCount), state(stateHere), io(ioHere),
      callBytes(bytesOfCall), context(kernels), places(arrange(arenaBytes, mostTiles)),
      block(owner, places.end, kernels) {}

void DeviceMirror::place(halide_buffer_t &target, uint32_t index, const nnxrt_plan &plan) {
  index = rootOf(variant, index);
  const nnxrt_buffer &buffer = variant.buffers[index];
  if (buffer.space == NNXRT_STATE)
    block.place(target, buffer.offset);
  else if (buffer.space == NNXRT_IO)
    block.place(target, places.io[index]);
  else if (plan.offsets[index] != UINT64_MAX)
    block.place(target, places.arena + plan.offsets[index]);
}

void DeviceMirror::placeFigures(std::vector<halide_buffer_t> &buffers, int64_t call) {
  for (uint32_t b = 0; b < buffers.size(); ++b)
    if (const uint32_t root = rootOf(variant, b); root == variant.loss || root == variant.output)
      block.place(buffers[b], places.io[root] + static_cast<uint64_t>(call) * places.figureBytes);
}

void DeviceMirror::takeState() {
  if (isStateThere)
    block.get(0, state.data(), variant.state_bytes, context);
  isStateThere = false;
}

void DeviceMirror::copyState(uint64_t from, uint64_t to) {
  block.move(from, to, aligned(variant.state_bytes), context);
}

void DeviceMirror::keepState() {
  sendState();
  copyState(0, places.kept);
}

void DeviceMirror::goBack() {
  copyState(places.kept, 0);
  isStateThere = true;
}

void DeviceMirror::putIndices(std::span<const uint32_t> indices, int64_t samplesOfCall) {
  const auto count = static_cast<size_t>(samplesOfCall);
  const size_t calls = (indices.size() + count - 1) / count;
  const size_t stride = places.indexBytes / sizeof(int32_t);
  indexTiles.assign(calls * stride, -1);
  for (size_t call = 0; call < calls; ++call)
    std::ranges::copy(indices.subspan(call * count, std::min(count, indices.size() - call * count)),
                      indexTiles.begin() + static_cast<std::ptrdiff_t>(call * stride));
  block.put(places.indices, indexTiles.data(), indexTiles.size() * sizeof(int32_t), context);
}

void DeviceMirror::gather(DeviceSamples &samples, int64_t call, int64_t count) {
  const auto tileCount = static_cast<int32_t>((count + NNXRT_LANES - 1) / NNXRT_LANES);
  halide_dimension_t lanes[] = {{0, NNXRT_LANES, 1}, {0, tileCount, NNXRT_LANES}};
  halide_buffer_t list{};
  list.type = {halide_type_int, 32};
  list.dimensions = 2;
  list.dim = lanes;
  block.place(list, places.indices + static_cast<uint64_t>(call) * places.indexBytes);
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

std::byte *DeviceMirror::here(uint32_t buffer, int64_t call) const {
  return io[buffer].data() + callBytes[buffer] * static_cast<uint64_t>(call);
}

void DeviceMirror::putBatch(uint32_t buffer, int64_t call, int32_t tiles) {
  block.put(places.io[buffer], here(buffer, call),
            variant.buffers[buffer].bytes * static_cast<uint64_t>(tiles), context);
}

void DeviceMirror::sendState() {
  if (isStateHere)
    block.put(0, state.data(), variant.state_bytes, context);
  isStateHere = false;
}

void DeviceMirror::beforeCall(int64_t call, int32_t tiles) {
  sendState();
  if (!isBatchThere) {
    putBatch(variant.input, 0, tiles);
    putBatch(variant.label, call, tiles);
  }
  isBatchThere = false;
}

void DeviceMirror::takeFigures(int64_t count) {
  figures.resize(static_cast<uint64_t>(count) * places.figureBytes);
  block.get(places.figures, figures.data(), figures.size(), context);
  for (int64_t call = 0; call < count; ++call)
    for (const uint32_t buffer : {variant.loss, variant.output})
      std::copy_n(figures.data() + places.io[buffer] - places.figures +
                      static_cast<uint64_t>(call) * places.figureBytes,
                  callBytes[buffer], here(buffer, call));
}

void DeviceMirror::takeArena(const Memory &arena, uint64_t bytes) {
  block.get(places.arena, arena.data(), bytes, context);
}
