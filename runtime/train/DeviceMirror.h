// The memory of a model on a device, in one block: weights and state, arena, batch. What of it is
// newer there or here is said by who changes it.
#pragma once

#include "runtime/device/Device.h"
#include "runtime/device/Memory.h"

#include <nnxrt/abi.h>

#include <vector>

namespace nnxrt {

class DeviceMirror {
public:
  /// For calls of up to `mostTiles` tiles. `state` and `io` are the model's own memory here. Throws
  /// MemoryError.
  DeviceMirror(Device &device, const nnxrt_variant &variant, uint64_t arenaBytes, int32_t mostTiles,
               const Memory &state, const std::vector<Memory> &io, KernelContext &context);

  /// Lets `target`, buffer `index` of the variant, lie where `plan` says.
  void place(halide_buffer_t &target, uint32_t index, const nnxrt_plan &plan);

  /// The state here is what counts: it goes there before the next call.
  void stateIsHere() { isStateHere = true; }
  /// Brings the state back if a step has changed it.
  void takeState();
  /// The next call's batch, out of `samples`, which are there.
  void gather(DeviceSamples &samples, std::span<const uint32_t> indices);
  /// Before a call: the state, and the batch unless it was gathered.
  void beforeCall(int32_t tiles);
  /// Behind it: losses and outputs come back.
  void afterCall(int32_t tiles, bool changesState);
  void takeArena(const Memory &arena, uint64_t bytes);

  [[nodiscard]] uint64_t bytes() const { return block.bytes; }

  Device &device;

private:
  /// Where each part of the block begins.
  struct Places {
    uint64_t arena = 0, indices = 0, end = 0;
    std::vector<uint64_t> io; // by buffer
  };

  static Places arrange(const nnxrt_variant &variant, uint64_t arenaBytes, int32_t mostTiles);
  void takeBatch(uint32_t buffer, int32_t tiles);
  void putBatch(uint32_t buffer, int32_t tiles);
  [[nodiscard]] uint64_t bytesOf(uint32_t buffer, int32_t tiles) const;

  const nnxrt_variant &variant;
  const Memory &state;
  const std::vector<Memory> &io;
  KernelContext &context;
  const Places places;
  DeviceBlock block;
  std::vector<int32_t> indexTiles;
  bool isStateHere = true, isStateThere = false, isBatchThere = false;
};

} // namespace nnxrt
