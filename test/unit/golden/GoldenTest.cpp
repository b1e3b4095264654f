// The networks of test/golden, compiled and trained here, against Keras: loss of every step,
// weights at the end, outputs. Needs MNIST where tools/fetch-data puts it, and the table of
// examples/houses.
#include "GoldenCase.h"
#include "LoadedStudy.h"

#include "runtime/data/Dataset.h"
#include "runtime/device/KernelContext.h"
#include "runtime/train/BatchSums.h"
#include "runtime/train/LearningRate.h"
#include "runtime/train/Model.h"
#include "runtime/train/Study.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace nnx::golden {
namespace {

/// Of a loss, relative.
constexpr double lossTolerance = 1e-4;
/// Of a weight, relative to the root mean square of its array; of a norm, relative.
constexpr double weightTolerance = 1e-3;
/// Of an output: a probability, or relative to a number.
constexpr double outputTolerance = 1e-3;

/// `tolerance`, or more where Keras itself is no surer than that.
double allowed(double tolerance, double spread) {
  return std::max(tolerance, 4 * spread);
}

/// The numbers of `count` samples from `first` on, in file order.
std::vector<uint32_t> samplesFrom(int64_t first, int64_t count) {
  std::vector<uint32_t> indices(static_cast<size_t>(count));
  std::iota(indices.begin(), indices.end(), static_cast<uint32_t>(first));
  return indices;
}

/// The case, and whether layers share kernels with their activations and pools.
using GoldenParam = std::tuple<std::string, bool>;

class Golden : public testing::TestWithParam<GoldenParam> {
protected:
  GoldenCase golden = readCase(std::get<0>(GetParam()));
  LoadedStudy compiled{golden.nnx, golden.name, std::get<1>(GetParam())};
  const nnxrt_variant &variant = compiled.table().variants[0];
  nnxrt::Study study = nnxrt::parseStudy({compiled.table().json, compiled.table().json_bytes});
  nnxrt::Dataset dataset{study.datasets[0], foldersOf(study.datasets[0])};
  nnxrt::ThreadPool pool{1};
  nnxrt::KernelContext context{pool};
  nnxrt::LearningRate rate{study.experiments[0].points[0].settings,
                           dataset.train.count / golden.batch, golden.steps};
  nnxrt::Model model{variant, golden.batch, static_cast<int64_t>(golden.outputs.size()), context};

  void SetUp() override {
    nnxrt::flushDenormals();
    for (const char *const name : model.givenHypers()) {
      double value = 0;
      if (std::string_view(name) == "iteration")
        continue; // of each step
      ASSERT_TRUE(study.experiments[0].points[0].settings.optimizer.number(name, value)) << name;
      model.setHyper(name, value);
    }
    model.initializeOptimizer();
    ASSERT_EQ(variant.parameter_count, golden.parameters.size());
    for (uint32_t i = 0; i < variant.parameter_count; ++i) {
      const nnxrt_parameter &parameter = variant.parameters[i];
      ASSERT_EQ(parameter.name, golden.parameters[i].name);
      ASSERT_EQ(std::vector(parameter.shape, parameter.shape + parameter.shape_rank),
                golden.parameters[i].shape)
          << parameter.name;
      model.setParameter(i, initialValues(parameter.name, golden.parameters[i].shape, i / 2));
    }
  }

  void load(const nnxrt::SampleSet &set, int64_t first, int64_t count) {
    nnxrt::loadBatch(model, variant, set, samplesFrom(first, count), study.datasets[0].scale);
  }

  /// The mean loss of step `step`, which is done.
  double trainStep(int64_t step) {
    load(dataset.train, step * golden.batch, golden.batch);
    model.setHyper("lr", rate.after(step));
    model.setHyper("iteration", double(step + 1));
    model.step(golden.batch);
    double sum = 0;
    for (int64_t i = 0; i < golden.batch; ++i)
      sum += model.loss(i);
    return sum / static_cast<double>(golden.batch);
  }

  void compareParameter(uint32_t index) {
    const GoldenParameter &expected = golden.parameters[index];
    std::vector<float> values(model.parameterElements(index));
    model.getParameter(index, values);
    double squares = 0;
    for (const float value : values)
      squares += double(value) * value;
    const double tolerance = allowed(weightTolerance, expected.spread);
    EXPECT_NEAR(std::sqrt(squares), expected.norm, tolerance * expected.norm)
        << "norm of " << expected.name;
    const double rms = expected.norm / std::sqrt(static_cast<double>(values.size()));
    for (size_t i = 0; i < expected.indices.size(); ++i)
      EXPECT_NEAR(values[expected.indices[i]], expected.values[i], tolerance * rms)
          << expected.name << " element " << expected.indices[i];
  }

  void compareOutputs() {
    const auto count = static_cast<int64_t>(golden.outputs.size());
    load(dataset.test, 0, count);
    model.evaluate(count);
    for (int64_t sample = 0; sample < count; ++sample)
      for (int n = 0; n < variant.classes + variant.targets; ++n) {
        const double expected = golden.outputs[static_cast<size_t>(sample)][static_cast<size_t>(n)];
        EXPECT_NEAR(model.output(0)[n * model.outputStride() + sample], expected,
                    std::max(1.0, std::abs(expected)) * outputTolerance + 4 * golden.outputsSpread)
            << "sample " << sample << " output " << n;
      }
  }
};

TEST_P(Golden, training_agrees_with_keras) {
  for (int64_t step = 0; step < golden.steps; ++step) {
    const double loss = trainStep(step);
    const double expected = golden.loss[static_cast<size_t>(step)];
    if (step < golden.comparableSteps)
      ASSERT_NEAR(loss, expected,
                  allowed(lossTolerance, golden.lossSpread[static_cast<size_t>(step)]) * expected)
          << "step " << step;
    else
      ASSERT_EQ(std::isfinite(loss), std::isfinite(expected)) << "step " << step;
  }
  if (golden.comparableSteps < golden.steps)
    return; // this training diverges; its weights are NaN there and here
  for (uint32_t i = 0; i < variant.parameter_count; ++i)
    compareParameter(i);
  compareOutputs();
}

std::string nameOf(const testing::TestParamInfo<GoldenParam> &info) {
  return std::get<0>(info.param);
}

INSTANTIATE_TEST_SUITE_P(fused, Golden,
                         testing::Combine(testing::ValuesIn(caseNames()), testing::Values(true)),
                         nameOf);
INSTANTIATE_TEST_SUITE_P(apart, Golden,
                         testing::Combine(testing::Values("baseline_tanh", "deeper"),
                                          testing::Values(false)),
                         nameOf);

TEST(golden_cases, hold_more_than_spread) {
  ASSERT_GE(caseNames().size(), 52U);
  for (const std::string &name : caseNames()) {
    const GoldenCase golden = readCase(name);
    const bool diverges = name == "baseline_exponential";
    EXPECT_EQ(std::isfinite(golden.loss.back()), !diverges) << name;
    EXPECT_GE(golden.comparableSteps, diverges ? 2 : golden.steps) << name;
    // Most steps are held to 1e-4 itself.
    EXPECT_LE(std::count_if(golden.lossSpread.begin(),
                            golden.lossSpread.begin() + golden.comparableSteps,
                            [](double spread) { return 4 * spread > lossTolerance; }),
              golden.steps / 2)
        << name;
  }
}

} // namespace
} // namespace nnx::golden
