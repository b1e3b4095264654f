// Compiled steps against the interpreter in double precision: losses, probabilities and weights
// over several steps, for every activation, kind of network and batch size. Lanes past the last
// sample hold NaN.
#include "CompiledVariant.h"

#include "compiler/interpreter/Reference.h"
#include "dsl/Activations.h"
#include "dsl/Optimizers.h"
#include "runtime/device/KernelContext.h"
#include "runtime/train/ThreadPool.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <string_view>

namespace {

using nnx::Array;
using nnx::test::CompiledVariant;
using nnx::test::NetworkCase;

// Relative to the largest number of an array: float has 6e-8, and sums of a few hundred products of
// three steps stand behind each weight.
constexpr double tolerance = 2e-5;

void expectNear(const Array &expected, const std::vector<float> &found, const std::string &what) {
  ASSERT_EQ(expected.data.size(), found.size()) << what;
  double largest = 0, worst = 0;
  size_t at = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    largest = std::max(largest, std::abs(expected.data[i]));
    double error = std::abs(expected.data[i] - found[i]);
    if (!(error <= worst)) { // a NaN is the worst
      worst = error;
      at = i;
    }
  }
  EXPECT_LE(worst, tolerance * std::max(largest, 1e-2))
      << what << " at " << at << ": " << expected.data[at] << " expected, " << found[at]
      << " found, largest " << largest;
}

class StepRunner {
public:
  StepRunner(const CompiledVariant &compiled, int64_t batch, unsigned seed)
      : compiled(compiled), batch(batch), random(seed), pool(2), context(pool),
        model(compiled.table(), batch, batch, context) {
    for (const char *name : model.givenHypers())
      if (auto setting = compiled.settings().find(name); setting != compiled.settings().end())
        model.setHyper(name, hyper[name] = setting->second);
    model.initializeOptimizer();
    model.setStep(CompiledVariant::randomSeed, CompiledVariant::randomStep);
    std::vector<std::vector<int64_t>> shapes = compiled.stateShapes();
    for (uint32_t p = 0; p < shapes.size(); ++p) {
      Array values(shapes[p]);
      std::fill(values.data.begin(), values.data.end(), startOf(p));
      if (p < compiled.table().parameter_count) {
        double bound =
            shapes[p].size() == 1 ? 0.1 : 0.7 / std::sqrt(double(values.size()) / shapes[p].back());
        fill(values, bound);
        if (std::string_view(compiled.table().parameters[p].name).ends_with("variance"))
          for (double &value : values.data)
            value = float(0.5 + std::abs(value));
        model.setParameter(p, std::vector<float>(values.data.begin(), values.data.end()));
      }
      state.push_back(values);
    }
  }

  // One step on both sides with new samples, and a comparison of all it writes.
  void step(int64_t samples) {
    std::vector<Array> arguments = makeBatch(samples);
    hyper["iteration"] += 1;
    model.setHyper("iteration", hyper["iteration"]);
    model.step(samples);
    nnx::reference::prepareNumbers(compiled.optimizer(), hyper);
    std::vector<Array> results = compiled.interpretStep(arguments, hyper);
    compareOutputs(results, samples, "step");
    state.assign(results.begin() + 2, results.end());
    for (uint32_t p = 0; p < compiled.table().parameter_count; ++p) {
      std::vector<float> values(model.parameterElements(p));
      model.getParameter(p, values);
      expectNear(state[p], values, compiled.table().parameters[p].name);
    }
  }

  void evaluate(int64_t samples) {
    std::vector<Array> arguments = makeBatch(samples);
    arguments.resize(2 + compiled.table().parameter_count);
    model.evaluate(samples);
    compareOutputs(compiled.interpretEvaluate(arguments), samples, "evaluate");
  }

private:
  // Of a slot: arguments of @step are the parameters, then the slots of each.
  double startOf(uint32_t argument) const {
    const nnxrt_variant &table = compiled.table();
    if (argument < table.parameter_count)
      return 0;
    const uint32_t slots = table.parameters[0].slot_count;
    const uint32_t start =
        table.parameters[0].slot_starts[(argument - table.parameter_count) % slots];
    return start == NNXRT_NO_HYPER ? 0 : hyper.at(table.hyper_names[start]);
  }

  void fill(Array &values, double bound) {
    std::uniform_real_distribution<float> uniform(float(-bound), float(bound));
    for (double &value : values.data)
      value = uniform(random);
  }

  // Random samples and labels, in the model's buffers and as the interpreter's arguments.
  std::vector<Array> makeBatch(int64_t samples) {
    std::vector<int64_t> shape = compiled.sampleShape();
    Array x({samples, shape[0], shape[1], shape[2]}), labels({samples});
    fill(x, 1);
    int64_t tiles = nnxrt::tilesOf(batch), inSample = shape[0] * shape[1] * shape[2];
    std::fill_n(model.input(), tiles * inSample * NNXRT_LANES,
                std::numeric_limits<float>::quiet_NaN());
    std::fill_n(model.labels(), tiles * NNXRT_LANES, -7);
    for (int64_t s = 0; s < samples; ++s) {
      int64_t tile = s / NNXRT_LANES, lane = s % NNXRT_LANES;
      labels.data[s] = double(random() % compiled.table().classes);
      model.labels()[s] = int32_t(labels.data[s]);
      for (int64_t j = 0; j < shape[0]; ++j)
        for (int64_t i = 0; i < shape[1]; ++i)
          for (int64_t c = 0; c < shape[2]; ++c)
            model.input()[tile * inSample * NNXRT_LANES +
                          (i + shape[1] * (j + shape[0] * c)) * NNXRT_LANES + lane] =
                float(x.at(s, j, i, c));
    }
    std::vector<Array> arguments{x, labels};
    arguments.insert(arguments.end(), state.begin(), state.end());
    return arguments;
  }

  void compareOutputs(const std::vector<Array> &results, int64_t samples, const std::string &what) {
    std::vector<float> losses, probabilities;
    for (int64_t s = 0; s < samples; ++s) {
      losses.push_back(model.loss(s));
      for (int32_t k = 0; k < compiled.table().classes; ++k)
        probabilities.push_back(
            model.output(s / NNXRT_LANES)[k * model.outputStride() + s % NNXRT_LANES]);
    }
    expectNear(results[0], losses, what + ": loss");
    expectNear(results[1], probabilities, what + ": probabilities");
  }

  const CompiledVariant &compiled;
  int64_t batch;
  std::mt19937 random;
  nnxrt::ThreadPool pool;
  nnxrt::KernelContext context;
  nnxrt::Model model;
  nnx::reference::Hyperparameters hyper;
  std::vector<Array> state; // parameters, then slots, on the interpreter's side
};

void compare(const NetworkCase &network, const std::string &activation, bool isFused) {
  CompiledVariant compiled(network, activation, isFused);
  for (int64_t batch : {16, 32, 33, 5}) {
    SCOPED_TRACE("batch " + std::to_string(batch));
    StepRunner runner(compiled, batch, unsigned(batch));
    for (int64_t samples : {batch, batch, std::min<int64_t>(batch, 5)})
      runner.step(samples);
    runner.evaluate(batch);
    runner.evaluate(3);
    if (testing::Test::HasFailure())
      return;
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
