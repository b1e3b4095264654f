// Drawn points: the generator against its published vectors, and what depends on what.
#include "Analysed.h"

#include "dsl/Philox.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace nnx::dsl {
namespace {

// kat_vectors of Random123, "philox4x32 10".
TEST(Philox, gives_the_published_numbers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}),
            (PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}),
            (PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

std::vector<std::string> labelsOf(const std::string &sample) {
  Analysed analysed(mnistText + R"(
network net(width: int = 8) { flatten(), dense(width), dense(classes, activation = softmax) }
experiment e {
  )" + sample + "\n}\n");
  EXPECT_TRUE(analysed.study) << analysed.rendered();
  std::vector<std::string> labels;
  if (analysed.study)
    for (const Point &point : analysed.study->experiments[0].points)
      labels.push_back(point.label);
  return labels;
}

const std::string train = "train net(width) on mnist with standard { optimizer.lr = lr }";

TEST(Sample, more_draws_keep_the_first_ones) {
  auto fifty =
      labelsOf("sample 50 seed 7 { lr in log(1e-4, 1), width in uniform(1, 64) }\n" + train);
  auto hundred =
      labelsOf("sample 100 seed 7 { lr in log(1e-4, 1), width in uniform(1, 64) }\n" + train);
  ASSERT_EQ(fifty.size(), 50u);
  ASSERT_EQ(hundred.size(), 100u);
  hundred.resize(50);
  EXPECT_EQ(fifty, hundred);
  EXPECT_NE(fifty,
            labelsOf("sample 50 seed 8 { lr in log(1e-4, 1), width in uniform(1, 64) }\n" + train));
}

TEST(Sample, another_axis_changes_none) {
  auto two =
      labelsOf("sample 20 seed 1 { width in uniform(1, 1000), lr in uniform(0.1, 1) }\n" + train);
  auto one = labelsOf("sample 20 seed 1 { width in uniform(1, 1000) }\n"
                      "train net(width) on mnist with standard");
  ASSERT_EQ(one.size(), two.size());
  for (std::size_t i = 0; i < one.size(); ++i)
    EXPECT_TRUE(two[i].starts_with(one[i] + ",")) << two[i];
}

TEST(Sample, distributions_keep_their_bounds_and_shape) {
  Analysed analysed(mnistText + R"(
network net(width: int) { flatten(), dense(width), dense(classes, activation = softmax) }
experiment e {
  sample 4000 seed 3 { lr in log(1e-4, 1e-1), width in uniform(3, 7), batch in [16, 16, 64] }
  train net(width) on mnist with standard { optimizer.lr = lr, batch }
}
)");
  ASSERT_TRUE(analysed.study) << analysed.rendered();
  std::set<std::string> widths;
  double sum = 0, squares = 0, small = 0;
  const auto &points = analysed.study->experiments[0].points;
  for (const Point &point : points) {
    double lr = point.training.optimizer.settings.getFloat("lr");
    EXPECT_GE(lr, 1e-4);
    EXPECT_LE(lr, 1e-1);
    EXPECT_EQ(std::stod(point.coordinates[0]), lr); // the label says the value
    sum += std::log10(lr);
    squares += std::log10(lr) * std::log10(lr);
    widths.insert(point.coordinates[1]);
    small += point.coordinates[2] == "16";
  }
  // Uniform over three decades: mean -2.5, deviation 3 / sqrt(12); four standard errors.
  const double count = static_cast<double>(points.size()), mean = sum / count;
  EXPECT_NEAR(mean, -2.5, 4 * 0.866 / std::sqrt(count));
  EXPECT_NEAR(std::sqrt(squares / count - mean * mean), 0.866, 0.03);
  EXPECT_EQ(widths, (std::set<std::string>{"3", "4", "5", "6", "7"}));
  EXPECT_NEAR(small / count, 2.0 / 3, 4 * 0.4714 / std::sqrt(count));
}

TEST(Sample, draws_tuples_together) {
  for (const std::string &label :
       labelsOf("sample 30 seed 1 { (width, lr) in [(8, 0.1), (16, 0.2)] }\n" + train))
    EXPECT_TRUE(label == "width = 8, lr = 0.1" || label == "width = 16, lr = 0.2") << label;
}

} // namespace
} // namespace nnx::dsl
