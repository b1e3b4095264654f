// The interpreter's optimizer steps against recurrences worked by hand.
#include "compiler/interpreter/Reference.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace {

using nnx::Array;

Array vectorOf(std::vector<double> numbers) {
  Array array({static_cast<int64_t>(numbers.size())});
  array.data = std::move(numbers);
  return array;
}

// w = (1, -2), g = (0.5, 4), lr = 0.1, momentum = 0.5:
// step 1: v = (-0.05, -0.4);  step 2, with g doubled: v = (-0.025 - 0.1, -0.2 - 0.8)
TEST(sgd, follows_its_recurrence) {
  nnx::reference::Hyperparameters hyper{{"lr", 0.1}, {"momentum", 0.5}};
  std::vector<Array> state{vectorOf({1, -2}), vectorOf({0, 0})};
  state = nnx::reference::update("sgd(nesterov=false)", state, vectorOf({0.5, 4}), hyper);
  EXPECT_DOUBLE_EQ(state[0].at(0), 0.95);
  EXPECT_DOUBLE_EQ(state[0].at(1), -2.4);
  EXPECT_DOUBLE_EQ(state[1].at(1), -0.4);
  state = nnx::reference::update("sgd(nesterov=false)", state, vectorOf({1, 8}), hyper);
  EXPECT_DOUBLE_EQ(state[1].at(0), -0.125);
  EXPECT_DOUBLE_EQ(state[1].at(1), -1);
  EXPECT_DOUBLE_EQ(state[0].at(0), 0.825);
  EXPECT_DOUBLE_EQ(state[0].at(1), -3.4);
}

// Nesterov in Keras's form: w += momentum * v - lr * g with the new v.
// step 1: v = -0.05, w = 1 - 0.025 - 0.05;  step 2: v = -0.025 - 0.1, w += -0.0625 - 0.1
TEST(sgd, looks_ahead_with_nesterov) {
  nnx::reference::Hyperparameters hyper{{"lr", 0.1}, {"momentum", 0.5}};
  std::vector<Array> state{vectorOf({1}), vectorOf({0})};
  state = nnx::reference::update("sgd(nesterov=true)", state, vectorOf({0.5}), hyper);
  EXPECT_DOUBLE_EQ(state[0].at(0), 0.925);
  state = nnx::reference::update("sgd(nesterov=true)", state, vectorOf({1}), hyper);
  EXPECT_DOUBLE_EQ(state[1].at(0), -0.125);
  EXPECT_DOUBLE_EQ(state[0].at(0), 0.7625);
}

TEST(update, wants_every_hyperparameter) {
  std::vector<Array> state{vectorOf({1}), vectorOf({0})};
  EXPECT_THROW(
      nnx::reference::update("sgd(nesterov=false)", state, vectorOf({1}), {{"momentum", 0}}),
      std::out_of_range);
}

} // namespace
