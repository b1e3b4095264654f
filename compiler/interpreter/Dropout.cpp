// dropout, with the generator of Random123.
#include "compiler/interpreter/Reference.h"

#include <Random123/philox.h>

#include <cmath>

namespace nnx::reference {

Array dropout(const Array &x, const DropoutKey &key) {
  r123::Philox4x32::key_type seed{
      {static_cast<uint32_t>(key.seed), static_cast<uint32_t>(key.seed >> 32)}};
  double least = std::floor(key.rate * 0x1p32);
  int64_t elements = x.size() / x.shape[0];
  Array y(x.shape);
  for (int64_t b = 0; b < x.shape[0]; ++b)
    for (int64_t k = 0; k < elements; ++k) {
      r123::Philox4x32::ctr_type counter{{static_cast<uint32_t>(k / 4), static_cast<uint32_t>(b),
                                          key.step, key.stream | 0x80000000u}};
      double bits = r123::Philox4x32()(counter, seed)[k % 4];
      int64_t i = b * elements + k;
      y.data[i] = bits >= least ? x.data[i] / (1 - key.rate) : 0;
    }
  return y;
}

} // namespace nnx::reference
