// The sum of squares behind clipping by norm.
#include "compiler/interpreter/Reference.h"

namespace nnx::reference {

Array squaredNorm(const Array &gradient, const Array *before) {
  Array sum({1});
  sum.data[0] = before ? before->data[0] : 0;
  for (double g : gradient.data)
    sum.data[0] += g * g;
  return sum;
}

} // namespace nnx::reference
