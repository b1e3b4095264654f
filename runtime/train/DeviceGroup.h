// Models that a device trains side by side: one block of its memory with a slot for each, and one
// launch of every kernel for all that make the same call. They wait for each other at each row of
// calls; the bits of one do not depend on the others.
#pragma once

#include "runtime/device/Device.h"
#include "runtime/train/CallFrame.h"

#include <nnxrt/abi.h>

#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace nnxrt {

class DeviceGroup {
public:
  /// What models have in common that can be trained side by side.
  struct Shape {
    const nnxrt_variant *variant = nullptr;
    int64_t stepSamples = 0, evaluateSamples = 0; // of one call, at most
    int64_t calls = 1;                            // of a row, at most
    bool augments = false;                        // whether samples of a call may be changed
    const nnxrt_plan *apart = nullptr; // of steps, instead of the variant's: for one model alone

    bool operator==(const Shape &) const = default;
  };

  /// Call `index` of a row, on so many samples; `samples` is null where the batch is there already.
  struct Call {
    const nnxrt_function *function = nullptr;
    DeviceSamples *samples = nullptr;
    int64_t count = 0, index = 0;
    bool isAugmented = false; // by the maps of the call

    bool operator==(const Call &) const = default;
  };

  /// Where each part of a slot begins. For each call there are the numbers of its samples, behind
  /// them their maps (Augmenter::Map) where there may be any and the words of nnxrt_call.numbers,
  /// and its own loss and output.
  struct Places {
    uint64_t arena = 0, kept = 0, inputs = 0, maps = 0, numbers = 0, figures = 0, end = 0;
    uint64_t inputBytes = 0, figureBytes = 0; // of one call
    std::vector<uint64_t> io;                 // by buffer; of loss and output those of call 0
  };

  /// Brings to the device what the models read there, before they take its memory.
  using Bring = std::function<void(KernelContext &)>;

  /// With room for `models`, or as many as the device has memory for; where it has none for one,
  /// others are waited for that have. Throws MemoryError, RunError.
  DeviceGroup(Device &device, const Shape &shape, int models, const Bring &bring = {});
  ~DeviceGroup();
  DeviceGroup(const DeviceGroup &) = delete;
  DeviceGroup &operator=(const DeviceGroup &) = delete;

  /// The slot of one more model of the device in a group of such; a new group has room for
  /// `models`. Throws as the constructor does.
  static std::pair<std::shared_ptr<DeviceGroup>, int> join(Device &device, const Shape &shape,
                                                           int models, const Bring &bring);
  void leave(int slot);

  /// Makes the calls of one model, with those of the others, and waits for them. `keeps`: its state
  /// is copied to `kept` before. Returns the seconds that it took, the same to all, so that they go
  /// on in step. Throws RunError, KernelError, which may be the fault of another.
  double run(int slot, std::span<const Call> calls, bool keeps);

  [[nodiscard]] uint64_t offsetOf(int slot) const {
    return static_cast<uint64_t>(slot) * places.end;
  }

  static constexpr int mapNumbers = 6; // of Augmenter::Map

  static Places arrange(const Shape &shape);
  /// Bytes of each call's own loss and output.
  static uint64_t figureBytes(const nnxrt_variant &variant, int32_t mostTiles);

  Device &device;
  const Shape shape;
  const Places places;

private:
  struct Member {
    bool isThere = false, isWaiting = false, keeps = false;
    std::span<const Call> calls;
    std::exception_ptr failure;
    double seconds = 0; // of its last row
  };

  /// One call, and the slots that make it.
  struct Launch {
    Call call;
    std::vector<int> slots;

    bool operator==(const Launch &) const = default;
  };

  /// A row of launches that was made before; with CUDA it is a graph when it comes again.
  struct Row {
    std::vector<Launch> launches;
    std::unique_ptr<CudaGraph> graph;
    bool isPlain = false; // no graph can be made of it
    uint64_t lastUse = 0;
  };

  int take();
  void lead();
  void runAll();
  [[nodiscard]] std::vector<Launch> waitingLaunches() const;
  Row &rowOf(std::vector<Launch> launches, bool &isNew);
  CallFrame &frameOf(const nnxrt_function &function, int32_t tiles);
  void launch(const Launch &launch);
  void gather(const nnxrt_call &call, CallFrame &frame, const Call &of);

  ThreadPool pool{1};
  KernelContext context;

public:
  DeviceQueue queue; // of the launches
  std::unique_ptr<DeviceBlock> block;

private:
  std::mutex mutex; // of what follows
  std::condition_variable changed;
  std::vector<Member> members; // by slot
  int joined = 0, waiting = 0;
  bool isBroken = false;
  std::map<std::pair<const nnxrt_function *, int32_t>, CallFrame> frames; // and tiles
  std::vector<Row> rows;
  uint64_t rowsMade = 0;
};

} // namespace nnxrt
