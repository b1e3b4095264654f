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

namespace {

// What the probabilities of a sample should be.
double target(double label, int64_t n, int64_t classes, double smoothing) {
  return (static_cast<int64_t>(label) == n ? 1 - smoothing : 0) +
         smoothing / static_cast<double>(classes);
}

} // namespace

Loss softmaxCrossEntropy(const Array &logits, const Array &labels, double labelSmoothing) {
  int64_t samples = logits.shape[0], classes = logits.shape[1];
  Array loss({samples});
  for (int64_t b = 0; b < samples; ++b) {
    double greatest = -std::numeric_limits<double>::infinity(), sum = 0, picked = 0;
    for (int64_t n = 0; n < classes; ++n)
      greatest = std::max(greatest, logits.at(b, n));
    for (int64_t n = 0; n < classes; ++n) {
      sum += std::exp(logits.at(b, n) - greatest);
      if (double wanted = target(labels.at(b), n, classes, labelSmoothing); wanted != 0)
        picked += wanted * (logits.at(b, n) - greatest);
    }
    loss.at(b) = std::log(sum) - picked;
  }
  return {loss, softmax(logits)};
}

Array softmaxCrossEntropyGrad(const Array &probabilities, const Array &labels,
                              double labelSmoothing) {
  int64_t samples = probabilities.shape[0], classes = probabilities.shape[1];
  Array dlogits = probabilities;
  for (int64_t b = 0; b < samples; ++b)
    for (int64_t n = 0; n < classes; ++n)
      dlogits.at(b, n) = (dlogits.at(b, n) - target(labels.at(b), n, classes, labelSmoothing)) /
                         static_cast<double>(samples);
  return dlogits;
}

} // namespace nnx::reference
