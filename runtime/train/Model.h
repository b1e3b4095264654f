// One network in memory: weights, optimizer state, arena and batch buffers of a compiled variant,
// and the prebuilt arguments of its step and evaluate functions.
#pragma once

#include "runtime/data/Augment.h"
#include "runtime/device/KernelContext.h"
#include "runtime/device/Memory.h"
#include "runtime/train/CallFrame.h"
#include "runtime/train/DeviceMirror.h"
#include "runtime/train/ModelMemory.h"

#include <nnxrt/abi.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nnxrt {

/// The tables of the compiled study contradict themselves or ask for what this runtime lacks.
struct VariantError : RunError {
  using RunError::RunError;
};

/// Where a model's steps are made, if not by the processor.
struct OnDevice {
  Device *device = nullptr;
  int64_t calls = 1; // that may be made before their figures are read
  int models = 1;    // that may be trained side by side, of those of this one's variant and samples
  bool augments = false;                 // whether samples of steps may be changed
  std::vector<const SampleSet *> sets{}; // that the calls read
  double scale = 1;                      // of their bytes
};

class Model {
public:
  /// Takes all memory that steps of up to `stepSamples` and evaluations of up to `evaluateSamples`
  /// need; nothing is allocated after that. Weights and optimizer state are zero. With
  /// `keepsValues` no buffer of a step takes the place of another, so that all can be read behind
  /// it; the bits are the same. With a device, that `variant` is compiled for, weights, state and
  /// arena lie there, and what is here is brought up to date when it is asked for. Throws
  /// MemoryError, VariantError, and RunError where the device has no queue to give.
  Model(const nnxrt_variant &variant, int64_t stepSamples, int64_t evaluateSamples,
        KernelContext &context, bool keepsValues = false, OnDevice on = {});
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

  /// How many steps or evaluations may be made one behind another before the figures of any are
  /// read. More than one only on a device, where reading them means waiting for it.
  [[nodiscard]] int64_t callsAtOnce() const { return calls; }
  /// The next calls are the first of such a row, each of `samplesOfCall` of samples `indices`; the
  /// last may have fewer.
  void begin(std::span<const uint32_t> indices, int64_t samplesOfCall);
  /// Waits for the calls since `begin`. What is read of a batch is then that of call `call`, from
  /// 0, which `show` says.
  void wait();
  void show(int64_t call) { current = call; }
  /// Seconds that a row of calls on a device took: the same for all models that are trained with
  /// this one.
  [[nodiscard]] double rowSeconds() const { return mirror->rowSeconds(); }
  /// What weights, state and the optimizer's numbers are now, `goBack` returns to, if there are
  /// several calls at once.
  void keep();
  void goBack();

  /// Where a batch is put: (lane, x, y, c, tile), and (lane, tile) or (lane, target, tile), see
  /// gatherSamples and gatherTargets.
  [[nodiscard]] float *input() const;
  [[nodiscard]] int32_t *labels() const;
  [[nodiscard]] float *targets() const;
  /// The threads that work for the model's kernels.
  [[nodiscard]] ThreadPool &pool() const { return context.pool; }
  /// Whether `gather` may put the samples of a batch together on the device.
  [[nodiscard]] bool gathersOnDevice() const { return mirror != nullptr && apart.tiles == 0; }
  /// Puts the next of those that `begin` named there, out of `set`, which is brought to the device
  /// when it is first named; each is changed by its map, where there are `maps`.
  void gather(const SampleSet &set, float scale, std::span<const Augmenter::Map> maps);

  /// Forward, backward and update on the first `samples` of the batch; throws KernelError.
  void step(int64_t samples);
  /// Forward on the first `samples` of the batch; throws KernelError.
  void evaluate(int64_t samples) { run(variant.evaluate, evaluateFrames, samples); }

  /// Of the last step or evaluate, or the one shown: the loss of sample i.
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

  /// Bytes that a model for these numbers of samples takes here, if it is not on a device; throws
  /// VariantError.
  static uint64_t memoryNeeded(const nnxrt_variant &variant, int64_t stepSamples,
                               int64_t evaluateSamples);
  /// Calls that are worth making at once on a device: as many as their figures have room for.
  static int64_t callsFor(const nnxrt_variant &variant, int64_t stepSamples,
                          int64_t evaluateSamples);
  [[nodiscard]] uint64_t memoryBytes() const;
  /// Of all weights in Keras's logical order, as float32.
  [[nodiscard]] std::string weightsSha256() const;

private:
  using Frames = std::map<int32_t, CallFrame>; // by tiles

  void checkVariant() const;
  void placeApart(int32_t mostTiles);
  void run(const nnxrt_function &function, const Frames &frames, int64_t samples);
  void runThere(const nnxrt_function &function, int64_t samples);
  void buildFrames(Frames &frames, const nnxrt_function &function, int32_t mostTiles) const;
  template <typename T> [[nodiscard]] T *ofCall(uint32_t buffer) const;
  [[nodiscard]] std::byte *address(uint32_t buffer, const nnxrt_plan &plan) const;
  template <typename Visit> void visitParameter(uint32_t index, Visit visit) const;
  void takeState() const;
  void changeState();

  const nnxrt_variant &variant;
  KernelContext &context;
  Memory state, arena;
  std::vector<Memory> io;          // one per buffer, empty for those of other spaces
  std::vector<uint64_t> callBytes; // of each, what one call has of it
  std::vector<uint64_t> apartOffsets;
  nnxrt_plan apart{}; // of a step, where no buffers share a place; no tiles: they may
  std::vector<double> hyper;
  uint64_t randomSeed = 0, stepNumber = 0;
  Frames stepFrames, evaluateFrames;
  Device *const device;
  const int64_t calls;
  int64_t current = 0; // the call that is next, or shown
  std::vector<double> keptHyper;
  std::unique_ptr<DeviceMirror> mirror; // null: all is here alone
};

} // namespace nnxrt
