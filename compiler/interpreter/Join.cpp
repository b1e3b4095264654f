// add, concat and slice.
#include "compiler/interpreter/Reference.h"

namespace nnx::reference {

Array add(const Array &a, const Array &b) {
  Array sum = a;
  for (int64_t i = 0; i < sum.size(); ++i)
    sum.data[i] += b.data[i];
  return sum;
}

Array concat(const Array &a, const Array &b) {
  int64_t first = a.shape.back(), second = b.shape.back(), both = first + second;
  std::vector<int64_t> shape = a.shape;
  shape.back() = both;
  Array y(std::move(shape));
  for (int64_t i = 0; i < y.size(); ++i) {
    int64_t row = i / both, at = i % both;
    y.data[i] = at < first ? a.data[row * first + at] : b.data[row * second + at - first];
  }
  return y;
}

Array slice(const Array &x, int64_t offset, int64_t count) {
  int64_t all = x.shape.back();
  std::vector<int64_t> shape = x.shape;
  shape.back() = count;
  Array y(std::move(shape));
  for (int64_t i = 0; i < y.size(); ++i)
    y.data[i] = x.data[i / count * all + offset + i % count];
  return y;
}

} // namespace nnx::reference
