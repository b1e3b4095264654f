// Compares a compiled network with the interpreter.
#include "StepRunner.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <string_view>

namespace nnx::test {

namespace {

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

} // namespace

StepRunner::StepRunner(const CompiledVariant &compiled, int64_t batch, unsigned seed)
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

void StepRunner::step(int64_t samples) {
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

void StepRunner::evaluate(int64_t samples) {
  std::vector<Array> arguments = makeBatch(samples);
  arguments.resize(2 + compiled.table().parameter_count);
  model.evaluate(samples);
  compareOutputs(compiled.interpretEvaluate(arguments), samples, "evaluate");
}

// Of a slot: arguments of @step are the parameters, then the slots of each.
double StepRunner::startOf(uint32_t argument) const {
  const nnxrt_variant &table = compiled.table();
  if (argument < table.parameter_count)
    return 0;
  const uint32_t slots = table.parameters[0].slot_count;
  const uint32_t start =
      table.parameters[0].slot_starts[(argument - table.parameter_count) % slots];
  return start == NNXRT_NO_HYPER ? 0 : hyper.at(table.hyper_names[start]);
}

void StepRunner::fill(Array &values, double bound) {
  std::uniform_real_distribution<float> uniform(float(-bound), float(bound));
  for (double &value : values.data)
    value = uniform(random);
}

// Random samples and labels, in the model's buffers and as the interpreter's arguments.
std::vector<Array> StepRunner::makeBatch(int64_t samples) {
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

void StepRunner::compareOutputs(const std::vector<Array> &results, int64_t samples,
                                const std::string &what) {
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

} // namespace nnx::test
