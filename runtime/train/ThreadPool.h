// The threads of one job: Halide's parallel loops are split over them in fixed parts.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace nnxrt {

/// Flushes denormals to zero in the calling thread, results and operands alike (a denormal costs 67
/// times a normal number, and the same bits are wanted in every thread).
void flushDenormals();

class ThreadPool {
public:
  /// A task of a loop: its number; returns 0 or an error code.
  using Task = int (*)(void *context, int number);

  /// `threads` counts the caller's own: 1 starts none. Throws std::system_error.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  /// Runs tasks first .. first + count - 1: thread k the k-th of `threads` equal runs of them.
  /// Returns when all are done: 0, or the error code of the lowest task that failed. To be called
  /// by one thread at a time; a task that calls it runs its loop alone.
  int run(Task task, void *context, int first, int count);

  [[nodiscard]] int threads() const { return static_cast<int>(workers.size()) + 1; }

private:
  struct Loop {
    Task task = nullptr;
    void *context = nullptr;
    int first = 0, count = 0;
  };
  /// What one part of the loop came to; a cache line each, since all threads write them.
  struct alignas(64) PartResult {
    int error = 0;
  };

  void work(int part);
  void end();
  [[nodiscard]] int runPart(int part) const;

  Loop loop;
  std::vector<PartResult> results;
  alignas(64) std::atomic<uint32_t> round{0}; // counts loops; workers wait for it to move
  alignas(64) std::atomic<uint32_t> left{0};  // workers that have not ended this loop
  std::atomic<bool> stopping{false};
  std::vector<std::thread> workers;
};

} // namespace nnxrt
