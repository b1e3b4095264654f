// Scalar expressions: text, values, simplification, derivatives.
#include "dsl/Differentiate.h"
#include "dsl/ScalarParser.h"
#include "dsl/ScalarProgram.h"
#include "dsl/Simplify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace {

using namespace nnx::dsl;

ScalarExpr parse(const std::string &text) {
  ScalarScope scope;
  scope.variables = {"x", "y"};
  scope.flags = {"fancy"};
  return parseScalarExpr(text, scope);
}

std::string messageOf(const std::string &text, size_t offset) {
  try {
    parse(text);
  } catch (const ScalarSyntaxError &e) {
    EXPECT_EQ(e.offset, offset) << text << ": " << e.what();
    return e.what();
  }
  return "no error";
}

TEST(ScalarExpr, canonical_text_is_stable) {
  const std::pair<const char *, const char *> cases[] = {
      {"x+y*2", "x + y * 2"},
      {"(x+y)*2", "(x + y) * 2"},
      {"x-(y-1)-2", "x - (y - 1) - 2"},
      {"x/(y/2)/3", "x / (y / 2) / 3"},
      {"-x*y", "-x * y"},
      {"-(x*y)", "-(x * y)"},
      {"- 2 * x", "-2 * x"},
      {"-(2)", "-(2)"},
      {"--x", "--x"},
      {"x - -1", "x - -1"},
      {"select(x>=0,x,-expm1( x ))", "select(x >= 0, x, -expm1(x))"},
      {"select(fancy, x, y)", "select(fancy != 0, x, y)"},
      {"pow(x, 0.1)", "pow(x, 0.1)"},
      {"1e-7 + 12.50", "1e-07 + 12.5"},
      {"max(min(x,-inf), nan)", "max(min(x, -inf), nan)"},
  };
  for (const auto &[text, canonical] : cases)
    EXPECT_EQ(parse(text).text(), canonical);
}

TEST(ScalarExpr, errors_name_the_place) {
  EXPECT_EQ(messageOf("x +", 3), "expected a number, a name or '(', found the end");
  EXPECT_EQ(messageOf("x y", 2), "expected an operator or the end, found 'y'");
  EXPECT_EQ(messageOf("2 * z", 4), "unknown name 'z' (known: x, y)");
  EXPECT_THAT(messageOf("1 + exq(x)", 4), testing::StartsWith("unknown function 'exq' (known: "));
  EXPECT_EQ(messageOf("exp(x, y)", 8), "exp takes 1 argument, found 2");
  EXPECT_EQ(messageOf("min(x)", 5), "min takes 2 arguments, found 1");
  EXPECT_EQ(messageOf("(x", 2), "expected ')', found the end");
  EXPECT_EQ(messageOf("select(x, 1, 2)", 8), "expected a comparison (< <= > >= == !=), found ','");
  EXPECT_EQ(messageOf("x > 1", 2), "a comparison stands only as the first argument of select");
  EXPECT_EQ(messageOf("exp(x < 1)", 6), "a comparison stands only as the first argument of select");
  EXPECT_EQ(messageOf("fancy + 1", 0),
            "'fancy' is a flag: it stands only as the first argument of select");
  EXPECT_EQ(messageOf("1.2.3", 3), "a number must not run into a name or a second point");
  EXPECT_EQ(messageOf("2x", 1), "a number must not run into a name or a second point");
  EXPECT_EQ(messageOf("1e999", 0), "the number is too large or too small");
  EXPECT_EQ(messageOf("x \xC3\xA9", 2), "expected an operator or the end, found byte 195");
  EXPECT_EQ(messageOf(std::string(10000, '('), 200), "nested more than 200 deep");
  EXPECT_EQ(messageOf("x" + std::string(20000, '-') + "x", 202), "nested more than 200 deep");
  std::string longSum = "x";
  for (int i = 0; i < 20000; ++i)
    longSum += "+x";
  EXPECT_EQ(messageOf(longSum, 20003), "the expression has more than 10000 parts");
  EXPECT_EQ(messageOf(std::string("x\0", 2), 1), "expected an operator or the end, found byte 0");
  EXPECT_EQ(messageOf("", 0), "expected a number, a name or '(', found the end");
}

