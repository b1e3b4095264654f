// A small pool whose threads spin for a while between loops, then sleep.
#include "runtime/train/ThreadPool.h"

#include <fmt/format.h>

#include <system_error>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

using namespace nnxrt;

/// True inside a task: a loop inside a loop runs where it is.
static thread_local bool insideTask = false;

void nnxrt::flushDenormals() {
#if defined(__x86_64__)
  constexpr unsigned flushToZero = 0x8000, denormalsAreZero = 0x0040;
  _mm_setcsr(_mm_getcsr() | flushToZero | denormalsAreZero);
#elif defined(__aarch64__)
  uint64_t control;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  asm volatile("msr fpcr, %0" : : "r"(control | uint64_t{1} << 24));
#else
#error "say how this processor flushes denormals"
#endif
}

static void pauseProcessor() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Returns once `value` differs from `old`. Loops of one step follow each other within a few
/// microseconds, a sleep and a wake cost tens: so spin about 50 us, then sleep.
static uint32_t waitForChange(const std::atomic<uint32_t> &value, uint32_t old) {
  constexpr int spins = 2000;
  for (int spin = 0; spin < spins; ++spin) {
    const uint32_t seen = value.load(std::memory_order_acquire);
    if (seen != old)
      return seen;
    pauseProcessor();
  }
  value.wait(old, std::memory_order_acquire);
  return value.load(std::memory_order_acquire);
}

ThreadPool::ThreadPool(int threads) : results(static_cast<size_t>(threads)) {
  try {
    for (int part = 1; part < threads; ++part)
      workers.emplace_back([this, part] { work(part); });
  } catch (const std::system_error &error) {
    end();
    throw std::system_error(error.code(), fmt::format("thread {} of {} cannot be started",
                                                      workers.size() + 2, threads));
  }
}

ThreadPool::~ThreadPool() {
  end();
}

void ThreadPool::end() {
  stopping = true;
  round.fetch_add(1, std::memory_order_release);
  round.notify_all();
  for (std::thread &worker : workers)
    worker.join();
}

int ThreadPool::runPart(int part) const {
  const int64_t parts = threads();
  const auto begin = static_cast<int>(int64_t{loop.count} * part / parts);
  const auto end = static_cast<int>(int64_t{loop.count} * (part + 1) / parts);
  insideTask = true;
  int error = 0;
  for (int i = begin; i < end && error == 0; ++i)
    error = loop.task(loop.context, loop.first + i);
  insideTask = false;
  return error;
}

void ThreadPool::work(int part) {
  flushDenormals();
  uint32_t seen = 0;
  while (true) {
    seen = waitForChange(round, seen);
    if (stopping)
      return;
    results[static_cast<size_t>(part)].error = runPart(part);
    if (left.fetch_sub(1, std::memory_order_acq_rel) == 1)
      left.notify_one();
  }
}

int ThreadPool::run(Task task, void *context, int first, int count) {
  if (workers.empty() || count <= 1 || insideTask) {
    int error = 0;
    for (int i = 0; i < count && error == 0; ++i)
      error = task(context, first + i);
    return error;
  }
  loop = {task, context, first, count};
  left.store(static_cast<uint32_t>(workers.size()), std::memory_order_relaxed);
  round.fetch_add(1, std::memory_order_release);
  round.notify_all();
  results[0].error = runPart(0);
  for (uint32_t remaining = left.load(std::memory_order_acquire); remaining != 0;)
    remaining = waitForChange(left, remaining);
  for (const PartResult &result : results)
    if (result.error != 0)
      return result.error;
  return 0;
}
