// The table of references, and what they share.
#include "KernelReference.h"

#include "dsl/Activations.h"
#include "dsl/Optimizers.h"

#include <limits>
#include <stdexcept>

namespace nnx::kernels {

// Reads a buffer at coordinates, innermost first; 0 outside.
double at(TestBuffer &buffer, std::initializer_list<int> place) {
  size_t index = 0, stride = 1, d = 0;
  for (int p : place) {
    const int extent = buffer.extents()[d++];
    if (p < 0 || p >= extent)
      return 0;
    index += stride * static_cast<size_t>(p);
    stride *= static_cast<size_t>(extent);
  }
  return buffer.floats()[index];
}

size_t indexOf(const std::vector<int> &extents, std::initializer_list<int> place) {
  size_t index = 0, stride = 1, d = 0;
  for (int p : place) {
    index += stride * static_cast<size_t>(p);
    stride *= static_cast<size_t>(extents[d++]);
  }
  return index;
}

std::function<double(double)> activationOf(const std::string &name) {
  if (name == "none")
    return [](double x) { return x; };
  const dsl::ActivationRow *row = dsl::findActivation(name);
  return [row](double x) { return row->value.evaluate({{"x", x}}); };
}

std::function<double(double)> slopeOf(const std::string &name) {
  if (name == "none")
    return [](double) { return 1.0; };
  const dsl::ActivationRow *row = dsl::findActivation(name);
  if (row->derivativeOfOutput)
    return [row](double y) { return row->derivativeOfOutput->evaluate({{"y", y}}); };
  return [row](double x) { return row->derivative.evaluate({{"x", x}}); };
}

std::vector<double> &Reference::out(const std::string &name) {
  std::vector<double> &values = results[name];
  if (values.empty())
    values.assign(in(name).size(), std::numeric_limits<double>::quiet_NaN());
  return values;
}

void Reference::set(const std::string &name, std::initializer_list<int> place, double value) {
  out(name)[indexOf(in(name).extents(), place)] = value;
}

void Reference::update(const std::function<double(size_t)> &gradient, const std::string &weights) {
  auto choice = dsl::parseOptimizerChoice(text("optimizer"));
  std::vector<std::string> slots;
  for (const dsl::OptimizerSlot &slot : choice->row->slots(choice->flags))
    slots.push_back(slot.name);
  const std::vector<dsl::Assignment> rule = choice->row->rule(choice->flags);
  for (size_t i = 0; i < in(weights).size(); ++i) {
    std::map<std::string, double> v{{"w", in(weights).floats()[i]}, {"g", gradient(i)}};
    for (const std::string &slot : slots)
      v[slot] = in(slot).floats()[i];
    for (const auto &[name, value] : kernelCase.hypers())
      v[name] = value;
    if (choice->row->readsNorm(choice->flags))
      v["squared_norm"] = in("squared_norm").floats()[0];
    for (const dsl::Assignment &line : rule)
      v[line.target] = line.value.evaluate(v);
    out(weights)[i] = v["w"];
    for (const std::string &slot : slots)
      out(slot)[i] = v[slot];
  }
}

void elementwise(Reference &reference) {
  auto f = activationOf(reference.text("activation"));
  auto slope = slopeOf(reference.text("activation"));
  const bool forward = reference.data().spec().kind == "activation_forward";
  reference.forSamples([&](int l, int t) {
    for (int k = 0; k < reference.in(forward ? "x" : "dy").extents()[1]; ++k)
      if (forward)
        reference.set("y", {l, k, t}, f(at(reference.in("x"), {l, k, t})));
      else
        reference.set("dx", {l, k, t},
                      at(reference.in("dy"), {l, k, t}) *
                          slope(at(reference.in("y_or_z"), {l, k, t})));
  });
}

namespace {

void updateAlone(Reference &reference) {
  reference.update([&](size_t i) { return double(reference.in("gradient").floats()[i]); },
                   "weights");
}

void squaredNorm(Reference &reference) {
  double sum = 0;
  if (reference.data().spec().flagOf("adds"))
    sum = reference.in("before").floats()[0];
  TestBuffer &gradient = reference.in("gradient");
  for (int k = 0; k < gradient.extents()[1]; ++k)
    for (int n = 0; n < reference.data().spec().intOf("units"); ++n)
      sum += at(gradient, {n, k}) * at(gradient, {n, k});
  for (double &number : reference.out("squared_norm"))
    number = sum;
}

const std::map<std::string, void (*)(Reference &)> references = {
    {"squared_norm", squaredNorm},
    {"conv2d_forward", conv2dForward},
    {"conv2d_softmax_forward", conv2dSoftmaxForward},
    {"conv2d_grad_weights_update", conv2dGradWeights},
    {"conv2d_grad_bias_update", conv2dGradBias},
    {"conv2d_grad_input", conv2dGradInput},
    {"max_pool_forward", maxPoolForward},
    {"max_pool_grad", maxPoolGrad},
    {"max_pool_softmax_grad", maxPoolSoftmaxGrad},
    {"avg_pool_forward", avgPoolForward},
    {"avg_pool_grad", avgPoolGrad},
    {"add", add},
    {"concat", concat},
    {"slice", slice},
    {"gather_samples", gatherSamples},
    {"gather_augmented", gatherAugmented},
    {"gather_labels", gatherLabels},
    {"dropout", dropout},
    {"batch_norm_statistics", batchNormStatistics},
    {"normalize", normalize},
    {"batch_norm_grad_parameters", batchNormGradParameters},
    {"batch_norm_grad_input", batchNormGradInput},
    {"dense_forward", denseForward},
    {"dense_grad_weights_update", denseGradWeights},
    {"dense_grad_bias_update", denseGradBias},
    {"dense_grad_input", denseGradInput},
    {"transpose_delta", transposeDelta},
    {"activation_forward", elementwise},
    {"activation_grad", elementwise},
    {"softmax_forward", softmax},
    {"softmax_grad", softmax},
    {"softmax_cross_entropy", softmaxCrossEntropy},
    {"elementwise_loss", elementwiseLoss},
    {"update", updateAlone},
};

} // namespace

Reference::Results Reference::run() {
  const auto found = references.find(kernelCase.spec().kind);
  if (found == references.end())
    throw std::runtime_error("no reference for " + kernelCase.spec().kind);
  found->second(*this);
  return std::move(results);
}

} // namespace nnx::kernels
