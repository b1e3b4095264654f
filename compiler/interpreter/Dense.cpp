// dense and its gradients by input and weights; that of the bias is gradBias.
#include "compiler/interpreter/Reference.h"

namespace nnx::reference {

Array dense(const Array &x, const Array &weights, const Array *bias) {
  int64_t samples = x.shape[0], inputs = weights.shape[0], units = weights.shape[1];
  Array y({samples, units});
  for (int64_t b = 0; b < samples; ++b)
    for (int64_t n = 0; n < units; ++n) {
      y.at(b, n) = bias ? bias->at(n) : 0;
      for (int64_t k = 0; k < inputs; ++k)
        y.at(b, n) += x.at(b, k) * weights.at(k, n);
    }
  return y;
}

Array denseGradInput(const Array &dy, const Array &weights) {
  int64_t samples = dy.shape[0], inputs = weights.shape[0], units = weights.shape[1];
  Array dx({samples, inputs});
  for (int64_t b = 0; b < samples; ++b)
    for (int64_t k = 0; k < inputs; ++k)
      for (int64_t n = 0; n < units; ++n)
        dx.at(b, k) += dy.at(b, n) * weights.at(k, n);
  return dx;
}

Array denseGradWeights(const Array &x, const Array &dy) {
  int64_t samples = dy.shape[0], inputs = x.shape[1], units = dy.shape[1];
  Array dweights({inputs, units});
  for (int64_t b = 0; b < samples; ++b)
    for (int64_t k = 0; k < inputs; ++k)
      for (int64_t n = 0; n < units; ++n)
        dweights.at(k, n) += x.at(b, k) * dy.at(b, n);
  return dweights;
}

} // namespace nnx::reference
