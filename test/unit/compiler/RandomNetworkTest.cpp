// Networks drawn at random: what is compiled agrees with the interpreter, and the interpreter's
// gradients with central differences. NNX_RANDOM_NETWORKS says how many (5), NNX_RANDOM_SEED which
// is the first (1).
#include "RandomNetwork.h"
#include "InterpretedNetwork.h"
#include "StepRunner.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>
#include <random>

namespace {

using nnx::Array;
using nnx::test::Allowance;
using nnx::test::CompiledVariant;
using nnx::test::InterpretedNetwork;
using nnx::test::NetworkCase;
using nnx::test::StepRunner;

uint32_t numberFrom(const char *variable, uint32_t otherwise) {
  const char *text = std::getenv(variable);
  return text ? uint32_t(std::strtoul(text, nullptr, 10)) : otherwise;
}

std::vector<NetworkCase> drawnNetworks() {
  std::vector<NetworkCase> networks;
  const uint32_t first = numberFrom("NNX_RANDOM_SEED", 1);
  for (uint32_t i = 0; i < numberFrom("NNX_RANDOM_NETWORKS", 5); ++i)
    networks.push_back(nnx::test::drawNetwork(first + i));
  return networks;
}

std::vector<std::string> differencesOf(const CompiledVariant &compiled, int64_t batch,
                                       unsigned seed) {
  StepRunner runner(compiled, batch, seed, Allowance::Spread);
  for (int64_t samples : {batch, batch, std::min<int64_t>(batch, 3)})
    runner.step(samples);
  runner.evaluate(batch);
  return runner.differences();
}

class RandomNetwork : public testing::TestWithParam<NetworkCase> {};

// A value within rounding of a kink (of relu, of the larger of two in a pool) falls on either side
// by chance: such samples are rare, so one set of samples of two must agree.
TEST_P(RandomNetwork, agrees_with_the_interpreter) {
  SCOPED_TRACE(GetParam().shape + "\n" + GetParam().layers + GetParam().optimizer);
  CompiledVariant compiled(GetParam(), "relu", true);
  for (int64_t batch : {5, 33}) {
    std::vector<std::string> differences = differencesOf(compiled, batch, 1);
    if (!differences.empty())
      differences = differencesOf(compiled, batch, 2);
    ASSERT_THAT(differences, testing::IsEmpty()) << "batch " << batch;
  }
}

// The mean loss at arguments that are moved along `direction`, which has zeros where nothing moves.
double lossAt(const InterpretedNetwork &network, std::vector<Array> arguments,
              const std::vector<Array> &direction, double distance,
              const nnx::reference::Hyperparameters &hyper) {
  for (size_t a = 0; a < arguments.size(); ++a)
    for (size_t i = 0; i < arguments[a].data.size(); ++i)
      arguments[a].data[i] += distance * direction[a].data[i];
  return network.meanLoss(arguments, hyper);
}

// Of each array of parameters, along one random direction: with lr = 1 a step subtracts the
// gradient. A kink between the two points spoils a difference; a narrower one has it less often.
TEST_P(RandomNetwork, gradients_agree_with_central_differences) {
  SCOPED_TRACE(GetParam().shape + "\n" + GetParam().layers);
  const nnx::dsl::Study study = nnx::test::studyOf(GetParam().layers, GetParam().shape);
  InterpretedNetwork network(study.variants[0]);
  const std::vector<Array> arguments = network.makeArguments(3);
  const nnx::reference::Hyperparameters hyper{{"lr", 1}, {"momentum", 0}, {"seed", 7}, {"step", 3}};
  const std::vector<Array> results = network.step(arguments, hyper);
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  for (size_t p = 2; p < arguments.size(); ++p) {
    if (!network.isTrained(p))
      continue;
    std::vector<Array> direction;
    for (const Array &argument : arguments)
      direction.emplace_back(argument.shape);
    double slope = 0, norm = 0;
    for (size_t i = 0; i < arguments[p].data.size(); ++i) {
      const double step = direction[p].data[i] = normal(random);
      slope += step * (arguments[p].data[i] - results[p].data[i]);
      norm += step * step;
    }
    double error = 0;
    for (double width : {1e-5, 1e-7}) {
      const double difference = lossAt(network, arguments, direction, width, hyper) -
                                lossAt(network, arguments, direction, -width, hyper);
      error = std::abs(difference / (2 * width) - slope);
      if (error <= 1e-6 * std::max(1.0, std::sqrt(norm) + std::abs(slope)))
        break;
    }
    EXPECT_LE(error, 1e-6 * std::max(1.0, std::sqrt(norm) + std::abs(slope))) << "argument " << p;
  }
}

INSTANTIATE_TEST_SUITE_P(drawn, RandomNetwork, testing::ValuesIn(drawnNetworks()),
                         [](const auto &info) { return info.param.name; });

} // namespace
