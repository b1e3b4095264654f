// Copies between a model's memory here and on a device.
#include "runtime/train/DeviceMirror.h"

#include "runtime/train/ModelMemory.h"

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>

using namespace nnxrt;

static constexpr uint64_t wordsOf(uint64_t bytes) {
  return bytes / sizeof(int32_t);
}

DeviceMirror::DeviceMirror(Device &device, const DeviceGroup::Shape &shape, int models,
                           const DeviceGroup::Bring &bring, const Memory &stateHere,
                           const std::vector<Memory> &ioHere,
                           const std::vector<uint64_t> &bytesOfCall, KernelContext &copies)
    : state(stateHere), io(ioHere), callBytes(bytesOfCall), context(copies),
      variant(*shape.variant) {
  std::tie(group, slot) = DeviceGroup::join(device, shape, models, bring);
  try {
    begin = group->offsetOf(slot);
    inputs.resize(static_cast<uint64_t>(shape.calls) * wordsOf(group->places.inputBytes), -1);
    queue = std::make_unique<DeviceQueue>(device, context, &group->queue);
  } catch (...) {
    group->leave(slot);
    throw;
  }
}

DeviceMirror::~DeviceMirror() {
  group->leave(slot);
}

void DeviceMirror::takeState() {
  if (isStateThere)
    group->block->get(begin, state.data(), variant.state_bytes, context);
  isStateThere = false;
}

void DeviceMirror::sendState() {
  if (isStateHere)
    group->block->put(begin, state.data(), variant.state_bytes, context);
  isStateHere = false;
}

void DeviceMirror::goBack() {
  group->block->move(begin + group->places.kept, begin, group->places.arena, context);
  if (context.stream != nullptr)
    context.stream->wait(); // the launches are on another
  isStateThere = true;
}

int32_t *DeviceMirror::inputsOf(int64_t call) {
  return inputs.data() + static_cast<uint64_t>(call) * wordsOf(group->places.inputBytes);
}

void DeviceMirror::setIndices(std::span<const uint32_t> indices, int64_t samplesOfCall) {
  const size_t lanes = wordsOf(group->places.maps - group->places.inputs);
  const auto count = static_cast<size_t>(samplesOfCall);
  for (size_t first = 0, call = 0; first < indices.size(); first += count, ++call) {
    const auto own = indices.subspan(first, std::min(count, indices.size() - first));
    int32_t *const to = inputsOf(static_cast<int64_t>(call));
    std::ranges::copy(own, to);
    std::fill(to + own.size(), to + lanes, -1);
  }
}

void DeviceMirror::gather(DeviceSamples &samples, int64_t index,
                          std::span<const Augmenter::Map> maps) {
  next = &samples;
  isNextAugmented = !maps.empty();
  const DeviceGroup::Places &places = group->places;
  auto *to = reinterpret_cast<float *>(inputsOf(index) + wordsOf(places.maps - places.inputs));
  for (const Augmenter::Map &map : maps)
    for (const double number : {map.a, map.b, map.c, map.d, map.e, map.f})
      *to++ = static_cast<float>(number);
}

std::byte *DeviceMirror::here(uint32_t buffer, int64_t call) const {
  return io[buffer].data() + callBytes[buffer] * static_cast<uint64_t>(call);
}

void DeviceMirror::putBatch(uint32_t buffer, int64_t call, int32_t tiles) {
  group->block->put(begin + group->places.io[buffer], here(buffer, call),
                    variant.buffers[buffer].bytes * static_cast<uint64_t>(tiles), context);
}

void DeviceMirror::add(const nnxrt_function &function, int64_t samples, int64_t index,
                       const CallNumbers &numbers) {
  int32_t *const words = inputsOf(index) + wordsOf(group->places.numbers - group->places.inputs);
  words[NNXRT_NUMBER_SEED] = static_cast<int32_t>(numbers.seed);
  words[NNXRT_NUMBER_SEED + 1] = static_cast<int32_t>(numbers.seed >> 32);
  words[NNXRT_NUMBER_STEP] = static_cast<int32_t>(numbers.step);
  std::ranges::transform(numbers.hyper, words + NNXRT_NUMBER_HYPER, [](double number) {
    return std::bit_cast<int32_t>(static_cast<float>(number));
  });
  calls.push_back({&function, std::exchange(next, nullptr), samples, index,
                   std::exchange(isNextAugmented, false)});
  if (calls.back().samples != nullptr)
    return;
  putBatch(variant.input, 0, tilesOf(samples));
  putBatch(variant.label, index, tilesOf(samples));
  run();
}

void DeviceMirror::run() {
  if (calls.empty())
    return;
  sendState();
  const uint64_t first = static_cast<uint64_t>(calls.front().index) * group->places.inputBytes;
  group->block->put(begin + group->places.inputs + first, inputsOf(calls.front().index),
                    calls.size() * group->places.inputBytes, context);
  isStateThere = isStateThere || calls.front().function == &variant.step;
  const std::vector<DeviceGroup::Call> made = std::exchange(calls, {});
  seconds = group->run(slot, made, std::exchange(keeps, false));
}

void DeviceMirror::takeFigures(int64_t count) {
  const DeviceGroup::Places &places = group->places;
  figures.resize(static_cast<uint64_t>(count) * places.figureBytes);
  group->block->get(begin + places.figures, figures.data(), figures.size(), context);
  for (int64_t call = 0; call < count; ++call)
    for (const uint32_t buffer : {variant.loss, variant.output})
      std::copy_n(figures.data() + places.io[buffer] - places.figures +
                      static_cast<uint64_t>(call) * places.figureBytes,
                  callBytes[buffer], here(buffer, call));
}

void DeviceMirror::takeArena(const Memory &arena, uint64_t bytes) {
  group->block->get(begin + group->places.arena, arena.data(), bytes, context);
}
