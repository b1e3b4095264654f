// Compares a compiled network with the interpreter.
#include "StepRunner.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <string_view>

namespace nnx::test {

namespace {

// Relative to the largest number of an array: float has 6e-8, and sums of a few hundred products of
// three steps stand behind each weight.
constexpr double tolerance = 2e-5;

} // namespace

StepRunner::StepRunner(const CompiledVariant &compiled, int64_t batch, unsigned seed,
                       Allowance allowance)
    : compiled(compiled), batch(batch), random(seed), pool(2), context(pool),
      model(compiled.table(), batch, batch, context), allowance(allowance) {
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
  if (allowance == Allowance::Spread)
    disturb(disturbed = state);
}

void StepRunner::stepOn(const std::vector<Array> &batchArguments) {
  const int64_t samples = batchArguments[0].shape[0];
  load(batchArguments);
  hyper["iteration"] += 1;
  model.setHyper("iteration", hyper["iteration"]);
  model.step(samples);
  nnx::reference::prepareNumbers(compiled.optimizer(), hyper);
  auto interpret = [&](std::vector<Array> &from) {
    std::vector<Array> arguments = batchArguments;
    arguments.insert(arguments.end(), from.begin(), from.end());
    std::vector<Array> results = compiled.interpretStep(arguments, hyper);
    from.assign(results.begin() + 2, results.end());
    return results;
  };
  Sides sides{interpret(state), {}};
  if (allowance == Allowance::Spread)
    sides.disturbed = interpret(disturbed);
  compareOutputs(sides, samples, "step");
  for (uint32_t p = 0; p < compiled.table().parameter_count; ++p) {
    std::vector<float> values(model.parameterElements(p));
    model.getParameter(p, values);
    compare(sides, 2 + p, values, compiled.table().parameters[p].name);
  }
}

void StepRunner::evaluateOn(const std::vector<Array> &batchArguments) {
  const int64_t samples = batchArguments[0].shape[0];
  load(batchArguments);
  auto interpret = [&](const std::vector<Array> &from) {
    std::vector<Array> arguments = batchArguments;
    arguments.insert(arguments.end(), from.begin(),
                     from.begin() + compiled.table().parameter_count);
    return compiled.interpretEvaluate(arguments);
  };
  model.evaluate(samples);
  Sides sides{interpret(state), {}};
  if (allowance == Allowance::Spread)
    sides.disturbed = interpret(disturbed);
  compareOutputs(sides, samples, "evaluate");
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

// Random samples and labels, as the interpreter's arguments.
std::vector<Array> StepRunner::makeBatch(int64_t samples) {
  const std::vector<int64_t> shape = compiled.sampleShape();
  const int64_t outputs = compiled.table().targets;
  Array x({samples, shape[0], shape[1], shape[2]}), labels({samples});
  fill(x, 1);
  if (outputs > 0) {
    labels = Array({samples, outputs});
    fill(labels, 1);
  } else {
    for (double &label : labels.data)
      label = double(random() % compiled.table().classes);
  }
  return {x, labels};
}

// The same in the model's buffers.
void StepRunner::load(const std::vector<Array> &batchArguments) {
  const Array &x = batchArguments[0], &labels = batchArguments[1];
  const std::vector<int64_t> shape = compiled.sampleShape();
  const int64_t outputs = compiled.table().targets, samples = x.shape[0];
  int64_t tiles = nnxrt::tilesOf(batch), inSample = shape[0] * shape[1] * shape[2];
  std::fill_n(model.input(), tiles * inSample * NNXRT_LANES,
              std::numeric_limits<float>::quiet_NaN());
  if (outputs > 0)
    std::fill_n(model.targets(), tiles * NNXRT_LANES * outputs,
                std::numeric_limits<float>::quiet_NaN());
  else
    std::fill_n(model.labels(), tiles * NNXRT_LANES, -7);
  for (int64_t s = 0; s < samples; ++s) {
    int64_t tile = s / NNXRT_LANES, lane = s % NNXRT_LANES;
    for (int64_t n = 0; n < outputs; ++n)
      model.targets()[(tile * outputs + n) * NNXRT_LANES + lane] = float(labels.at(s, n));
    if (outputs == 0)
      model.labels()[s] = int32_t(labels.data[s]);
    for (int64_t j = 0; j < shape[0]; ++j)
      for (int64_t i = 0; i < shape[1]; ++i)
        for (int64_t c = 0; c < shape[2]; ++c)
          model.input()[tile * inSample * NNXRT_LANES +
                        (i + shape[1] * (j + shape[0] * c)) * NNXRT_LANES + lane] =
              float(x.at(s, j, i, c));
  }
}

void StepRunner::disturb(std::vector<Array> &values) {
  std::uniform_real_distribution<double> relative(-0x1p-24, 0x1p-24);
  std::mt19937 own(1); // the samples stay those of the undisturbed training
  for (Array &array : values)
    for (double &value : array.data)
      value *= 1 + relative(own);
}

void StepRunner::compareOutputs(const Sides &sides, int64_t samples, const std::string &what) {
  std::vector<float> losses, probabilities;
  for (int64_t s = 0; s < samples; ++s) {
    losses.push_back(model.loss(s));
    for (int32_t k = 0; k < compiled.table().classes + compiled.table().targets; ++k)
      probabilities.push_back(
          model.output(s / NNXRT_LANES)[k * model.outputStride() + s % NNXRT_LANES]);
  }
  compare(sides, 0, losses, what + ": loss");
  compare(sides, 1, probabilities, what + ": probabilities");
}

void StepRunner::compare(const Sides &sides, size_t result, const std::vector<float> &values,
                         const std::string &what) {
  const Array &expected = sides.results[result];
  if (expected.data.size() != values.size()) {
    found.push_back(what + ": another size");
    return;
  }
  double largest = 0, worst = 0, spread = 0;
  size_t at = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    largest = std::max(largest, std::abs(expected.data[i]));
    if (allowance == Allowance::Spread)
      spread = std::max(spread, std::abs(expected.data[i] - sides.disturbed[result].data[i]));
    const double error = std::abs(expected.data[i] - values[i]);
    if (!(error <= worst)) { // a NaN is the worst
      worst = error;
      at = i;
    }
  }
  if (!(worst <= tolerance * std::max(largest, 1e-2) + 30 * spread))
    found.push_back(fmt::format("{} at {}: {} expected, {} found, largest {}, spread {}", what, at,
                                expected.data[at], values[at], largest, spread));
}

} // namespace nnx::test
