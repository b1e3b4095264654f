// Compiled steps against the interpreter in double precision: losses, probabilities and weights
// over several steps, for every activation, kind of network and batch size.
#include "StepRunner.h"

#include "dsl/Activations.h"
#include "dsl/Losses.h"
#include "dsl/Optimizers.h"

#include <gmock/gmock.h>

namespace {

using nnx::test::CompiledVariant;
using nnx::test::NetworkCase;
using nnx::test::StepRunner;

void compare(const NetworkCase &network, const std::string &activation, bool isFused) {
  CompiledVariant compiled(network, activation, isFused);
  for (int64_t batch : {16, 32, 33, 5}) {
    SCOPED_TRACE("batch " + std::to_string(batch));
    StepRunner runner(compiled, batch, unsigned(batch));
    for (int64_t samples : {batch, batch, std::min<int64_t>(batch, 5)})
      runner.step(samples);
    runner.evaluate(batch);
    runner.evaluate(3);
    ASSERT_THAT(runner.differences(), testing::IsEmpty());
  }
}

const NetworkCase conv{"conv", R"(
  conv2d(5, kernel = 3, activation = act)
  max_pool(2)
  flatten()
  dense(9, activation = act)
  dense(classes, activation = softmax)
)"};
const NetworkCase noConv{"no_conv", R"(
  flatten()
  dense(20, activation = act)
  dense(classes, activation = softmax)
)"};
const NetworkCase deeper{"deeper", R"(
  conv2d(5, kernel = 3, activation = act)
  max_pool(2)
  conv2d(18, kernel = 2, activation = act)
  max_pool(2)
  flatten()
  dense(9, activation = act)
  dense(7, activation = act)
  dense(classes, activation = softmax)
)"};
const NetworkCase sameStride{"same_stride", R"(
  conv2d(5, kernel = 3, stride = 2, padding = same, activation = act)
  conv2d(3, kernel = 2x3, padding = same, activation = act)
  flatten()
  dense(classes, activation = softmax)
)"};

std::vector<std::string> activationNames() {
  std::vector<std::string> names{"softmax"};
  for (const nnx::dsl::ActivationRow &row : nnx::dsl::activations())
    names.push_back(row.name);
  return names;
}

using Choice = std::tuple<NetworkCase, std::string, bool>;

class CompiledStep : public testing::TestWithParam<Choice> {};

std::string nameOfChoice(const testing::TestParamInfo<Choice> &info) {
  const auto &[network, activation, isFused] = info.param;
  return network.name + "_" + activation + (isFused ? "" : "_unfused");
}

TEST_P(CompiledStep, agrees_with_the_interpreter) {
  const auto &[network, activation, isFused] = GetParam();
  compare(network, activation, isFused);
}

INSTANTIATE_TEST_SUITE_P(activations, CompiledStep,
                         testing::Combine(testing::Values(conv, noConv, deeper, sameStride),
                                          testing::ValuesIn(activationNames()),
                                          testing::Values(true)),
                         nameOfChoice);
INSTANTIATE_TEST_SUITE_P(layer_by_layer, CompiledStep,
                         testing::Combine(testing::Values(conv, deeper, sameStride),
                                          testing::Values("relu", "gelu", "softmax"),
                                          testing::Values(false)),
                         nameOfChoice);

// Forms that the networks above do not have.
const NetworkCase special[] = {
    {"residual", R"(
  conv2d(4, kernel = 3, activation = act)
  add {
    branch { conv2d(4, kernel = 3, padding = same, activation = act), conv2d(4, kernel = 1) }
    branch { }
  }
  activation(act)
  max_pool(3, stride = 2, padding = same)
  global_avg_pool()
  dense(classes, activation = softmax)
)"},
    {"pools_of_branches", R"(
  conv2d(4, kernel = 3, activation = act)
  concat {
    branch { max_pool(2) }
    branch { avg_pool(2) }
    branch { conv2d(3, kernel = 2, stride = 2), max_pool(2, stride = 1, padding = same) }
    branch { avg_pool(3, stride = 2, padding = same) }
  }
  flatten()
  dense(classes, activation = softmax)
)",
     "10x10x2"},
    {"flat_orders_meet", R"(
  conv2d(3, kernel = 3, activation = act)
  concat {
    branch { flatten(), activation(act) }
    branch { flatten(), dense(7, activation = act) }
    branch { flatten(), add { branch { }, branch { dense(36) } }, dropout(0.3) }
  }
  add {
    branch { }
    branch { dense(79) }
  }
  dense(classes, activation = softmax)
)",
     "6x5x2"},
    {"dilated", R"(
  conv2d(5, kernel = 3, dilation = 2, activation = act)
  conv2d(3, kernel = 2x3, dilation = 2x1, padding = same, activation = act)
  flatten()
  dense(classes, activation = softmax)
)"},
    {"dropout", R"(
  conv2d(5, kernel = 3, activation = act)
  dropout(0.25)
  max_pool(2)
  flatten()
  dropout(0.5)
  dense(9, activation = act)
  dropout(0.1)
  dense(classes, activation = softmax)
)"},
    {"batch_norm", R"(
  conv2d(5, kernel = 3, bias = false)
  batch_norm(momentum = 0.9)
  activation(act)
  max_pool(2)
  flatten()
  batch_norm()
  dense(9, bias = false)
  batch_norm(epsilon = 0.01)
  activation(act)
  dense(classes, activation = softmax)
)"},
    {"overlapping_pool", R"(
  conv2d(5, kernel = 3, activation = act)
  max_pool(3, stride = 2)
  flatten()
  dense(classes, activation = softmax)
)"},
    {"pool_of_the_input", R"(
  max_pool(2)
  conv2d(5, kernel = 2)
  activation(act)
  flatten()
  activation(act)
  dense(classes, activation = softmax)
)"},
    {"no_bias", R"(
  conv2d(5, kernel = 3, activation = act, bias = false)
  max_pool(2)
  flatten()
  dense(9, activation = act, bias = false)
  dense(classes, activation = softmax, bias = false)
)"},
    {"nesterov", R"(
  conv2d(5, kernel = 3, activation = act)
  flatten()
  dense(classes, activation = softmax)
)",
     "10x9x2", "sgd(lr = 0.05, momentum = 0.9, nesterov = true)"},
    {"classes_from_a_convolution", R"(
  conv2d(5, kernel = 3, activation = act)
  conv2d(classes, kernel = 8x7)
  flatten()
  softmax()
)"},
    {"wide_rows", R"(
  conv2d(17, kernel = 1, activation = act)
  max_pool(2)
  flatten()
  dense(33, activation = act)
  dense(classes, activation = softmax)
)",
     "5x4x1"},
};

