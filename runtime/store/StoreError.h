// What goes wrong with the files of a results folder.
#pragma once

#include <stdexcept>

namespace nnxrt {

/// A file of the results folder cannot be read or written. The message names the file and says why,
/// as one line for the user.
struct StoreError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

} // namespace nnxrt