TEST(ScalarExpr, evaluates_like_the_standard_library) {
  const double x = 0.7, y = -1.3;
  const std::pair<const char *, double> cases[] = {
      {"x + y * x - y / x", x + y * x - y / x},
      {"-x - -y", -x + y},
      {"exp(x) * expm1(y)", std::exp(x) * std::expm1(y)},
      {"log(x) + log1p(x)", std::log(x) + std::log1p(x)},
      {"sqrt(x) - rsqrt(x)", std::sqrt(x) - 1 / std::sqrt(x)},
      {"erf(y) + tanh(y)", std::erf(y) + std::tanh(y)},
      {"sigmoid(y)", 1 / (1 + std::exp(-y))},
      {"softplus(y)", std::log(1 + std::exp(y))},
      {"pow(x, y)", std::pow(x, y)},
      {"min(x, y) + 10 * max(x, y)", y + 10 * x},
      {"abs(y) + 10 * sign(y) + 100 * sign(0)", -y - 10},
      {"select(x < y, 1, 2) + select(x != y, 10, 20)", 12},
      {"select(x <= x, 1, 2) + select(x >= x, 10, 20) + select(x == y, 100, 200)", 211},
  };
  for (const auto &[text, want] : cases)
    EXPECT_DOUBLE_EQ(parse(text).evaluate({{"x", x}, {"y", y}}), want) << text;
  EXPECT_THROW(parse("x").evaluate({}), std::out_of_range);
}

TEST(ScalarExpr, nan_goes_through_min_and_max) {
  for (const char *text : {"min(x, 1)", "min(1, x)", "max(x, 1)", "max(1, x)", "softplus(x)"})
    EXPECT_TRUE(std::isnan(parse(text).evaluate({{"x", NAN}}))) << text;
}

TEST(ScalarExpr, simplifies) {
  const std::pair<const char *, const char *> cases[] = {
      {"x * 1 + 0", "x"},           {"0 * x + y", "y"},           {"2 * 3 + 4", "10"},
      {"2 * (3 * x)", "6 * x"},     {"x * 2 * y", "2 * (x * y)"}, {"x + -y", "x - y"},
      {"-(x - y)", "y - x"},        {"x * sign(x)", "abs(x)"},    {"(1 + abs(x)) - abs(x)", "1"},
      {"pow(x, 2)", "x * x"},       {"pow(x, 0.5)", "sqrt(x)"},   {"select(1 > 2, x, y)", "y"},
      {"select(x > 2, y, y)", "y"}, {"exp(0) * x", "x"},          {"(4 * x) / 2", "2 * x"},
      {"x * (1 / y)", "x / y"},
  };
  for (const auto &[text, want] : cases)
    EXPECT_EQ(simplify(parse(text)).text(), want) << text;
}

TEST(ScalarExpr, substitutes) {
  const ScalarExpr e = parse("x * sigmoid(2 * x) + y").substitute({{"x", parse("y - 1")}});
  EXPECT_EQ(e.text(), "(y - 1) * sigmoid(2 * (y - 1)) + y");
  EXPECT_THAT(e.variables(), testing::ElementsAre("y"));
}

TEST(Differentiate, subgradients_are_those_of_tensorflow) {
  const auto slope = [](const char *text, double x) {
    return differentiate(parse(text), "x").evaluate({{"x", x}});
  };
  EXPECT_EQ(slope("abs(x)", 0), 0);
  EXPECT_EQ(slope("max(0, x)", 0), 0);
  EXPECT_EQ(slope("max(x, 0)", 0), 1);
  EXPECT_EQ(slope("min(x, 0)", 0), 1);
  EXPECT_EQ(slope("min(0, x)", 0), 0);
  EXPECT_EQ(slope("sign(x)", 0), 0);
  EXPECT_EQ(slope("select(x > 0, x, expm1(x))", 0), 1);
  EXPECT_TRUE(std::isinf(slope("sqrt(x)", 0)));
}

