// A device that trains beside the processor: kernels by Halide's interface to OpenCL and CUDA,
// copies by it on OpenCL and by the driver itself (Cuda.h) on CUDA. What moves between it and the
// processor moves by `put` and `get` alone.
#pragma once

#include "runtime/data/SampleSet.h"
#include "runtime/device/Cuda.h"
#include "runtime/device/KernelContext.h"
#include "runtime/device/RunError.h"

#include <HalideRuntime.h>
#include <nnxrt/abi.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace nnxrt {

class Device;
class DeviceGroup;

/// What is done on a device one after another: a stream of one of its GPUs with CUDA.
class DeviceQueue {
public:
  /// On the GPU of `beside`, or without one on that which has fewest. `context` is that of what is
  /// done. Throws RunError.
  DeviceQueue(Device &device, KernelContext &context, const DeviceQueue *beside = nullptr);
  ~DeviceQueue();
  DeviceQueue(const DeviceQueue &) = delete;
  DeviceQueue &operator=(const DeviceQueue &) = delete;

  /// Whether an error that no later call survives has met the GPU.
  [[nodiscard]] bool isLost() const;
  /// How many blocks of memory its GPU has been given back.
  [[nodiscard]] uint64_t blocksGiven() const;
  /// Waits until there are more than `given`, which becomes their number; false where nobody has
  /// any to give.
  bool awaitBlock(uint64_t &given);
  /// Counts the block that `take` takes, so that nobody sees it gone and not counted; and one that
  /// was given back.
  void takeBlock(const std::function<void()> &take);
  void giveBlock();

private:
  friend Device;

  Device &device;
  KernelContext &context;
  size_t gpu = 0; // of the device's
  std::unique_ptr<CudaStream> stream;
};

/// One block of a device's memory. Not zero at first.
class DeviceBlock {
public:
  /// Throws MemoryError.
  DeviceBlock(const Device &device, uint64_t bytes, KernelContext &context);
  ~DeviceBlock();
  DeviceBlock(const DeviceBlock &) = delete;
  DeviceBlock &operator=(const DeviceBlock &) = delete;

  /// Lets `buffer` lie at `offset`, a multiple of NNXRT_DEVICE_ALIGNMENT, as long as the block
  /// lives.
  void place(halide_buffer_t &buffer, uint64_t offset);
  /// Copies to and from such a place; both wait until it is done, and throw RunError.
  void put(uint64_t offset, const void *from, uint64_t bytes, KernelContext &context) const;
  void get(uint64_t offset, void *to, uint64_t bytes, KernelContext &context) const;
  /// Copies from one such place to another, behind what was launched before; of whole cells.
  void move(uint64_t from, uint64_t to, uint64_t bytes, KernelContext &context) const;

  const uint64_t bytes;

private:
  [[nodiscard]] halide_buffer_t crop(halide_dimension_t (&dimensions)[2], uint64_t offset,
                                     KernelContext &context) const;
  void copy(uint64_t offset, uint8_t *host, uint64_t bytes, bool toDevice,
            KernelContext &context) const;

  const Device &device;
  KernelContext home; // of calls that outlive those of `context`
  halide_dimension_t dimensions[2]{};
  halide_buffer_t whole{};
  std::map<uint64_t, halide_buffer_t> places; // by offset
};

/// A share of a data set in a device's memory: floats as the input of a step has them, sample
/// behind sample.
class DeviceSamples {
public:
  DeviceSamples(const Device &device, const SampleSet &set, float scale, int64_t targets,
                KernelContext &context);

  /// Where the numbers, once more as images (x, y, c, sample), the labels (null for regression) and
  /// the targets (null for classes) lie.
  halide_buffer_t *numbers() { return &buffers[0]; }
  halide_buffer_t *images() { return &pictures; }
  halide_buffer_t *labels() { return hasTargets ? nullptr : &buffers[1]; }
  halide_buffer_t *targets() { return hasTargets ? &buffers[1] : nullptr; }

private:
  void putNumbers(const SampleSet &set, float scale, KernelContext &context);

  bool hasTargets;
  uint64_t behindNumbers;
  DeviceBlock block;
  halide_dimension_t dimensions[2][2]{}, imageDimensions[4]{};
  halide_buffer_t buffers[2]{}, pictures{};
};

class Device {
public:
  /// Opens the driver of `name`, "opencl" or "cuda". Throws DeviceError.
  explicit Device(const std::string &name);

  [[nodiscard]] const std::string &name() const { return deviceName; }
  [[nodiscard]] const halide_device_interface_t *interface() const { return functions; }
  /// How many models can be trained at once without waiting for each other.
  [[nodiscard]] int gpuCount() const { return static_cast<int>(gpus.size()); }

  /// Brought to the GPU of `context` by the first who asks, and kept there.
  DeviceSamples &samplesOf(const SampleSet &set, float scale, int64_t targets,
                           KernelContext &context);
  /// Picks the samples `indices`, (lane, tile), -1 for none, for the models of `call`; images are
  /// changed by `maps`, (6, lane, tile). Throw RunError.
  void gather(const nnxrt_call &call, halide_buffer_t *indices, halide_buffer_t *set,
              halide_buffer_t *batch, KernelContext &context) const;
  void augment(const nnxrt_call &call, halide_buffer_t *indices, halide_buffer_t *maps,
               halide_buffer_t *images, halide_buffer_t *batch, KernelContext &context) const;

private:
  friend DeviceQueue;
  friend DeviceBlock;
  friend DeviceGroup;

  /// One GPU, or what OpenCL takes for its device. Its own calls are those of the data sets.
  struct Gpu {
    Gpu() : context(pool) {}

    ThreadPool pool{1};
    KernelContext context;
    std::unique_ptr<CudaGpu> cuda; // null: OpenCL
    std::unique_ptr<CudaStream> stream;
    int queues = 0;
    int blocks = 0; // of models
    uint64_t blocksGiven = 0;
    std::mutex taking;   // of a block, until it is counted
    bool isLost = false; // behind an error that no later call survives
    bool isDead = false; // it could not be started anew
    std::mutex mutex;    // of the samples
    std::map<const SampleSet *, std::unique_ptr<DeviceSamples>> samples;
  };

  size_t take(const DeviceQueue *beside);
  void startAnew(Gpu &gpu);
  void giveBack(size_t gpu, bool isAlive);
  [[nodiscard]] Gpu &gpuOf(const KernelContext &context) const;

  std::string deviceName;
  const halide_device_interface_t *functions = nullptr;
  std::mutex mutex; // of which queues are where
  std::condition_variable changed;
  std::vector<std::unique_ptr<Gpu>> gpus;
  std::mutex groupsMutex;
  std::vector<std::weak_ptr<DeviceGroup>> groups;
};

/// Throws RunError with the context's message if `code` is not 0.
void checkDevice(int code, const char *what, KernelContext &context);

} // namespace nnxrt
