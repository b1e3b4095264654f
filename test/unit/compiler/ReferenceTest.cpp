// The interpreter's loops against numbers worked by hand, where finite differences see nothing:
// what stands where, ties, NaN, large logits.
#include "compiler/interpreter/Reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

using namespace nnx::reference;
using nnx::Array;
using testing::ElementsAre;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Array arrayOf(std::vector<int64_t> shape, std::vector<double> numbers) {
  Array array(std::move(shape));
  array.data = std::move(numbers);
  return array;
}

// A correlation: the kernel is not turned around, and y comes before x.
TEST(conv2d, weighs_what_stands_under_the_kernel) {
  Array x = arrayOf({1, 2, 3, 1}, {1, 2, 3, 4, 5, 6});
  Array weights = arrayOf({2, 1, 1, 2}, {1, 10, 100, 1000});
  Array bias = arrayOf({2}, {0.5, 0});
  Array y = conv2d(x, weights, &bias, {{2, 1}, {1, 2}, {0, 0}}, {1, 2});
  EXPECT_THAT(y.shape, ElementsAre(1, 1, 2, 2));
  EXPECT_THAT(y.data, ElementsAre(401.5, 4010, 603.5, 6030));
}

// A window of four on three numbers with padding = same: one zero before, two after.
TEST(conv2d, pads_with_zeros) {
  Array x = arrayOf({1, 1, 3, 1}, {1, 2, 3});
  Array weights = arrayOf({1, 4, 1, 1}, {1, 10, 100, 1000});
  Array y = conv2d(x, weights, nullptr, {{1, 4}, {1, 1}, {0, 1}}, {1, 3});
  EXPECT_THAT(y.data, ElementsAre(3210, 321, 32));
}

TEST(max_pool, keeps_the_first_of_equals_and_a_last_nan) {
  Array x = arrayOf({1, 2, 6, 1}, {1, 7, -1, -2, 1, 3, 7, 2, -3, -1, 5, nan});
  Pooled pooled = maxPool(x, {{2, 2}, {2, 2}, {0, 0}}, {1, 3});
  EXPECT_EQ(pooled.y.data[0], 7);
  EXPECT_EQ(pooled.y.data[1], -1);
  EXPECT_TRUE(std::isnan(pooled.y.data[2]));
  EXPECT_THAT(pooled.argmax.data, ElementsAre(1, 0, 3));
}

TEST(max_pool, adds_gradients_where_windows_overlap) {
  Array dy = arrayOf({1, 1, 2, 1}, {3, 4}), argmax = arrayOf({1, 1, 2, 1}, {1, 0});
  Array dx = maxPoolGrad(dy, argmax, {{1, 2}, {1, 1}, {0, 0}}, {1, 1, 3, 1});
  EXPECT_THAT(dx.data, ElementsAre(0, 7, 0));
}

TEST(softmax_cross_entropy, takes_the_loss_from_the_logits) {
  Array logits = arrayOf({2, 2}, {0, 100, std::log(3), 0}), labels = arrayOf({2}, {0, 1});
  Loss loss = softmaxCrossEntropy(logits, labels, 0);
  EXPECT_DOUBLE_EQ(loss.loss.at(0), 100);
  EXPECT_DOUBLE_EQ(loss.loss.at(1), std::log(4));
  EXPECT_DOUBLE_EQ(loss.probabilities.at(1, 0), 0.75);
  Array gradient = softmaxCrossEntropyGrad(loss.probabilities, labels, 0);
  EXPECT_DOUBLE_EQ(gradient.at(0, 0), -0.5);
  EXPECT_DOUBLE_EQ(gradient.at(1, 1), -0.375);
}

TEST(softmax_cross_entropy, smooths_labels) {
  Array logits = arrayOf({1, 2}, {std::log(3), 0}), labels = arrayOf({1}, {0});
  Loss loss = softmaxCrossEntropy(logits, labels, 0.5);
  EXPECT_NEAR(loss.loss.at(0), -0.75 * std::log(0.75) - 0.25 * std::log(0.25), 1e-15);
  EXPECT_NEAR(softmaxCrossEntropyGrad(loss.probabilities, labels, 0.5).at(0, 0), 0, 1e-15);
}

