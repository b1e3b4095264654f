// One network in memory: weights, optimizer state, arena and batch buffers of a compiled variant,
// and the prebuilt arguments of its step and evaluate functions.
#pragma once

#include "runtime/device/KernelContext.h"
#include "runtime/device/Memory.h"
#include "runtime/train/DeviceMirror.h"

#include <nnxrt/abi.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nnxrt {

/// A kernel reported an error; the message is its own.
struct KernelError : RunError {
  using RunError::RunError;
};

/// The tables of the compiled study contradict themselves or ask for what this runtime lacks.
struct VariantError : RunError {
  using RunError::RunError;
};

/// Tiles of 16 lanes that hold `samples`.
constexpr int32_t tilesOf(int64_t samples) {
  return static_cast<int32_t>((samples + NNXRT_LANES - 1) / NNXRT_LANES);
}

class Model {
public:
  /// Takes all memory that steps of up to `stepSamples` and evaluations of up to `evaluateSamples`
  /// need; nothing is allocated after that. Weights and optimizer state are zero. With
  /// `keepsValues` no buffer of a step takes the place of another, so that all can be read behind
  /// it; the bits are the same. With `device`, that `variant` is compiled for, weights, state and
  /// arena lie there, and what is here is brought up to date when it is asked for. Throws
  /// MemoryError and VariantError.
  Model(const nnxrt_variant &variant, int64_t stepSamples, int64_t evaluateSamples,
        KernelContext &context, bool keepsValues = false, Device *device = nullptr);
  ~Model();
  Model(const Model &) = delete;
  Model &operator=(const Model &) = delete;

  /// Parameter `index` in Keras's logical order, row major over its shape.
  void setParameter(uint32_t index, std::span<const float> values);
  void getParameter(uint32_t index, std::span<float> values) const;
  [[nodiscard]] size_t parameterElements(uint32_t index) const;

  /// Random weights; the optimizer's state and the numbers it carries where they start. The numbers
  /// that are settings are set before.
  void initialize(uint64_t seed);
  /// What `initialize` does besides the weights.
  void initializeOptimizer();

  /// Which random numbers the next steps draw: those of step `step` (from 1) of a run with `seed`.
  void setStep(uint64_t seed, uint64_t step);
  /// A hyper number of the optimizer; false if the variant has none of that name.
  bool setHyper(std::string_view name, double value);
  /// Those that the trainer gives (nnxrt_variant.hyper_starts).
  [[nodiscard]] std::vector<const char *> givenHypers() const;

  /// Where a batch is put: (lane, x, y, c, tile), and (lane, tile) or (lane, target, tile), see
  /// gatherSamples and gatherTargets.
  [[nodiscard]] float *input() const;
  [[nodiscard]] int32_t *labels() const;
  [[nodiscard]] float *targets() const;
  /// Whether `gather` may put the samples of a batch together on the device.
  [[nodiscard]] bool gathersOnDevice() const { return mirror != nullptr && apart.tiles == 0; }
  /// Puts samples `indices` of `set` there, which is brought to the device when it is first named.
  void gather(const SampleSet &set, std::span<const uint32_t> indices, float scale);

  /// Forward, backward and update on the first `samples` of the batch; throws KernelError.
  void step(int64_t samples);
  /// Forward on the first `samples` of the batch; throws KernelError.
  void evaluate(int64_t samples) { run(variant.evaluate, evaluateFrames, samples); }

  /// Of the last step or evaluate: the loss of sample i.
  [[nodiscard]] float loss(int64_t sample) const;
  /// The outputs of one tile: class c of lane l at [c * outputStride() + l].
  [[nodiscard]] const float *output(int64_t tile) const;
  [[nodiscard]] int64_t outputStride() const { return variant.buffers[variant.output].stride[1]; }

  /// Where a buffer lies for a step of so many samples; null for one that the step does not use.
  [[nodiscard]] const float *stepValues(uint32_t buffer, int64_t samples) const;

  /// Weights and optimizer state, and the optimizer's numbers: all that a step leaves to the next.
  [[nodiscard]] std::span<const std::byte> memory() const;
  void setMemory(std::span<const std::byte> bytes);
  [[nodiscard]] auto hyperNumbers() { return std::span(hyper); }
  /// Digest of the names and places of all that memory() and hyperNumbers() hold.
  [[nodiscard]] std::string layout() const;

  /// Bytes that a model for these numbers of samples takes, on the device if it is on one; throws
  /// VariantError.
  static uint64_t memoryNeeded(const nnxrt_variant &variant, int64_t stepSamples,
                               int64_t evaluateSamples);
  [[nodiscard]] uint64_t memoryBytes() const;
  /// Of all weights in Keras's logical order, as float32.
  [[nodiscard]] std::string weightsSha256() const;

private:
  struct Frame;
  using Frames = std::map<int32_t, std::unique_ptr<Frame>>; // by tiles

  void checkVariant() const;
  void placeApart(int32_t mostTiles);
  void run(const nnxrt_function &function, const Frames &frames, int64_t samples);
  Frames buildFrames(const nnxrt_function &function, int32_t mostTiles);
  std::unique_ptr<Frame> buildFrame(const nnxrt_plan &plan, int32_t tiles);
  [[nodiscard]] std::byte *address(uint32_t buffer, const nnxrt_plan &plan) const;
  template <typename Visit> void visitParameter(uint32_t index, Visit visit) const;
  void takeState() const;
  void changeState();

  const nnxrt_variant &variant;
  KernelContext &context;
  Memory state, arena;
  std::vector<Memory> io; // one per buffer, empty for those of other spaces
  std::vector<uint64_t> apartOffsets;
  nnxrt_plan apart{}; // of a step, where no buffers share a place; no tiles: they may
  std::vector<double> hyper;
  uint64_t randomSeed = 0, stepNumber = 0;
  Frames stepFrames, evaluateFrames;
  std::unique_ptr<DeviceMirror> mirror; // null: all is here alone
};

} // namespace nnxrt
