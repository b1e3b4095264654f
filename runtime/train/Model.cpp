// Memory and call frames of a compiled variant.
#include "runtime/train/Model.h"

#include "runtime/data/Sha256.h"
#include "runtime/train/Inits.h"
#include "runtime/train/ModelMemory.h"

#include <HalideRuntime.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <numeric>
#include <utility>

using namespace nnxrt;

void Model::checkVariant() const {
  const auto demand = [&](bool holds, const char *what) {
    if (!holds)
      throw VariantError(fmt::format("variant {}: {}", variant.name, what));
  };
  for (const uint32_t index : {variant.input, variant.label, variant.loss, variant.output}) {
    demand(index < variant.buffer_count, "a batch buffer is not in the table");
    const nnxrt_buffer &buffer = variant.buffers[index];
    demand(buffer.space == NNXRT_IO && isTiled(buffer), "a batch buffer is not over samples");
  }
  demand((variant.classes > 0) != (variant.targets > 0), "it has neither classes nor targets");
  demand(variant.buffers[variant.label].type == (variant.targets > 0 ? NNXRT_F32 : NNXRT_I32),
         "the labels have another type");
  const nnxrt_buffer &input = variant.buffers[variant.input];
  const int64_t sample = int64_t{variant.height} * variant.width * variant.channels;
  demand(input.stride[input.rank - 1] == sample * NNXRT_LANES, "the input has gaps");
}

Model::Model(const nnxrt_variant &variant, int64_t stepSamples, int64_t evaluateSamples,
             KernelContext &context, bool keepsValues, OnDevice on)
    : variant(variant), context(context), io(variant.buffer_count), hyper(variant.hyper_count),
      device(on.device), calls(device == nullptr || keepsValues ? 1 : on.calls) {
  checkVariant();
  const int32_t stepTiles = tilesOf(stepSamples), evaluateTiles = tilesOf(evaluateSamples);
  if (keepsValues)
    placeApart(stepTiles);
  const int32_t mostTiles = std::max(stepTiles, evaluateTiles);
  for (uint32_t b = 0; b < variant.buffer_count; ++b)
    callBytes.push_back(batchBytes(variant.buffers[b], mostTiles));
  const bool isArenaHere = device == nullptr || keepsValues;
  demandMemory(isArenaHere
                   ? memoryNeeded(variant, stepSamples, evaluateSamples) + apart.arena_bytes
                   : variant.state_bytes + callBytes[variant.input] +
                         static_cast<uint64_t>(calls) *
                             (std::accumulate(callBytes.begin(), callBytes.end(), uint64_t{0}) -
                              callBytes[variant.input]));
  state = Memory(variant.state_bytes);
  if (isArenaHere)
    arena = Memory(std::max(arenaBytes(variant, stepTiles, evaluateTiles), apart.arena_bytes));
  for (uint32_t b = 0; b < variant.buffer_count; ++b)
    io[b] = Memory(callBytes[b] * static_cast<uint64_t>(b == variant.input ? 1 : calls));
  DeviceGroup::Bring bring;
  if (!keepsValues) // its batches come from here
    bring = [&](KernelContext &launches) {
      for (const SampleSet *const set : on.sets)
        device->samplesOf(*set, static_cast<float>(on.scale), variant.targets, launches);
    };
  if (device != nullptr)
    mirror = std::make_unique<DeviceMirror>(
        *device,
        DeviceGroup::Shape{&variant, stepSamples, evaluateSamples, calls, on.augments,
                           keepsValues ? &apart : nullptr},
        keepsValues ? 1 : on.models, bring, state, io, callBytes, context);
  buildFrames(stepFrames, variant.step, stepTiles);
  buildFrames(evaluateFrames, variant.evaluate, evaluateTiles);
}

Model::~Model() = default;

void Model::placeApart(int32_t mostTiles) {
  const nnxrt_plan &plan = planFor(variant, variant.step, mostTiles);
  apartOffsets.assign(variant.buffer_count, UINT64_MAX);
  for (uint32_t b = 0; b < variant.buffer_count; ++b) {
    const nnxrt_buffer &buffer = variant.buffers[b];
    if (plan.offsets[b] == UINT64_MAX)
      continue;
    apartOffsets[b] = apart.arena_bytes;
    const uint64_t bytes =
        isTiled(buffer) ? buffer.bytes * static_cast<uint64_t>(mostTiles) : buffer.bytes;
    constexpr uint64_t step = NNXRT_DEVICE_ALIGNMENT; // a processor asks for less
    apart.arena_bytes += (bytes + step - 1) / step * step;
  }
  apart.tiles = mostTiles;
  apart.offsets = apartOffsets.data();
}

