// batch_norm: statistics over all but the last dimension, normalization and its gradients.
#include "compiler/interpreter/Reference.h"

#include <cmath>

namespace nnx::reference {

Statistics statistics(const Array &x) {
  int64_t features = x.shape.back();
  double count = static_cast<double>(x.size()) / static_cast<double>(features);
  Array mean({features}), variance({features});
  for (int64_t i = 0; i < x.size(); ++i)
    mean.data[i % features] += x.data[i] / count;
  for (int64_t i = 0; i < x.size(); ++i) {
    double distance = x.data[i] - mean.data[i % features];
    variance.data[i % features] += distance * distance / count;
  }
  return {mean, variance};
}

Array movingAverage(const Array &moving, const Array &current, double momentum) {
  Array result = moving;
  for (int64_t c = 0; c < result.size(); ++c)
    result.data[c] = momentum * moving.data[c] + (1 - momentum) * current.data[c];
  return result;
}

static double normalized(const Array &x, int64_t i, const Normalization &by) {
  int64_t c = i % by.mean.size();
  return (x.data[i] - by.mean.data[c]) / std::sqrt(by.variance.data[c] + by.epsilon);
}

Array normalize(const Array &x, const Array &gamma, const Array &beta, const Normalization &by) {
  Array y(x.shape);
  for (int64_t i = 0; i < x.size(); ++i) {
    int64_t c = i % gamma.size();
    y.data[i] = gamma.data[c] * normalized(x, i, by) + beta.data[c];
  }
  return y;
}

NormalizationGradients normalizeGradParameters(const Array &x, const Array &dy,
                                               const Normalization &by) {
  Array gamma(by.mean.shape), beta(by.mean.shape);
  for (int64_t i = 0; i < x.size(); ++i) {
    int64_t c = i % gamma.size();
    gamma.data[c] += dy.data[i] * normalized(x, i, by);
    beta.data[c] += dy.data[i];
  }
  return {gamma, beta};
}

Array normalizeGradInput(const Array &x, const Array &dy, const Array &gamma,
                         const NormalizationGradients &gradients, const Normalization &by) {
  int64_t features = gamma.size();
  double count = static_cast<double>(x.size()) / static_cast<double>(features);
  Array dx(x.shape);
  for (int64_t i = 0; i < x.size(); ++i) {
    int64_t c = i % features;
    double centred = dy.data[i] - gradients.beta.data[c] / count -
                     normalized(x, i, by) * gradients.gamma.data[c] / count;
    dx.data[i] = gamma.data[c] / std::sqrt(by.variance.data[c] + by.epsilon) * centred;
  }
  return dx;
}

} // namespace nnx::reference
