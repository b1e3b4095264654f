// Optimizers: the rows of the table, and that the mechanism holds other optimizers too.
#include "dsl/Optimizers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
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
  ASSERT_EQ(sgd.slots({}).size(), 1u);
  EXPECT_EQ(sgd.slots({})[0].name, "velocity");
  EXPECT_THAT(sgd.kernelHypers({}), ElementsAre("lr", "momentum"));
  EXPECT_TRUE(sgd.numbers({}).empty());
  EXPECT_EQ(sgd.structuralText({}), "sgd(nesterov=false)");
  EXPECT_EQ(sgd.structuralText({{"nesterov", true}}), "sgd(nesterov=true)");
  EXPECT_EQ(sgd.findSetting("nesterov")->kind, OptimizerSettingKind::Flag);
  EXPECT_EQ(sgd.findSetting("lr")->defaultValue, 0.01);
  EXPECT_EQ(sgd.findSetting("rate"), nullptr);
  EXPECT_EQ(findOptimizer("sdg"), nullptr);
}

TEST(Optimizers, structural_text_reads_back) {
  for (const OptimizerRow &row : optimizers()) {
    OptimizerFlags flags;
    for (const OptimizerSetting &s : row.settings())
      if (s.kind == OptimizerSettingKind::Flag)
        flags[s.name] = s.defaultValue == 0;
      else if (s.kind == OptimizerSettingKind::Part)
        flags["has_" + s.name] = s.defaultValue == 0;
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

std::vector<std::string> slotNames(const OptimizerRow &row, const OptimizerFlags &flags) {
  std::vector<std::string> names;
  for (const OptimizerSlot &slot : row.slots(flags))
    names.push_back(slot.name);
  return names;
}

std::vector<std::string> hyperNames(const OptimizerRow &row, const OptimizerFlags &flags) {
  std::vector<std::string> names;
  for (const Hyper &hyper : row.hypers(flags))
    names.push_back(hyper.name);
  return names;
}

TEST(Optimizers, adam_computes_its_step_size_once) {
  const OptimizerRow &adam = *findOptimizer("adam");
  EXPECT_THAT(slotNames(adam, {}), ElementsAre("m", "v"));
  EXPECT_THAT(slotNames(adam, {{"amsgrad", true}}), ElementsAre("m", "v_hat", "v"));
  EXPECT_THAT(hyperNames(adam, {}), ElementsAre("lr", "beta_1", "beta_2", "epsilon", "rest_1",
                                                "rest_2", "alpha", "iteration"));
  EXPECT_THAT(adam.kernelHypers({}), ElementsAre("epsilon", "rest_1", "rest_2", "alpha"));
  EXPECT_TRUE(std::isnan(adam.hypers({})[0].start));
  EXPECT_EQ(adam.hypers({})[6].start, 0);
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
      for (const Assignment &number : adam.numbers({{"amsgrad", amsgrad}}))
        values[number.target] = number.value.evaluate(values);
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

TEST(Optimizers, nadam_carries_a_product) {
  const OptimizerRow &nadam = *findOptimizer("nadam");
  const std::vector<Hyper> hypers = nadam.hypers({});
  const auto product = std::find_if(hypers.begin(), hypers.end(),
                                    [](const Hyper &h) { return h.name == "u_product"; });
  ASSERT_NE(product, hypers.end());
  EXPECT_EQ(product->start, 1);
  EXPECT_THAT(nadam.kernelHypers({}),
              ElementsAre("epsilon", "m_scale", "g_scale", "v_scale", "rest_1", "rest_2"));
}

TEST(Optimizers, parts_are_there_unless_zero) {
  const OptimizerRow &rmsprop = *findOptimizer("rmsprop");
  EXPECT_THAT(slotNames(rmsprop, {}), ElementsAre("squares"));
  EXPECT_THAT(hyperNames(rmsprop, {}), ElementsAre("lr", "rho", "epsilon", "rest"));
  const OptimizerFlags flags = {{"has_momentum", true}, {"centered", true}};
  EXPECT_THAT(slotNames(rmsprop, flags), ElementsAre("velocity", "squares", "average"));
  EXPECT_EQ(rmsprop.structuralText(flags), "rmsprop(has_momentum=true, centered=true)");
}

TEST(Optimizers, weights_decay_before_the_step) {
  for (const OptimizerRow &row : optimizers()) {
    const std::vector<Assignment> rule =
        row.rule({{"has_weight_decay", true}, {"has_clipvalue", true}});
    ASSERT_GE(rule.size(), 3u);
    EXPECT_EQ(rule[0].target, "g") << row.name();
    EXPECT_EQ(rule[1].target, "w") << row.name();
    Values values = {{"w", 2}, {"weight_decay", 0.25}, {"lr", 0.5}, {"g", 7}, {"clipvalue", 3}};
    EXPECT_EQ(rule[0].value.evaluate(values), 3) << row.name();
    EXPECT_EQ(rule[1].value.evaluate(values), 1.75) << row.name();
    const OptimizerFlags unscaled = {{"has_weight_decay", true}, {"unscaled", true}};
    EXPECT_EQ(row.rule(unscaled)[0].value.evaluate(values), 1.5) << row.name();
    EXPECT_FALSE(row.readsNorm(unscaled));
    EXPECT_TRUE(row.readsNorm({{"has_clipnorm", true}}));
    EXPECT_TRUE(row.isNormGlobal({{"has_global_clipnorm", true}}));
  }
}

TEST(Optimizers, a_bad_rule_is_refused) {
  const auto messageOf = [](std::vector<std::string> rule) -> std::string {
    try {
      OptimizerRow("test",
                   {{"lr", OptimizerSettingKind::Float, 1, 0, 1},
                    {"fast", OptimizerSettingKind::Flag, 0, 0, 1}},
                   {{"v", "", ""}}, {{"t", 1}}, rule);
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
  EXPECT_EQ(messageOf({"a = v + g", "v = a", "w = a"}),
            "optimizer test: a local value whose slots have changed is read in: w = a");
  EXPECT_EQ(messageOf({"t = t * lr", "w = w - t * g"}), "none");
  EXPECT_EQ(messageOf({"t = g", "w = w - t"}),
            "optimizer test: a carried number is made of weights in: t = g");
}

} // namespace
