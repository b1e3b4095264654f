// The memory of a model on a device, in one block: weights and state, arena, batch, and the figures
// of as many calls as are made before they are read. What of it is newer there or here is said by
// who changes it.
#pragma once

#include "runtime/device/Device.h"
#include "runtime/device/Memory.h"

#include <nnxrt/abi.h>

#include <vector>

namespace nnxrt {

class DeviceMirror {
public:
  /// For `calls` calls at once of up to `mostTiles` tiles. `state` and `io` are the model's own
  /// memory here, where each buffer of a batch has `callBytes` for every call. Throws MemoryError.
  DeviceMirror(Device &device, const nnxrt_variant &variant, uint64_t arenaBytes, int32_t mostTiles,
               int64_t calls, const Memory &state, const std::vector<Memory> &io,
               const std::vector<uint64_t> &callBytes, KernelContext &context);

  /// Lets `target`, buffer `index` of the variant, lie where `plan` says.
  void place(halide_buffer_t &target, uint32_t index, const nnxrt_plan &plan);
  /// Lets the loss and the output among `buffers` lie where call `call` has its own.
  void placeFigures(std::vector<halide_buffer_t> &buffers, int64_t call);

  /// The state here is what counts: it goes there before the next call.
  void stateIsHere() { isStateHere = true; }
  /// Brings the state back if a step has changed it.
  void takeState();
  /// A copy of the state stays there, to which `goBack` returns.
  void keepState();
  void goBack();
  /// Sends the numbers of the samples of the next calls, `samplesOfCall` of each.
  void putIndices(std::span<const uint32_t> indices, int64_t samplesOfCall);
  /// The batch of call `call`, of so many samples, out of `samples`, which are there.
  void gather(DeviceSamples &samples, int64_t call, int64_t count);
  /// Before a call: the state, and the batch unless it was gathered.
  void beforeCall(int64_t call, int32_t tiles);
  void afterCall(bool changesState) { isStateThere = isStateThere || changesState; }
  /// Waits for the first `count` calls: their losses and outputs come back.
  void takeFigures(int64_t count);
  void takeArena(const Memory &arena, uint64_t bytes);

  /// Bytes there of each call's own loss and output.
  static uint64_t figureBytes(const nnxrt_variant &variant, int32_t mostTiles);

  [[nodiscard]] uint64_t bytes() const { return block.bytes; }

  Device &device;

private:
  /// Where each part of the block begins.
  struct Places {
    uint64_t arena = 0, kept = 0, indices = 0, figures = 0, end = 0;
    uint64_t indexBytes = 0, figureBytes = 0; // of one call
    std::vector<uint64_t> io;                 // by buffer; of loss and output those of call 0
  };

  [[nodiscard]] Places arrange(uint64_t arenaBytes, int32_t mostTiles) const;
  void putBatch(uint32_t buffer, int64_t call, int32_t tiles);
  [[nodiscard]] std::byte *here(uint32_t buffer, int64_t call) const;
  void copyState(uint64_t from, uint64_t to);
  void sendState();

  const nnxrt_variant &variant;
  const int64_t calls;
  const Memory &state;
  const std::vector<Memory> &io;
  const std::vector<uint64_t> &callBytes;
  KernelContext &context;
  const Places places;
  DeviceBlock block;
  std::vector<int32_t> indexTiles;
  std::vector<std::byte> figures;
  bool isStateHere = true, isStateThere = false, isBatchThere = false;
};

} // namespace nnxrt
