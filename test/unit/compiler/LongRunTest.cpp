// A hundred epochs on the same samples: the compiled network stays as near to the interpreter in
// double precision as a rounding of its first weights would move that, and learns as well.
#include "StepRunner.h"

#include <gmock/gmock.h>

namespace {

using nnx::Array;
using nnx::test::Allowance;
using nnx::test::CompiledVariant;
using nnx::test::StepRunner;

constexpr int64_t samples = 96, batch = 32, side = 6;
constexpr int epochs = 100;

// Noise around one of five patterns.
std::vector<Array> drawSamples(int64_t first, int64_t count) {
  Array x({count, side, side, 1}), labels({count});
  for (int64_t s = 0; s < count; ++s) {
    std::mt19937 own(uint32_t(first + s + 1));
    std::uniform_real_distribution<float> noise(-0.6F, 0.6F);
    const int64_t label = (first + s) % 5;
    labels.data[size_t(s)] = double(label);
    for (int64_t i = 0; i < side * side; ++i)
      x.data[size_t(s * side * side + i)] = float(noise(own) + (i % 5 == label ? 0.5F : 0.0F));
  }
  return {x, labels};
}

TEST(LongRun, of_100_epochs_stays_at_double_precision) {
  const CompiledVariant compiled({.name = "long",
                                  .layers = "conv2d(4, kernel = 3, activation = tanh)\n"
                                            "avg_pool(2)\nflatten()\n"
                                            "dense(8, activation = tanh)\n"
                                            "dense(classes, activation = softmax)\n",
                                  .shape = "6x6x1",
                                  .optimizer = "sgd(lr = 0.05, momentum = 0.9)"},
                                 "tanh", true);
  StepRunner runner(compiled, batch, 5, Allowance::Spread);
  const auto meanLoss = [&] {
    double sum = 0;
    for (int64_t first = 0; first < samples; first += batch) {
      runner.evaluateOn(drawSamples(first, batch));
      for (int64_t s = 0; s < batch; ++s)
        sum += runner.loss(s);
    }
    return sum / double(samples);
  };
  const double before = meanLoss();
  for (int epoch = 0; epoch < epochs; ++epoch)
    for (int64_t first = 0; first < samples; first += batch)
      runner.stepOn(drawSamples(first, batch));
  EXPECT_LT(meanLoss(), 0.1 * before);
  EXPECT_THAT(runner.differences(), testing::IsEmpty());
}

} // namespace
