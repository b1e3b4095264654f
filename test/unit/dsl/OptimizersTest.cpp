// Optimizers: the rows of the table, and that the mechanism holds other optimizers too.
#include "dsl/Optimizers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace {

using namespace nnx::dsl;
using testing::ElementsAre;
using Values = std::map<std::string, double>;

/// One update in place.
void apply(const OptimizerRow &row, const OptimizerFlags &flags, Values &values) {
  for (const Assignment &a : row.rule(flags))
    values[a.target] = a.value.evaluate(values);
}

TEST(Optimizers, sgd_follows_keras) {
  const OptimizerRow &sgd = *findOptimizer("sgd");
  for (const bool nesterov : {false, true})
    for (const double momentum : {0.0, 0.9}) {
      Values values = {{"w", 0.5}, {"velocity", 0}, {"lr", 0.1}, {"momentum", momentum}};
      double w = 0.5, v = 0;
      for (int step = 0; step < 5; ++step) {
        const double g = std::sin(step + w);
        values["g"] = g;
        apply(sgd, {{"nesterov", nesterov}}, values);
        v = momentum * v - 0.1 * g;
        w += nesterov ? momentum * v - 0.1 * g : v;
        EXPECT_DOUBLE_EQ(values["w"], w);
        EXPECT_DOUBLE_EQ(values["velocity"], v);
      }
    }
}

TEST(Optimizers, sgd_describes_itself) {
  const OptimizerRow &sgd = *findOptimizer("sgd");
  EXPECT_THAT(sgd.slots({}), ElementsAre("velocity"));
  EXPECT_THAT(sgd.hyperNames({}), ElementsAre("lr", "momentum"));
  EXPECT_EQ(sgd.structuralText({}), "sgd(nesterov=false)");
  EXPECT_EQ(sgd.structuralText({{"nesterov", true}}), "sgd(nesterov=true)");
  EXPECT_TRUE(sgd.findSetting("nesterov")->isFlag);
  EXPECT_EQ(sgd.findSetting("lr")->defaultValue, 0.01);
  EXPECT_EQ(sgd.findSetting("rate"), nullptr);
  EXPECT_EQ(findOptimizer("sdg"), nullptr);
}

TEST(Optimizers, structural_text_reads_back) {
  for (const OptimizerRow &row : optimizers()) {
    OptimizerFlags flags;
    for (const OptimizerSetting &s : row.settings())
      if (s.isFlag)
        flags[s.name] = s.defaultValue == 0;
    const std::string text = row.structuralText(flags);
    const auto choice = parseOptimizerChoice(text);
    ASSERT_TRUE(choice) << text;
    EXPECT_EQ(choice->row, &row);
    EXPECT_EQ(choice->row->structuralText(choice->flags), text);
  }
  for (const char *bad : {"", "sgd", "sgd(", "sgd)", "sgd(nesterov)", "sgd(nesterov=1)",
                          "sgd(lr=true)", "sgd(,)", "none()", "sgd(nesterov=true"})
    EXPECT_FALSE(parseOptimizerChoice(bad)) << bad;
}

OptimizerRow adamRow() {
  return OptimizerRow(
      "adam",
      {{"lr", false, 0.001, 0, INFINITY},
       {"beta_1", false, 0.9, 0, 1},
       {"beta_2", false, 0.999, 0, 1},
       {"epsilon", false, 1e-7, 0, INFINITY},
       {"amsgrad", true, 0, 0, 1}},
      {{"m", ""}, {"v", ""}, {"v_hat", "amsgrad"}},
      {"m = m + (g - m) * (1 - beta_1)", "v = v + (g * g - v) * (1 - beta_2)",
       "v_hat = max(v_hat, v)",
       "alpha = lr * sqrt(1 - pow(beta_2, iteration)) / (1 - pow(beta_1, iteration))",
       "w = w - m * alpha / (sqrt(select(amsgrad, v_hat, v)) + epsilon)"});
}

TEST(Optimizers, adam_is_one_row) {
  const OptimizerRow adam = adamRow();
  EXPECT_THAT(adam.slots({}), ElementsAre("m", "v"));
  EXPECT_THAT(adam.slots({{"amsgrad", true}}), ElementsAre("m", "v", "v_hat"));
  EXPECT_THAT(adam.hyperNames({}), ElementsAre("lr", "beta_1", "beta_2", "epsilon", "iteration"));
  EXPECT_EQ(adam.structuralText({}), "adam(amsgrad=false)");
  EXPECT_EQ(adam.rule({}).size(), 3u);
  for (const bool amsgrad : {false, true}) {
    Values values = {{"w", 0.5},    {"m", 0},        {"v", 0},          {"v_hat", 0},
                     {"lr", 0.001}, {"beta_1", 0.9}, {"beta_2", 0.999}, {"epsilon", 1e-7}};
    double w = 0.5, m = 0, v = 0, vHat = 0;
    for (int step = 1; step <= 6; ++step) {
      const double g = std::cos(3.0 * step) / step;
      values["g"] = g;
      values["iteration"] = step;
      apply(adam, {{"amsgrad", amsgrad}}, values);
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      vHat = std::fmax(vHat, v);
      const double mHat = m / (1 - std::pow(0.9, step));
      const double scale = std::sqrt(1 - std::pow(0.999, step));
      w -= 0.001 * mHat * scale / (std::sqrt(amsgrad ? vHat : v) + 1e-7);
      EXPECT_NEAR(values["w"], w, 1e-14) << step;
    }
  }
}

TEST(Optimizers, a_bad_rule_is_refused) {
  const auto messageOf = [](std::vector<std::string> rule) -> std::string {
    try {
      OptimizerRow("test", {{"lr", false, 1, 0, 1}, {"fast", true, 0, 0, 1}}, {{"v", ""}}, rule);
    } catch (const std::invalid_argument &e) {
      return e.what();
    }
    return "none";
  };
  EXPECT_EQ(messageOf({"w = w - lr * g"}), "none");
  EXPECT_EQ(messageOf({"w - lr * g"}), "optimizer test: no '=' in: w - lr * g");
  EXPECT_EQ(messageOf({"v = g"}), "optimizer test: w is never written in: the rule");
  EXPECT_EQ(messageOf({"lr = g"}), "optimizer test: 'lr' may not be assigned in: lr = g");
  EXPECT_THAT(messageOf({"w = w - rate * g"}), testing::HasSubstr("unknown name 'rate'"));
  EXPECT_THAT(messageOf({"w = local", "local = g"}), testing::HasSubstr("unknown name 'local'"));
  EXPECT_EQ(messageOf({"a = g", "a = a + 1", "w = a"}),
            "optimizer test: 'a' may not be assigned in: a = a + 1");
}

} // namespace
