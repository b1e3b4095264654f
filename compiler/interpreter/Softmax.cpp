// softmax along the last dimension, and softmax with cross entropy, each with its gradient.
#include "compiler/interpreter/Reference.h"

#include <cmath>
#include <limits>

namespace nnx::reference {

Array softmax(const Array &x) {
  int64_t classes = x.shape.back();
  Array y(x.shape);
  for (int64_t row = 0; row < x.size(); row += classes) {
    double greatest = -std::numeric_limits<double>::infinity(), sum = 0;
    for (int64_t n = 0; n < classes; ++n)
      greatest = std::max(greatest, x.data[row + n]);
    for (int64_t n = 0; n < classes; ++n)
      sum += y.data[row + n] = std::exp(x.data[row + n] - greatest);
    for (int64_t n = 0; n < classes; ++n)
      y.data[row + n] /= sum;
  }
  return y;
}

Array softmaxGrad(const Array &dy, const Array &y) {
  int64_t classes = y.shape.back();
  Array dx(y.shape);
  for (int64_t row = 0; row < y.size(); row += classes) {
    double mean = 0;
    for (int64_t n = 0; n < classes; ++n)
      mean += dy.data[row + n] * y.data[row + n];
    for (int64_t n = 0; n < classes; ++n)
      dx.data[row + n] = y.data[row + n] * (dy.data[row + n] - mean);
  }
  return dx;
}

Loss softmaxCrossEntropy(const Array &logits, const Array &labels) {
  int64_t samples = logits.shape[0], classes = logits.shape[1];
  Array loss({samples});
  for (int64_t b = 0; b < samples; ++b) {
    double greatest = -std::numeric_limits<double>::infinity(), sum = 0;
    for (int64_t n = 0; n < classes; ++n)
      greatest = std::max(greatest, logits.at(b, n));
    for (int64_t n = 0; n < classes; ++n)
      sum += std::exp(logits.at(b, n) - greatest);
    loss.at(b) = std::log(sum) - (logits.at(b, static_cast<int64_t>(labels.at(b))) - greatest);
  }
  return {loss, softmax(logits)};
}

Array softmaxCrossEntropyGrad(const Array &probabilities, const Array &labels) {
  int64_t samples = probabilities.shape[0];
  Array dlogits = probabilities;
  for (int64_t b = 0; b < samples; ++b)
    dlogits.at(b, static_cast<int64_t>(labels.at(b))) -= 1;
  for (double &value : dlogits.data)
    value /= static_cast<double>(samples);
  return dlogits;
}

} // namespace nnx::reference
