// An array of numbers in double precision, row major; labels and places are whole numbers in it.
#pragma once

#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

namespace nnx {

struct Array {
  std::vector<int64_t> shape;
  std::vector<double> data;

  Array() = default;
  explicit Array(std::vector<int64_t> extents, double value = 0)
      : shape(std::move(extents)),
        data(std::accumulate(shape.begin(), shape.end(), int64_t(1), std::multiplies<>()), value) {}

  int64_t size() const { return static_cast<int64_t>(data.size()); }

  /// Element at one index per dimension.
  template <typename... Index> double &at(Index... index) { return data[offset(index...)]; }
  template <typename... Index> double at(Index... index) const { return data[offset(index...)]; }

private:
  template <typename... Index> int64_t offset(Index... index) const {
    int64_t at = 0;
    size_t dimension = 0;
    ((at = at * shape[dimension++] + index), ...);
    return at;
  }
};

} // namespace nnx
