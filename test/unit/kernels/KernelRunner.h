// Compiles a kernel to an object, links it with Halide's runtime into a library and calls it, as a
// trainer would. Needs a C compiler driver `cc` on the path.
#pragma once

#include "compiler/kernels/KernelSpec.h"
#include "compiler/kernels/KernelTarget.h"

#include <HalideRuntime.h>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace nnx::kernels {

/// A buffer with memory of its own: packed, 64-byte aligned, and fenced by known bytes, so that
/// writes outside are seen.
class TestBuffer {
public:
  TestBuffer(KernelArgument::Type type, const std::vector<int> &extents);
  TestBuffer(TestBuffer &&) = default;
  TestBuffer &operator=(TestBuffer &&) = default;

  halide_buffer_t *raw() { return &buffer; }
  size_t size() const { return count; }
  float *floats() { return static_cast<float *>(start()); }
  uint8_t *bytes() { return static_cast<uint8_t *>(start()); }
  int32_t *ints() { return static_cast<int32_t *>(start()); }
  const std::vector<int> &extents() const { return extent; }
  bool fencesHold() const;
  /// A copy with memory of its own.
  TestBuffer copy() const;

private:
  void *start() { return memory.get(); }

  KernelArgument::Type elementType;
  std::vector<int> extent;
  size_t count = 1, byteCount = 0;
  std::shared_ptr<char> memory;
  std::vector<halide_dimension_t> dims;
  halide_buffer_t buffer{};
};

using TestValue = std::variant<TestBuffer *, float, int>;

/// A kernel, loaded. Libraries stay loaded until the program ends.
class LoadedKernel {
public:
  LoadedKernel(const KernelSpec &spec, const KernelTarget &target);

  /// Calls with values by the names of argumentsOf; returns the kernel's code. Halide's error
  /// message, if any, is in lastError().
  int operator()(const std::map<std::string, TestValue> &values) const { return bind(values)(); }
  /// The same call, to be made many times; the buffers must outlive it.
  std::function<int()> bind(const std::map<std::string, TestValue> &values) const;
  void setThreads(int threads) const;
  static std::string lastError();

  const std::vector<KernelArgument> &arguments() const { return signature; }
  const std::string &objectPath() const { return object; }

private:
  TestBuffer numbersOf(const std::map<std::string, TestValue> &values) const;
  void copyToDevice(TestBuffer &buffer) const;
  int takeBack(const std::vector<TestBuffer *> &buffers, int code) const;

  KernelSpec spec;
  std::vector<KernelArgument> signature;
  std::string object;
  void *library = nullptr, *function = nullptr;
  bool runsOnDevice = false;
};

} // namespace nnx::kernels
