// What makes one run fail and leaves the others be, and what leaves none a device.
#pragma once

#include <stdexcept>

namespace nnxrt {

/// The message says what happened, for the results.
struct RunError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A kernel reported an error; the message is its own.
struct KernelError : RunError {
  using RunError::RunError;
};

/// The device, its driver or this trainer's code for it is not there.
struct DeviceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

} // namespace nnxrt
