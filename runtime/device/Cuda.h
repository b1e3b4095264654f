// NVIDIA's driver as far as the runtime calls it itself: GPUs, streams, copies. Kernels are loaded
// and launched by Halide's runtime, which asks here for the context and the stream of a call.
#pragma once

#include "runtime/device/KernelContext.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace nnxrt {

/// One GPU with a context of its own.
class CudaGpu {
public:
  explicit CudaGpu(int ordinal); // throws DeviceError
  CudaGpu(const CudaGpu &) = delete;
  CudaGpu &operator=(const CudaGpu &) = delete;

  /// "GPU 0, NVIDIA H200".
  [[nodiscard]] const std::string &name() const { return fullName; }
  [[nodiscard]] void *context() const { return current; }
  /// Behind an error that no later call survives: all that is on the GPU is gone, and it can be
  /// used again. Throws DeviceError.
  void reset();

private:
  void create();

  int device = 0;
  void *current = nullptr;
  std::string fullName;
};

class CudaGraph;

/// Work on a GPU that is done in its order and beside that of others.
class CudaStream {
public:
  explicit CudaStream(CudaGpu &gpu); // throws RunError
  ~CudaStream();
  CudaStream(const CudaStream &) = delete;
  CudaStream &operator=(const CudaStream &) = delete;

  /// Copies to and from addresses of the GPU, behind what was begun before; throw RunError. `put`
  /// and `get` wait.
  void put(uint64_t to, const void *from, uint64_t bytes) const;
  void get(void *to, uint64_t from, uint64_t bytes) const;
  void move(uint64_t to, uint64_t from, uint64_t bytes) const;
  void wait() const;
  /// Whether nothing that was begun has failed for good.
  [[nodiscard]] bool isAlive() const;

  [[nodiscard]] void *handle() const { return stream; }

  CudaGpu &gpu;

private:
  friend CudaGraph;

  void check(int code, const char *what) const;

  void *stream = nullptr;
};

/// What was begun on a stream once, to be begun again in one call.
class CudaGraph {
public:
  /// Whether the driver has graphs.
  static bool isPossible();

  /// Of what `begin` begins on `stream`, which is not done now. Throws RunError, and what `begin`
  /// throws.
  CudaGraph(const CudaStream &stream, const std::function<void()> &begin);
  ~CudaGraph();
  CudaGraph(const CudaGraph &) = delete;
  CudaGraph &operator=(const CudaGraph &) = delete;

  /// Begins it all, behind what was begun on the stream before; throws RunError.
  void launch() const;

private:
  const CudaStream &stream;
  void *graph = nullptr; // as it is launched
};

/// The GPUs that CUDA_VISIBLE_DEVICES leaves. Throws DeviceError where there is none, or the driver
/// or one of them is too old for what is compiled.
std::vector<std::unique_ptr<CudaGpu>> openCudaGpus();

} // namespace nnxrt
