// Derived gradients against central differences of the loss, through the interpreter: every
// activation of the table, every layer, odd extents, strides, paddings, overlapping windows.
#include "InterpretedNetwork.h"

#include "dsl/Activations.h"
#include "dsl/Losses.h"

#include <gtest/gtest.h>

#include <cctype>
#include <cmath>

namespace {

using nnx::Array;
using nnx::test::InterpretedNetwork;

// With lr = 1 and no momentum a step subtracts the gradient. A central difference of width 1e-5 is
// good to 1e-10 (its own term of third order) and 1e-11 (rounding of the loss); 1e-8 of the largest
// gradient leaves room and still sees any wrong term.
void expectGradients(const nnx::dsl::Variant &variant) {
  InterpretedNetwork network(variant);
  std::vector<Array> arguments = network.makeArguments(3);
  const nnx::reference::Hyperparameters hyper{{"lr", 1}, {"momentum", 0}, {"seed", 7}, {"step", 3}};
  std::vector<Array> results = network.step(arguments, hyper);
  constexpr double width = 1e-5;
  for (size_t p = 2; p < arguments.size(); ++p) {
    if (!network.isTrained(p))
      continue;
    double largest = 0;
    for (int64_t i = 0; i < arguments[p].size(); ++i) {
      double &weight = arguments[p].data[i];
      double value = weight, gradient = value - results[p].data[i];
      weight = value + width;
      double above = network.meanLoss(arguments, hyper);
      weight = value - width;
      double below = network.meanLoss(arguments, hyper);
      weight = value;
      EXPECT_NEAR((above - below) / (2 * width), gradient, 1e-8 * std::max(1.0, std::abs(gradient)))
          << "argument " << p << ", element " << i;
      largest = std::max(largest, std::abs(gradient));
    }
    EXPECT_GT(largest, 1e-6) << "argument " << p << " has no gradient to speak of";
  }
}

void expectGradients(const std::string &layers, const std::string &shape) {
  expectGradients(nnx::test::studyOf(layers, shape).variants[0]);
}

struct LayerCase {
  std::string name, layers, shape;
};

void PrintTo(const LayerCase &layerCase, std::ostream *out) {
  *out << layerCase.layers;
}

class LayerGradient : public testing::TestWithParam<LayerCase> {};

TEST_P(LayerGradient, agrees_with_central_differences) {
  expectGradients(GetParam().layers, GetParam().shape);
}

const std::string head = "\nflatten()\ndense(classes, activation = softmax)";

INSTANTIATE_TEST_SUITE_P(
    layers, LayerGradient,
    testing::Values(
        LayerCase{
            "dense",
            "flatten()\ndense(4)\ndense(3, bias = false)\ndense(classes, activation = softmax)",
            "1x7x1"},
        LayerCase{"conv2d", "conv2d(2, kernel = 2x3)\nconv2d(3, kernel = 3x2)" + head, "6x7x2"},
        LayerCase{"conv2d_stride",
                  "conv2d(2, kernel = 1)\nconv2d(3, kernel = 2x3, stride = 2x3, bias = false)" +
                      head,
                  "7x9x1"},
        LayerCase{"conv2d_same",
                  "conv2d(2, kernel = 1)\nconv2d(2, kernel = 4x3, padding = same)" + head, "5x4x1"},
        LayerCase{"conv2d_same_stride",
                  "conv2d(2, kernel = 1)\nconv2d(2, kernel = 3x2, stride = 2x3, padding = same)" +
                      head,
                  "5x7x1"},
        LayerCase{"max_pool", "conv2d(2, kernel = 2)\nmax_pool(2)" + head, "6x7x2"},
        LayerCase{"max_pool_overlapping",
                  "conv2d(2, kernel = 2)\nmax_pool(3x2, stride = 2x1)" + head, "8x6x1"},
        LayerCase{"max_pool_apart", "conv2d(2, kernel = 2)\nmax_pool(2, stride = 3)" + head,
                  "9x7x1"},
        LayerCase{"max_pool_same",
                  "conv2d(2, kernel = 2)\nmax_pool(3, stride = 2, padding = same)" + head, "7x8x1"},
        LayerCase{"conv2d_dilated",
                  "conv2d(2, kernel = 1)\nconv2d(2, kernel = 2x3, dilation = 3x2)" + head, "6x7x1"},
        LayerCase{"conv2d_dilated_same",
                  "conv2d(2, kernel = 1)\nconv2d(2, kernel = 3, dilation = 2, padding = same)" +
                      head,
                  "5x6x1"},
        LayerCase{"avg_pool", "conv2d(2, kernel = 2)\navg_pool(2x3)" + head, "6x7x2"},
        LayerCase{"avg_pool_same",
                  "conv2d(2, kernel = 2)\navg_pool(3, stride = 2, padding = same)" + head, "7x6x1"},
        LayerCase{"global_avg_pool",
                  "conv2d(3, kernel = 2)\nglobal_avg_pool()\ndense(classes, activation = softmax)",
                  "4x5x1"},
        LayerCase{"add",
                  "conv2d(2, kernel = 2)\nadd {\nbranch { conv2d(2, kernel = 3, padding = same) }\n"
                  "branch { }\nbranch { conv2d(2, kernel = 1, activation = tanh) }\n}" +
                      head,
                  "5x4x1"},
        LayerCase{"concat",
                  "conv2d(2, kernel = 2)\nconcat {\nbranch { conv2d(3, kernel = 1) }\nbranch { }\n"
                  "branch { conv2d(1, kernel = 1) }\n}\nconv2d(2, kernel = 2)" +
                      head,
                  "5x4x1"},
        LayerCase{"concat_flat",
                  "conv2d(2, kernel = 2)\nconcat {\nbranch { flatten() }\n"
                  "branch { global_avg_pool() }\n}\ndense(classes, activation = softmax)",
                  "3x4x1"},
        LayerCase{"dropout", "conv2d(2, kernel = 2)\ndropout(0.4)" + head, "4x5x1"},
        LayerCase{"batch_norm",
                  "conv2d(2, kernel = 2, bias = false)\nbatch_norm()\nactivation(tanh)\nflatten()\n"
                  "dense(4, bias = false)\nbatch_norm(epsilon = 0.1)\ndense(classes, activation = "
                  "softmax)",
                  "4x5x1"},
        LayerCase{"softmax_of_channels", "conv2d(3, kernel = 2)\nsoftmax()" + head, "4x3x2"},
        LayerCase{"softmax_of_units",
                  "flatten()\ndense(4, activation = softmax)\ndense(classes, activation = softmax)",
                  "2x3x1"}),
    [](const auto &info) { return info.param.name; });

class ActivationGradient : public testing::TestWithParam<std::string> {};

// Behind a convolution, before a pool, and behind a dense layer.
TEST_P(ActivationGradient, agrees_with_central_differences) {
  const std::string &kind = GetParam();
  expectGradients("conv2d(3, kernel = 2, activation = " + kind +
                      ")\nmax_pool(2)\nconv2d(2, kernel = 2)\nactivation(" + kind +
                      ")\nflatten()\ndense(3, activation = " + kind +
                      ")\ndense(classes, activation = softmax)",
                  "6x7x1");
}

std::vector<std::string> activationNames() {
  std::vector<std::string> names;
  for (const nnx::dsl::ActivationRow &row : nnx::dsl::activations())
    names.push_back(row.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(table, ActivationGradient, testing::ValuesIn(activationNames()),
                         [](const auto &info) { return info.param; });

class LossGradient : public testing::TestWithParam<std::string> {};

// Of classes, and of numbers to predict where the loss takes them.
TEST_P(LossGradient, agrees_with_central_differences) {
  const nnx::dsl::LossRow &loss = *nnx::dsl::findLoss(GetParam());
  const std::string end = loss.isCrossEntropy() ? "softmax" : "tanh";
  const nnx::dsl::Variant variant =
      nnx::test::studyOf(
          "flatten()\ndense(4, activation = tanh)\ndense(classes, activation = " + end + ")",
          "1x7x1", "sgd(lr = 1)", loss.name)
          .variants[0];
  expectGradients(variant);
  if (loss.targets == nnx::dsl::LossTargets::any)
    expectGradients(nnx::test::withTargets(variant));
}

std::vector<std::string> lossNames() {
  std::vector<std::string> names{"cross_entropy(label_smoothing = 0.2)", "huber(delta = 0.25)"};
  for (const nnx::dsl::LossRow &row : nnx::dsl::losses())
    names.push_back(row.name);
  return names;
}

std::string asTestName(const testing::TestParamInfo<std::string> &info) {
  std::string name = info.param;
  std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
  return name;
}

INSTANTIATE_TEST_SUITE_P(table, LossGradient, testing::ValuesIn(lossNames()), asTestName);

} // namespace
