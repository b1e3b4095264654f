// Work that is done over and over while a study goes on, and that takes longer the more there is.
#pragma once

#include <chrono>

namespace nnxrt {

/// Spaces out work over all results of a study: it is due again after 20 times as long as it took,
/// so it stays below 5 % of the time of a study of many short runs. Not for several threads at
/// once.
class Pace {
public:
  [[nodiscard]] bool isDue() const { return Clock::now() >= next; }

  template <class Work> void run(const Work &work) {
    const Clock::time_point start = Clock::now();
    work();
    const Clock::time_point end = Clock::now();
    next = end + 20 * (end - start);
  }

private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point next;
};

} // namespace nnxrt
