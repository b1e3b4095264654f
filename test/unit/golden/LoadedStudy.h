// A study compiled from its text and loaded into this process.
#pragma once

#include <nnxrt/abi.h>

#include <string>

namespace nnx::golden {

class LoadedStudy {
public:
  /// Compiles `text`, whose messages call it `name`, for this machine and loads it. `isFused`:
  /// layers with their activations and pools in one kernel, as always outside of tests. Throws
  /// std::runtime_error with the compiler's messages.
  LoadedStudy(const std::string &text, const std::string &name, bool isFused);
  ~LoadedStudy();
  LoadedStudy(const LoadedStudy &) = delete;
  LoadedStudy &operator=(const LoadedStudy &) = delete;

  [[nodiscard]] const nnxrt_study &table() const { return *study; }

private:
  void *library = nullptr;
  const nnxrt_study *study = nullptr;
};

} // namespace nnx::golden