std::byte *Model::address(uint32_t index, const nnxrt_plan &plan) const {
  index = rootOf(variant, index);
  const nnxrt_buffer &buffer = variant.buffers[index];
  switch (buffer.space) {
  case NNXRT_STATE:
    return state.data() + buffer.offset;
  case NNXRT_IO:
    return io[index].data();
  default:
    return plan.offsets[index] == UINT64_MAX || arena.size() == 0
               ? nullptr
               : arena.data() + plan.offsets[index];
  }
}

void Model::buildFrames(Frames &frames, const nnxrt_function &function, int32_t mostTiles) const {
  for (int32_t tiles = 1; tiles <= mostTiles; ++tiles) {
    const nnxrt_plan &plan =
        &function == &variant.step && apart.tiles > 0 ? apart : planFor(variant, function, tiles);
    CallFrame &frame = frames.try_emplace(tiles, variant, tiles).first->second;
    for (uint32_t b = 0; b < variant.buffer_count; ++b)
      frame.buffers[b].host = reinterpret_cast<uint8_t *>(address(b, plan));
  }
}

void Model::run(const nnxrt_function &function, const Frames &frames, int64_t samples) {
  if (mirror)
    return runThere(function, samples);
  const int32_t tiles = tilesOf(samples);
  nnxrt_call call{};
  call.user = &context;
  call.buffers = frames.at(tiles).pointers.data();
  call.hyper = hyper.data();
  call.samples = static_cast<int32_t>(samples);
  call.tiles = tiles;
  call.seed = randomSeed;
  call.step = stepNumber;
  checkKernels(function.run(&call), context);
}

/// Figures of several calls are waited for together.
void Model::runThere(const nnxrt_function &function, int64_t samples) {
  mirror->add(function, samples, current, {randomSeed, stepNumber, hyper});
  if (calls > 1) {
    ++current;
    return;
  }
  mirror->run();
  mirror->takeFigures(1);
  if (arena.size() > 0)
    mirror->takeArena(arena, apart.arena_bytes);
}

void Model::begin(std::span<const uint32_t> indices, int64_t samplesOfCall) {
  current = 0;
  if (gathersOnDevice())
    mirror->setIndices(indices, samplesOfCall);
}

void Model::wait() {
  if (calls == 1)
    return;
  mirror->run();
  mirror->takeFigures(std::exchange(current, 0));
}

void Model::keep() {
  if (calls == 1)
    return;
  mirror->keepState();
  keptHyper = hyper;
}

void Model::goBack() {
  if (calls == 1)
    return;
  mirror->goBack();
  std::ranges::copy(keptHyper, hyper.begin());
}

void Model::gather(const SampleSet &set, float scale, std::span<const Augmenter::Map> maps) {
  mirror->gather(device->samplesOf(set, scale, variant.targets, context), current, maps);
}

/// What is here of weights and state is the last that there is.
void Model::takeState() const {
  if (mirror)
    mirror->takeState();
}

/// And is about to change here.
void Model::changeState() {
  takeState();
  if (mirror)
    mirror->stateIsHere();
}

std::span<const std::byte> Model::memory() const {
  takeState();
  return {state.data(), static_cast<size_t>(variant.state_bytes)};
}

void Model::setMemory(std::span<const std::byte> bytes) {
  changeState();
  std::ranges::copy(bytes, state.data());
}

template <typename Visit> void Model::visitParameter(uint32_t index, Visit visit) const {
  const nnxrt_parameter &parameter = variant.parameters[index];
  auto *const start =
      reinterpret_cast<float *>(state.data() + variant.buffers[parameter.buffer].offset);
  std::array<int64_t, NNXRT_MAX_RANK> place{};
  const size_t count = parameterElements(index);
  int64_t offset = 0;
  for (size_t i = 0; i < count; ++i) {
    visit(i, start[offset]);
    for (uint32_t d = parameter.rank; d-- > 0;) { // the next place, row major
      offset += parameter.stride[d];
      if (++place[d] < parameter.dim[d])
        break;
      offset -= parameter.stride[d] * parameter.dim[d];
      place[d] = 0;
    }
  }
}

size_t Model::parameterElements(uint32_t index) const {
  const nnxrt_parameter &parameter = variant.parameters[index];
  int64_t count = 1;
  for (uint32_t d = 0; d < parameter.rank; ++d)
    count *= parameter.dim[d];
  return static_cast<size_t>(count);
}

void Model::setParameter(uint32_t index, std::span<const float> values) {
  changeState();
  visitParameter(index, [&](size_t i, float &weight) { weight = values[i]; });
}

void Model::getParameter(uint32_t index, std::span<float> values) const {
  takeState();
  visitParameter(index, [&](size_t i, float weight) { values[i] = weight; });
}