TEST(elementwise_loss, means_over_outputs_and_the_batch) {
  Array x = arrayOf({2, 2}, {1, 3, 0, -1}), targets = arrayOf({2, 2}, {0, 0, 0, 1});
  EXPECT_THAT(elementwiseLoss("mse", x, targets).data, ElementsAre(5, 2));
  EXPECT_THAT(elementwiseLossGrad("mse", x, targets).data, ElementsAre(0.5, 1.5, 0, -1));
  EXPECT_THAT(elementwiseLoss("mae", x, targets).data, ElementsAre(2, 1));
  EXPECT_THAT(elementwiseLossGrad("mae", x, targets).data, ElementsAre(0.25, 0.25, 0, -0.25));
  EXPECT_THAT(elementwiseLoss("huber", x, targets).data, ElementsAre(1.5, 0.75));
  Array labels = arrayOf({2}, {1, 0});
  EXPECT_THAT(elementwiseLoss("hinge", x, labels).data, ElementsAre(1, 0.5));
}

// Windows of 2x3 on 2x2 places: the right and lower ones reach outside.
TEST(avg_pool, counts_what_lies_inside) {
  Array x = arrayOf({1, 2, 2, 1}, {1, 2, 3, 6});
  Array y = avgPool(x, {{2, 3}, {1, 1}, {0, 1}}, {2, 2});
  EXPECT_THAT(y.data, ElementsAre(3, 3, 4.5, 4.5));
}

// The share that is kept is binomial: five standard deviations of 40,000 draws are 0.0115.
TEST(dropout, keeps_its_share_and_the_mean) {
  Array x({40, 1000}, 1);
  Array y = dropout(x, {0.3, 5, 1, 1});
  double kept = 0;
  for (double value : y.data) {
    EXPECT_TRUE(value == 0 || value == 1 / 0.7);
    kept += value != 0;
  }
  EXPECT_NEAR(kept / double(y.size()), 0.7, 0.0115);
}

// Masks of two keys agree where both keep or both drop: half of the places at a rate of 0.5.
TEST(dropout, draws_anew_for_each_seed_stream_step_and_sample) {
  Array x({2, 20000}, 1);
  Array y = dropout(x, {0.5, 5, 1, 1});
  EXPECT_EQ(y.data, dropout(x, {0.5, 5, 1, 1}).data);
  auto agreement = [&](auto first, auto second) {
    double equal = 0;
    for (int64_t k = 0; k < 20000; ++k)
      equal += first(k) == second(k);
    return equal / 20000;
  };
  auto sample = [](const Array &a, int64_t b) { return [&a, b](int64_t k) { return a.at(b, k); }; };
  EXPECT_NEAR(agreement(sample(y, 0), sample(y, 1)), 0.5, 0.018);
  for (DropoutKey other : {DropoutKey{0.5, 6, 1, 1}, DropoutKey{0.5, 5, 2, 1},
                           DropoutKey{0.5, 5, uint64_t(1) << 32, 1}, DropoutKey{0.5, 5, 1, 2}}) {
    Array z = dropout(x, other);
    EXPECT_NEAR(agreement(sample(y, 0), sample(z, 0)), 0.5, 0.018);
  }
}

TEST(batch_norm, takes_the_variance_of_the_samples) {
  Array x = arrayOf({2, 2}, {1, 10, 5, 10});
  Statistics batch = statistics(x);
  EXPECT_THAT(batch.mean.data, ElementsAre(3, 10));
  EXPECT_THAT(batch.variance.data, ElementsAre(4, 0));
  Array y =
      normalize(x, arrayOf({2}, {2, 1}), arrayOf({2}, {0.5, 7}), {batch.mean, batch.variance, 12});
  EXPECT_THAT(y.data, ElementsAre(-0.5, 7, 1.5, 7));
  EXPECT_THAT(movingAverage(arrayOf({1}, {1}), arrayOf({1}, {3}), 0.75).data, ElementsAre(1.5));
}

} // namespace
