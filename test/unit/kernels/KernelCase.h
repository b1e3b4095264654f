// One kernel with data for its arguments, and what it must give, by plain loops in double
// precision.
#pragma once

#include "KernelRunner.h"

#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace nnx::kernels {

/// How GoogleTest shows a spec.
inline void PrintTo(const KernelSpec &spec, std::ostream *out) {
  *out << spec.text();
}

struct CaseSize {
  int samples = 32;
  int units = 10;            // of kinds whose extents are run-time values
  int height = 3, width = 4; // of images of such kinds
};

/// Buffers for every argument, filled with numbers that depend on `seed` alone. Lanes behind the
/// last sample hold NaN in every input.
class KernelCase {
public:
  KernelCase(const KernelSpec &spec, const CaseSize &size, unsigned seed = 1);
  KernelCase(const KernelCase &other);

  const KernelSpec &spec() const { return kernelSpec; }
  int tiles() const { return (caseSize.samples + 15) / 16; }
  TestBuffer &buffer(const std::string &name) { return buffers.at(name); }
  std::map<std::string, float> &hypers() { return floats; }
  std::map<std::string, TestValue> values();

  /// Outputs by name, in the layout of their buffers, from the present inputs.
  std::map<std::string, std::vector<double>> expected();
  /// Whether element `i` of a buffer is a result: not a padded lane, not the padding of a row.
  bool isResult(const std::string &name, size_t i) const;
  bool fencesHold() const;

private:
  std::vector<int> extentsOf(const KernelArgument &argument) const;
  int elementsOf(const std::string &attribute) const;
  bool isGather() const;
  bool isNormalization() const;

  KernelSpec kernelSpec;
  CaseSize caseSize;
  std::map<std::string, TestBuffer> buffers;
  std::map<std::string, float> floats;
};

/// Runs the case in place and compares every result; returns what is wrong, or an empty text.
/// `tolerance` is relative to the greatest expected number of each buffer.
std::string mismatch(KernelCase &data, const LoadedKernel &kernel, double tolerance);

} // namespace nnx::kernels
