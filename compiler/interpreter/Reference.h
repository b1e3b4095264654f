// What each op computes, in plain loops and double precision: the meaning of the dialect, with
// which kernels and passes are compared. No MLIR here. Formulas: compiler/dialect/NnxOps.td. Images
// are (sample, y, x, channel); shapes fit together, as the verifiers have seen to.
#pragma once

#include "compiler/interpreter/Array.h"

#include <array>
#include <map>
#include <string>
#include <string_view>

namespace nnx::reference {

/// How a window lies on an image, [y, x]: its size, its stride, how far outside the first one
/// starts, how far apart its elements stand.
struct Window {
  std::array<int64_t, 2> size, stride, before{0, 0}, dilation{1, 1};
};

/// `bias` may be null. Result: (samples, places, filters).
Array conv2d(const Array &x, const Array &weights, const Array *bias, const Window &window,
             std::array<int64_t, 2> places);
Array conv2dGradInput(const Array &dy, const Array &weights, const Window &window,
                      std::vector<int64_t> inputShape);
Array conv2dGradWeights(const Array &x, const Array &dy, const Window &window);
/// The sum over all but the last dimension: the gradient of a bias.
Array gradBias(const Array &dy);

Array dense(const Array &x, const Array &weights, const Array *bias);
Array denseGradInput(const Array &dy, const Array &weights);
Array denseGradWeights(const Array &x, const Array &dy);

struct Pooled {
  Array y, argmax;
};
/// Among equals the first place wins, a NaN wins over what stands before it. Places outside of x do
/// not count.
Pooled maxPool(const Array &x, const Window &window, std::array<int64_t, 2> places);
/// x at the places that argmax names.
Array atArgmax(const Array &x, const Array &argmax, const Window &window);
Array maxPoolGrad(const Array &dy, const Array &argmax, const Window &window,
                  std::vector<int64_t> inputShape);

/// The mean of those places of a window that lie inside of x.
Array avgPool(const Array &x, const Window &window, std::array<int64_t, 2> places);
Array avgPoolGrad(const Array &dy, const Window &window, std::vector<int64_t> inputShape);

/// `kind` is a row of dsl/tables/Activations.def.
Array activation(std::string_view kind, const Array &x);
/// `saved` is the activation's output or input, as its row says.
Array activationGrad(std::string_view kind, const Array &dy, const Array &saved);

/// Along the last dimension.
Array softmax(const Array &x);
Array softmaxGrad(const Array &dy, const Array &y);

struct Loss {
  Array loss, probabilities;
};
Loss softmaxCrossEntropy(const Array &logits, const Array &labels, double labelSmoothing);
Array softmaxCrossEntropyGrad(const Array &probabilities, const Array &labels,
                              double labelSmoothing);

/// `kind` is a row of dsl/tables/Losses.def; targets are labels or have the shape of x.
Array elementwiseLoss(std::string_view kind, const Array &x, const Array &targets);
Array elementwiseLossGrad(std::string_view kind, const Array &x, const Array &targets);

Array add(const Array &a, const Array &b);
/// Along the last dimension.
Array concat(const Array &a, const Array &b);
/// `count` numbers of the last dimension, from `offset` on.
Array slice(const Array &x, int64_t offset, int64_t count);

/// The random numbers of one dropout: compiler/dialect/NnxLayers.td says how.
struct DropoutKey {
  double rate;
  uint32_t stream;
  uint64_t seed;
  uint32_t step;
};
Array dropout(const Array &x, const DropoutKey &key);

/// Statistics of each number of the last dimension over all others.
struct Statistics {
  Array mean, variance;
};
Statistics statistics(const Array &x);
/// momentum * moving + (1 - momentum) * current
Array movingAverage(const Array &moving, const Array &current, double momentum);
struct Normalization {
  const Array &mean, &variance;
  double epsilon;
};
Array normalize(const Array &x, const Array &gamma, const Array &beta, const Normalization &by);
struct NormalizationGradients {
  Array gamma, beta;
};
NormalizationGradients normalizeGradParameters(const Array &x, const Array &dy,
                                               const Normalization &by);
/// The mean and variance are those of x.
Array normalizeGradInput(const Array &x, const Array &dy, const Array &gamma,
                         const NormalizationGradients &gradients, const Normalization &by);

/// One number: the sum of the squares, and `before`, which may be null.
Array squaredNorm(const Array &gradient, const Array *before);

/// Scalars of the call by name: numbers of the optimizer such as "lr" and "iteration", and what
/// dropout reads, "seed" and "step".
using Hyperparameters = std::map<std::string, double>;
/// Computes those that updates share, once before each step. Numbers that go from step to step come
/// with `hyper`, or start where the optimizer's row says. Throws std::out_of_range as `update`
/// does.
void prepareNumbers(std::string_view optimizer, Hyperparameters &hyper);
/// One step of `optimizer` ("sgd(nesterov=false)"): `state` is the weights and then the slots, and
/// so is the result. Throws std::out_of_range for a hyperparameter that the rule reads and nobody
/// gave. `squaredNorm`: where the optimizer clips by norm.
std::vector<Array> update(std::string_view optimizer, std::vector<Array> state,
                          const Array &gradient, const Hyperparameters &hyper,
                          const Array *squaredNorm = nullptr);

} // namespace nnx::reference