void Model::initialize(uint64_t seed) {
  std::vector<float> values;
  for (uint32_t p = 0; p < variant.parameter_count; ++p) {
    values.resize(parameterElements(p));
    initializeWeights(variant.parameters[p], seed, values);
    setParameter(p, values);
  }
  initializeOptimizer();
}

void Model::setStep(uint64_t seed, uint64_t step) {
  randomSeed = seed;
  stepNumber = step;
}

void Model::initializeOptimizer() {
  changeState();
  for (uint32_t i = 0; i < variant.hyper_count; ++i)
    if (!std::isnan(variant.hyper_starts[i]))
      hyper[i] = variant.hyper_starts[i];
  for (uint32_t p = 0; p < variant.parameter_count; ++p) {
    const nnxrt_parameter &parameter = variant.parameters[p];
    for (uint32_t s = 0; s < parameter.slot_count; ++s) {
      const uint32_t start = parameter.slot_starts[s];
      const nnxrt_buffer &slot = variant.buffers[parameter.slots[s]];
      std::fill_n(reinterpret_cast<float *>(state.data() + slot.offset), slot.bytes / sizeof(float),
                  start == NNXRT_NO_HYPER ? 0.0F : static_cast<float>(hyper[start]));
    }
  }
}

void Model::step(int64_t samples) {
  if (variant.prepare != nullptr)
    variant.prepare(hyper.data());
  run(variant.step, stepFrames, samples);
}

std::vector<const char *> Model::givenHypers() const {
  std::vector<const char *> names;
  for (uint32_t i = 0; i < variant.hyper_count; ++i)
    if (std::isnan(variant.hyper_starts[i]))
      names.push_back(variant.hyper_names[i]);
  return names;
}

bool Model::setHyper(std::string_view name, double value) {
  const std::span names{variant.hyper_names, variant.hyper_count};
  const auto found =
      std::ranges::find(names, name, [](const char *each) { return std::string_view(each); });
  if (found == names.end())
    return false;
  hyper[static_cast<size_t>(found - names.begin())] = value;
  return true;
}

/// Where the shown call has a buffer of its batch.
template <typename T> T *Model::ofCall(uint32_t buffer) const {
  return reinterpret_cast<T *>(io[buffer].data() +
                               callBytes[buffer] * static_cast<uint64_t>(current));
}

float *Model::input() const {
  return reinterpret_cast<float *>(io[variant.input].data());
}

int32_t *Model::labels() const {
  return ofCall<int32_t>(variant.label);
}

float *Model::targets() const {
  return ofCall<float>(variant.label);
}

float Model::loss(int64_t sample) const {
  return ofCall<float>(
      variant.loss)[sample / NNXRT_LANES * variant.buffers[variant.loss].stride[1] +
                    sample % NNXRT_LANES];
}

const float *Model::output(int64_t tile) const {
  const nnxrt_buffer &buffer = variant.buffers[variant.output];
  return ofCall<float>(variant.output) + tile * buffer.stride[buffer.rank - 1];
}

const float *Model::stepValues(uint32_t buffer, int64_t samples) const {
  return reinterpret_cast<const float *>(stepFrames.at(tilesOf(samples)).buffers[buffer].host);
}

uint64_t Model::memoryBytes() const {
  if (mirror)
    return mirror->bytes();
  uint64_t bytes = state.size() + arena.size();
  for (const Memory &memory : io)
    bytes += memory.size();
  return bytes;
}

std::string Model::layout() const {
  std::string text = fmt::format("{}\n", variant.state_bytes);
  for (uint32_t b = 0; b < variant.buffer_count; ++b) {
    const nnxrt_buffer &buffer = variant.buffers[b];
    if (buffer.space != NNXRT_STATE || buffer.alias_of != NNXRT_NO_BUFFER)
      continue;
    text += fmt::format("{} {} {}:", buffer.name, buffer.type, buffer.offset);
    for (int d = 0; d < buffer.rank; ++d)
      text += fmt::format(" {}/{}", buffer.extent[d], buffer.stride[d]);
    text += "\n";
  }
  for (uint32_t i = 0; i < variant.hyper_count; ++i)
    text += fmt::format("{} ", variant.hyper_names[i]);
  return sha256Hex(std::as_bytes(std::span(text)));
}

std::string Model::weightsSha256() const {
  Sha256 digest;
  std::vector<float> values;
  for (uint32_t p = 0; p < variant.parameter_count; ++p) {
    values.resize(parameterElements(p));
    getParameter(p, values);
    digest.add(std::as_bytes(std::span(values)));
  }
  return digest.hex();
}
