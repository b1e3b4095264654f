// Schedules against numbers of Keras 3.15: ExponentialDecay(0.1, 20, 0.5)(step), the same with
// staircase, CosineDecay(0.1, 40, alpha = 0.1), and with a warm-up of 10 steps from 0 or a tenth.
#include "runtime/train/LearningRate.h"

#include "runtime/device/RunError.h"

#include <gtest/gtest.h>

namespace {

using namespace nnxrt;

// Ten steps an epoch, forty in all, from a rate of 0.1.
LearningRate rateOf(const std::string &kind,
                    std::vector<std::pair<std::string, SettingValue>> arguments) {
  RunSettings settings;
  settings.optimizer = {.kind = "sgd", .arguments = {{"lr", 0.1}}};
  settings.schedule = {.kind = kind, .arguments = std::move(arguments)};
  return {settings, 10, 40};
}

void expectRates(const LearningRate &rate,
                 const std::vector<std::pair<int64_t, double>> &expected) {
  for (const auto &[step, value] : expected)
    EXPECT_NEAR(rate.after(step), value, 2e-8) << step; // Keras has floats
}

TEST(learning_rate, is_constant_unless_scheduled) {
  expectRates(rateOf("constant", {}), {{0, 0.1}, {39, 0.1}});
  expectRates(rateOf("constant", {{"warmup", 2.0}, {"from", 0.5}}),
              {{0, 0.05}, {10, 0.075}, {20, 0.1}, {30, 0.1}});
}

TEST(learning_rate, follows_keras) {
  expectRates(rateOf("exponential", {{"every", 2.0}, {"by", 0.5}}), {{0, 0.1},
                                                                     {1, 0.0965936333},
                                                                     {9, 0.0732042864},
                                                                     {20, 0.05},
                                                                     {25, 0.0420448221},
                                                                     {39, 0.025881622},
                                                                     {50, 0.0176776703}});
  expectRates(rateOf("exponential", {{"every", 2.0}, {"by", 0.5}, {"staircase", true}}),
              {{0, 0.1}, {19, 0.1}, {20, 0.05}, {39, 0.05}, {40, 0.025}, {50, 0.025}});
  expectRates(rateOf("step", {{"every", 2.0}, {"by", 0.5}}),
              {{0, 0.1}, {19, 0.1}, {20, 0.05}, {39, 0.05}, {40, 0.025}, {50, 0.025}});
  expectRates(rateOf("cosine", {{"to", 0.1}}), {{0, 0.1},
                                                {1, 0.0998612791},
                                                {9, 0.0892182738},
                                                {20, 0.055},
                                                {25, 0.0377792418},
                                                {39, 0.0101387193},
                                                {50, 0.01}});
  expectRates(rateOf("cosine", {{"to", 0.1}, {"warmup", 1.0}, {"from", 0.0}}), {{0, 0},
                                                                                {1, 0.01},
                                                                                {9, 0.09},
                                                                                {10, 0.1},
                                                                                {19, 0.0814503357},
                                                                                {25, 0.055},
                                                                                {39, 0.0102465143},
                                                                                {50, 0.01}});
  expectRates(rateOf("cosine", {{"to", 0.0}, {"warmup", 1.0}, {"from", 0.1}}), {{0, 0.01},
                                                                                {1, 0.019},
                                                                                {9, 0.091},
                                                                                {10, 0.1},
                                                                                {19, 0.0793892667},
                                                                                {39, 0.00027390421},
                                                                                {40, 0},
                                                                                {50, 0}});
}

TEST(learning_rate, refuses_an_unknown_schedule) {
  EXPECT_THROW(rateOf("linear", {}), RunError);
}

} // namespace
