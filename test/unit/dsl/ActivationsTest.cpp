// The table of activations: values and gradients of Keras, derivatives, shapes.
#include "dsl/Activations.h"

#include "dsl/ScalarProgram.h"
#include "test/unit/GoldenActivations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace nnx::dsl;

class Activations : public testing::TestWithParam<ActivationRow> {
protected:
  const ScalarProgram value{GetParam().value, {"x"}};
  const ScalarProgram derivative{GetParam().derivative, {"x"}};
};

void expectSame(double got, double want, double relative, const std::string &where) {
  if (std::isnan(want))
    EXPECT_TRUE(std::isnan(got)) << where << " gives " << got;
  else if (std::isinf(want))
    EXPECT_EQ(got, want) << where;
  else
    EXPECT_NEAR(got, want, relative * (0.1 + std::fabs(want))) << where;
}

TEST_P(Activations, agree_with_keras) {
  // TensorFlow keeps the numbers of these as floats, even in double.
  const bool ofFloats = GetParam().name == "gelu" || GetParam().name == "gelu_tanh" ||
                        GetParam().name == "leaky_relu";
  const double relative = ofFloats ? 1e-7 : 1e-12;
  int count = 0;
  for (const auto &golden : nnx::test::readGoldenActivations()) {
    if (golden.name != GetParam().name)
      continue;
    ++count;
    const std::string where = golden.name + " at " + std::to_string(golden.x);
    expectSame(value(golden.x), golden.value, relative, where);
    // At NaN Keras's slopes are 0, 1 or NaN by accident of each kernel.
    if (!std::isnan(golden.x) && !nnx::test::isRoundedAway(golden))
      expectSame(derivative(golden.x), golden.gradient, relative, "slope of " + where);
  }
  EXPECT_GE(count, 40);
}

TEST_P(Activations, derivative_agrees_with_finite_differences) {
  for (double x = -9.985; x < 10; x += 0.01) {
    const double h = 1e-5, difference = (value(x + h) - value(x - h)) / (2 * h);
    EXPECT_NEAR(derivative(x), difference, 1e-8 * (1 + std::fabs(difference))) << x;
  }
}

TEST_P(Activations, derivative_of_output_agrees) {
  if (!GetParam().derivativeOfOutput)
    GTEST_SKIP() << "none";
  const ScalarProgram ofOutput(*GetParam().derivativeOfOutput, {"y"});
  for (double x = -12; x < 12; x += 0.0078125) // meets 0 and the corners at +-3 exactly
    EXPECT_NEAR(ofOutput(value(x)), derivative(x), 1e-11 * (1 + derivative(x))) << x;
}

TEST_P(Activations, shape_is_what_the_table_says) {
  bool rising = GetParam().shape == ActivationShape::Increasing;
  int turns = 0;
  for (double x = -7; x < 7; x += 0.001) {
    const double step = value(x + 0.001) - value(x);
    if ((rising && step < 0) || (!rising && step > 0)) {
      rising = !rising;
      ++turns;
    }
  }
  EXPECT_EQ(turns, GetParam().shape == ActivationShape::Increasing ? 0 : 1);
  EXPECT_TRUE(rising);
}

INSTANTIATE_TEST_SUITE_P(Table, Activations, testing::ValuesIn(activations()),
                         [](const auto &test) { return test.param.name; });

TEST(ActivationTable, has_the_published_ten) {
  std::vector<std::string> names;
  for (const ActivationRow &row : activations())
    names.push_back(row.name);
  EXPECT_THAT(names, testing::IsSupersetOf({"gelu", "elu", "relu", "sigmoid", "tanh", "softplus",
                                            "exponential", "softsign", "hard_sigmoid", "linear"}));
  EXPECT_EQ(findActivation("relu")->name, "relu");
  EXPECT_EQ(findActivation("softmax"), nullptr);
  EXPECT_EQ(findActivation(""), nullptr);
}

TEST(ActivationTable, names_may_carry_numbers) {
  const ActivationRow *elu = findActivation("elu(alpha = 0.5)");
  ASSERT_NE(elu, nullptr);
  EXPECT_EQ(elu->shape, ActivationShape::Increasing);
  EXPECT_DOUBLE_EQ(elu->value.evaluate({{"x", -1}}), 0.5 * std::expm1(-1));
  EXPECT_DOUBLE_EQ(elu->derivativeOfOutput->evaluate({{"y", -0.25}}), 0.25);
  EXPECT_EQ(findActivation("elu(alpha = 0.5)"), elu);
  for (const char *wrong : {"elu(0.5)", "elu(alpha = )", "elu(alpha = 1, beta = 2)",
                            "elu(beta = 1)", "elu()", "relu(alpha = 1)", "elu(alpha = 1", "alpha"})
    EXPECT_EQ(findActivation(wrong), nullptr) << wrong;
  EXPECT_EQ(activationText(*elu, {0.25}), "elu(alpha = 0.25)");
  EXPECT_EQ(activationText(*elu, {1}), "elu");
}

TEST(ActivationTable, numbers_agree_with_keras) {
  int count = 0;
  for (const auto &golden : nnx::test::readGoldenActivations()) {
    const ActivationRow *row = findActivation(golden.name);
    ASSERT_NE(row, nullptr) << golden.name;
    if (row->name.find('(') == std::string::npos || std::isnan(golden.x))
      continue;
    ++count;
    // TensorFlow keeps such numbers as floats, even in double.
    expectSame(row->value.evaluate({{"x", golden.x}}), golden.value, 1e-7, row->name);
    expectSame(row->derivative.evaluate({{"x", golden.x}}), golden.gradient, 1e-7, row->name);
  }
  EXPECT_GE(count, 80);
}

TEST(ActivationTable, a_formula_is_an_activation) {
  const ActivationRow *row = findActivation("x * sigmoid(2 * x)");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->shape, ActivationShape::Unknown);
  const double s = 1 / (1 + std::exp(-1.0));
  EXPECT_DOUBLE_EQ(row->value.evaluate({{"x", 0.5}}), 0.5 * s);
  EXPECT_NEAR(row->derivative.evaluate({{"x", 0.5}}), s + s * (1 - s), 1e-15);
}

TEST(ActivationTable, rows_may_be_called_by_name) {
  const ScalarExpr e = parseScalarExpr("2 * relu(x - 1) + tanh(gelu(x))", activationScope());
  EXPECT_EQ(e.text(), "2 * max(0, x - 1) + tanh(0.5 * x * (1 + erf(0.7071067811865476 * x)))");
  EXPECT_THROW(parseScalarExpr("softmax(x)", activationScope()), ScalarSyntaxError);
}

} // namespace
