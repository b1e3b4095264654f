// What makes one run fail and leaves the others be.
#pragma once

#include <stdexcept>

namespace nnxrt {

/// The message says what happened, for the results.
struct RunError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

} // namespace nnxrt