/// Random trees whose parts are smooth and of moderate size.
class RandomExprs {
public:
  explicit RandomExprs(unsigned seed) : random(seed) {}
  ScalarExpr make(int depth) {
    if (depth == 0)
      return pick(3) ? ScalarExpr::variable("x") : ScalarExpr(number());
    const ScalarExpr a = make(depth - 1);
    switch (pick(16)) {
    case 0:
      return a + make(depth - 1);
    case 1:
      return a - make(depth - 1);
    case 2:
      return a * make(depth - 1);
    case 3:
      return a / (call(ScalarOp::Exp, {call(ScalarOp::Tanh, {make(depth - 1)})}) + 1.0);
    case 4:
      return call(ScalarOp::Min, {a, make(depth - 1)});
    case 5:
      return call(ScalarOp::Max, {a, make(depth - 1)});
    case 6:
      return select(ScalarExpr::make(ScalarOp::Less, {make(depth - 1), number()}), a,
                    make(depth - 1));
    case 7:
      return call(ScalarOp::Exp, {call(ScalarOp::Tanh, {a})});
    case 8:
      return call(ScalarOp::Log, {1.0 + a * a});
    case 9:
      return call(ScalarOp::Sqrt, {1.0 + a * a}) * call(ScalarOp::Rsqrt, {2.0 + a * a});
    case 10:
      return call(ScalarOp::Pow, {1.5 + call(ScalarOp::Tanh, {a}), make(depth - 1)});
    case 11:
      return call(ScalarOp::Erf, {a});
    case 12:
      return call(ScalarOp::Softplus, {a}) - call(ScalarOp::Sigmoid, {a});
    case 13:
      return -call(ScalarOp::Abs, {a}) + call(ScalarOp::Expm1, {call(ScalarOp::Sigmoid, {a})});
    case 14:
      return call(ScalarOp::Log1p, {a * a});
    default:
      return call(ScalarOp::Pow, {a, 3.0});
    }
  }
  double number() { return std::uniform_real_distribution<double>(-2, 2)(random); }

private:
  int pick(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); }
  std::mt19937 random;
};

TEST(ScalarExpr, random_text_parses_back) {
  RandomExprs random(7);
  for (int i = 0; i < 500; ++i) {
    const ScalarExpr e = random.make(4);
    EXPECT_EQ(parse(e.text()), e) << e.text();
    const ScalarExpr simple = simplify(e);
    EXPECT_EQ(parse(simple.text()), simple) << simple.text();
    for (const double x : {-1.5, 0.3, 2.0}) {
      const double want = e.evaluate({{"x", x}}), got = simple.evaluate({{"x", x}});
      if (std::isfinite(want) && std::fabs(want) < 1e6) {
        EXPECT_NEAR(got, want, 1e-9 * (1 + std::fabs(want))) << e.text() << " at " << x;
      }
    }
  }
}

TEST(Differentiate, agrees_with_finite_differences) {
  RandomExprs random(11);
  int compared = 0;
  for (int i = 0; i < 400; ++i) {
    const ScalarExpr e = random.make(3);
    const ScalarProgram f(e, {"x"}), slope(differentiate(e, "x"), {"x"});
    for (int j = 0; j < 10; ++j) {
      const double x = random.number(), h = 1e-5;
      const double left = (f(x) - f(x - h)) / h, right = (f(x + h) - f(x)) / h;
      // Two differences that disagree straddle a corner, a jump, or bend too much to judge.
      if (!std::isfinite(left) || std::fabs(left - right) > 1e-2 * (1 + std::fabs(left)))
        continue;
      ++compared;
      EXPECT_NEAR(slope(x), (left + right) / 2, 2e-4 * (1 + std::fabs(left)))
          << e.text() << " at " << x << "\n  slope " << differentiate(e, "x").text();
    }
  }
  EXPECT_GT(compared, 3000);
}

TEST(Differentiate, shared_parts_stay_shared) {
  // Squared 60 times: a tree of 2^60 leaves, a graph of 61 nodes.
  ScalarExpr e = ScalarExpr::variable("x");
  for (int i = 0; i < 60; ++i)
    e = call(ScalarOp::Tanh, {e}) * e;
  EXPECT_TRUE(std::isfinite(differentiate(e, "x").evaluate({{"x", 0.5}})));
}

} // namespace
