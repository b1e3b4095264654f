// What kernels get as Halide's user context, and Halide's hooks that find it there: parallel loops
// go to the job's pool, errors become text that the caller reads.
#pragma once

#include "runtime/train/ThreadPool.h"

#include <mutex>
#include <string>

namespace nnxrt {

class CudaStream;

class KernelContext {
public:
  explicit KernelContext(ThreadPool &pool) : pool(pool) {}

  /// Keeps the first message; called from any thread of the pool.
  void addError(const char *message);
  /// The message kept, or an empty one; forgets it.
  std::string takeError();

  ThreadPool &pool;
  /// Where calls of kernels are queued that are compiled for CUDA.
  const CudaStream *stream = nullptr;

private:
  std::mutex mutex;
  std::string error;
};

/// Throws KernelError with the context's message if `code`, which kernels returned, is not 0.
void checkKernels(int code, KernelContext &context);

} // namespace nnxrt
