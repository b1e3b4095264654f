// Ctrl-C: once asks runs to end after their step, twice ends the program at once.
#pragma once

#include <atomic>

namespace nnxrt {

using StopFlag = std::atomic<bool>;

/// Status of a program that Ctrl-C ended.
inline constexpr int interruptedStatus = 130;

/// Catches SIGINT and SIGTERM from now on; the flag becomes true with the first one.
const StopFlag &catchInterruptions();

} // namespace nnxrt
