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
/// starts.
struct Window {
  std::array<int64_t, 2> size, stride, before;
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
/// Among equals the first place wins, a NaN wins over what stands before it.
Pooled maxPool(const Array &x, const Window &window, std::array<int64_t, 2> places);
Array maxPoolGrad(const Array &dy, const Array &argmax, const Window &window,
                  std::vector<int64_t> inputShape);

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
Loss softmaxCrossEntropy(const Array &logits, const Array &labels);
Array softmaxCrossEntropyGrad(const Array &probabilities, const Array &labels);

Array add(const Array &a, const Array &b);

/// One number: the sum of the squares, and `before`, which may be null.
Array squaredNorm(const Array &gradient, const Array *before);

/// Values of hyper numbers by name: "lr", "momentum", "iteration".
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