INSTANTIATE_TEST_SUITE_P(special, CompiledStep,
                         testing::Combine(testing::ValuesIn(special),
                                          testing::Values("relu", "gelu"), testing::Values(true)),
                         nameOfChoice);

// Every loss, of classes and of numbers to predict; the last one flattens an image.
std::vector<NetworkCase> lossCases() {
  const std::string layers = "conv2d(5, kernel = 3, activation = act)\nmax_pool(2)\nflatten()\n"
                             "dense(9, activation = act)\n";
  const std::string image = "conv2d(classes, kernel = 10x9, activation = act)\nflatten()\n";
  std::vector<std::string> losses{"cross_entropy(label_smoothing = 0.2)", "huber(delta = 0.25)"};
  for (const nnx::dsl::LossRow &row : nnx::dsl::losses())
    losses.push_back(row.name);
  std::vector<NetworkCase> cases;
  for (const std::string &loss : losses) {
    const nnx::dsl::LossRow &row = *nnx::dsl::findLoss(loss);
    std::string name = std::to_string(cases.size()) + "_" + loss.substr(0, loss.find('('));
    NetworkCase each{name, layers + (row.isCrossEntropy() ? "dense(classes, activation = softmax)"
                                                          : "dense(classes)")};
    each.loss = loss;
    cases.push_back(each);
    if (row.targets == nnx::dsl::LossTargets::classes)
      continue;
    each.hasTargets = true;
    each.name += "_of_numbers";
    cases.push_back(each);
    each.layers = image;
    each.name += "_of_an_image";
    cases.push_back(each);
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(losses, CompiledStep,
                         testing::Combine(testing::ValuesIn(lossCases()), testing::Values("tanh"),
                                          testing::Values(true)),
                         nameOfChoice);

// Every optimizer plain, and with all that can be compiled into it at once. Where gradients are
// divided by their own size, epsilon keeps those that are nothing but rounding small.
std::vector<NetworkCase> optimizerCases() {
  using Kind = nnx::dsl::OptimizerSettingKind;
  const std::string layers = "conv2d(5, kernel = 3, activation = act)\nmax_pool(2)\nflatten()\n"
                             "dense(9, activation = act)\ndense(classes, activation = softmax)\n";
  std::vector<NetworkCase> cases;
  for (const nnx::dsl::OptimizerRow &row : nnx::dsl::optimizers()) {
    const std::string base =
        row.name() + "(lr = 0.02" + (row.findSetting("epsilon") ? ", epsilon = 0.01" : "");
    std::string all = ", decay = unscaled";
    for (const nnx::dsl::OptimizerSetting &setting : row.settings())
      if (setting.kind == Kind::Flag)
        all += ", " + setting.name + " = true";
      else if (setting.kind == Kind::Part && setting.name.find("norm") == std::string::npos)
        all += ", " + setting.name + " = 0.03";
    cases.push_back({row.name(), layers, "10x9x2", base + ")"});
    cases.push_back({row.name() + "_all", layers, "10x9x2", base + all + ")"});
  }
  for (const char *clipping : {"clipnorm", "global_clipnorm"})
    cases.push_back(
        {clipping, layers, "10x9x2",
         std::string("adam(epsilon = 0.01, weight_decay = 0.1, ") + clipping + " = 0.03)"});
  return cases;
}

INSTANTIATE_TEST_SUITE_P(optimizers, CompiledStep,
                         testing::Combine(testing::ValuesIn(optimizerCases()),
                                          testing::Values("tanh"), testing::Values(true)),
                         nameOfChoice);

} // namespace
