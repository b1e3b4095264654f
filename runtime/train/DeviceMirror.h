// What a model has of a device's memory: a slot of a group (DeviceGroup.h). What of weights and
// state is newer there or here is said by who changes it.
#pragma once

#include "runtime/data/Augment.h"
#include "runtime/device/Memory.h"
#include "runtime/train/DeviceGroup.h"

#include <nnxrt/abi.h>

#include <memory>
#include <vector>

namespace nnxrt {

/// Numbers of one call that differ between models.
struct CallNumbers {
  uint64_t seed = 0, step = 0;
  std::span<const double> hyper;
};

class DeviceMirror {
public:
  /// In a group of models of that shape; a new one has room for `models` behind what `bring` takes.
  /// `state` and `io` are the model's own memory here, where each buffer of a batch has `callBytes`
  /// for every call. `context` is that of its copies. Throws MemoryError, RunError.
  DeviceMirror(Device &device, const DeviceGroup::Shape &shape, int models,
               const DeviceGroup::Bring &bring, const Memory &state, const std::vector<Memory> &io,
               const std::vector<uint64_t> &callBytes, KernelContext &context);
  ~DeviceMirror();
  DeviceMirror(const DeviceMirror &) = delete;
  DeviceMirror &operator=(const DeviceMirror &) = delete;

  /// The state here is what counts: it goes there before the next call.
  void stateIsHere() { isStateHere = true; }
  /// Brings the state back if a step has changed it.
  void takeState();
  /// A copy of the state stays there when the next calls are made, to which `goBack` returns.
  void keepState() { keeps = true; }
  void goBack();
  /// The numbers of the samples of the next calls, `samplesOfCall` of each.
  void setIndices(std::span<const uint32_t> indices, int64_t samplesOfCall);
  /// The batch of the next call, `index`, comes out of `samples`, which are there; each of its
  /// samples is changed by its map, where there are `maps`.
  void gather(DeviceSamples &samples, int64_t index, std::span<const Augmenter::Map> maps);
  /// Call `index`, to be made by `run`, or now where its batch is here.
  void add(const nnxrt_function &function, int64_t samples, int64_t index,
           const CallNumbers &numbers);
  /// Makes the calls that were added and waits for them; throws KernelError, RunError.
  void run();
  /// That the last calls took, the same for all models that made calls with this one.
  [[nodiscard]] double rowSeconds() const { return seconds; }
  /// The losses and outputs of the first `count` calls come back.
  void takeFigures(int64_t count);
  void takeArena(const Memory &arena, uint64_t bytes);

  /// Bytes that the model takes there.
  [[nodiscard]] uint64_t bytes() const { return group->places.end; }

private:
  void sendState();
  void putBatch(uint32_t buffer, int64_t call, int32_t tiles);
  [[nodiscard]] std::byte *here(uint32_t buffer, int64_t call) const;
  [[nodiscard]] int32_t *inputsOf(int64_t call);

  const Memory &state;
  const std::vector<Memory> &io;
  const std::vector<uint64_t> &callBytes;
  KernelContext &context;
  std::shared_ptr<DeviceGroup> group;
  int slot = 0;
  std::unique_ptr<DeviceQueue> queue; // of `context`
  const nnxrt_variant &variant;
  uint64_t begin = 0;          // of the slot
  std::vector<int32_t> inputs; // of each call, as DeviceGroup::Places has them
  std::vector<DeviceGroup::Call> calls;
  DeviceSamples *next = nullptr;
  bool isNextAugmented = false;
  std::vector<std::byte> figures;
  double seconds = 0;
  bool isStateHere = true, isStateThere = false, keeps = false;
};

} // namespace nnxrt
