// Ctrl-C: once asks runs to end after their step, twice ends the program at once.
#pragma once

#include <atomic>

namespace nnxrt {

using StopFlag = std::atomic<bool>;

/// Asks runs to end after their step: when Ctrl-C did (the flag it is made from), or when raised.
class StopSignal {
public:
  explicit StopSignal(const StopFlag &interrupted) : interrupted(interrupted) {}

  void raise() { own = true; }
  [[nodiscard]] bool isRaised() const {
    return own.load(std::memory_order_relaxed) || interrupted.load(std::memory_order_relaxed);
  }

private:
  const StopFlag &interrupted;
  StopFlag own{false};
};

/// Status of a program that Ctrl-C ended.
inline constexpr int interruptedStatus = 130;

/// Catches SIGINT and SIGTERM from now on; the flag becomes true with the first one.
const StopFlag &catchInterruptions();

} // namespace nnxrt
