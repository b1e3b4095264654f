// A study compiled from its text and loaded into this process.
#pragma once

#include "compiler/kernels/KernelTarget.h"

#include <nnxrt/abi.h>

#include <string>
#include <vector>

namespace nnx::golden {

class LoadedStudy {
public:
  /// Compiles `text`, whose messages call it `name`, for this machine and loads it. `isFused`:
  /// layers with their activations and pools in one kernel, as always outside of tests. With
  /// `devices`, for those too. Throws std::runtime_error with the compiler's messages.
  LoadedStudy(const std::string &text, const std::string &name, bool isFused,
              const std::vector<kernels::Device> &devices = {});
  ~LoadedStudy();
  LoadedStudy(const LoadedStudy &) = delete;
  LoadedStudy &operator=(const LoadedStudy &) = delete;

  [[nodiscard]] const nnxrt_study &table() const { return *study; }

private:
  void *library = nullptr;
  const nnxrt_study *study = nullptr;
};

} // namespace nnx::golden
