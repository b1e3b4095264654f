// Which convolutions are filtered minimally, as far as their shape tells: the fusion of pools and
// the kernels agree on it.
#pragma once

#include <array>
#include <cstdint>

namespace nnx::kernels {

struct FilterShape {
  std::array<int64_t, 2> kernel, strides, dilations;
  bool isPadded;
  int64_t channels, filters;
};

/// F(2x2, 3x3) is for 3x3 kernels at stride 1 without padding, and pays from 16 channels and
/// filters on.
constexpr bool isFilterable(const FilterShape &shape) {
  constexpr std::array<int64_t, 2> ones{1, 1}, threes{3, 3};
  return shape.kernel == threes && shape.strides == ones && shape.dilations == ones &&
         !shape.isPadded && shape.channels >= 16 && shape.filters >= 16;
}

} // namespace nnx::kernels
