// Claims, published figures and comparisons with the best, over a played study.
#include "runtime/report/Claims.h"

#include "runtime/report/Comparison.h"
#include "runtime/report/Parts.h"
#include "runtime/report/Published.h"
#include "runtime/report/Report.h"
#include "runtime/store/ResultStore.h"
#include "runtime/train/StudyClaims.h"
#include "test/unit/runtime/StudyFixture.h"

#include <gmock/gmock.h>

namespace nnxrt {
namespace {

using namespace fixture;
using ::testing::HasSubstr;
using ::testing::Not;

/// relu has 120 errors of 10000 (10 more for each repeat), tanh 180, exponential predicts class 0.
struct Played {
  explicit Played(int repeats = 1, const std::vector<std::string> &conditions = {})
      : study(studyOfActivations(repeats)), folder(temporary.path), store(folder, false) {
    for (const std::string &condition : conditions) {
      const auto json = nlohmann::ordered_json::parse(condition);
      const auto claim = nlohmann::ordered_json{{"text", "claim"},     {"file", "activations.nnx"},
                                                {"line", 7},           {"column", 3},
                                                {"points", {0, 1, 2}}, {"condition", json}};
      study.experiments[0].claims.push_back(readClaim(JsonNode(claim, ""), 3));
    }
    info = infoOf(study);
  }

  ExperimentFigures play() {
    playStudy(study, info, store);
    results = store.load();
    return figuresOf(results)[0];
  }

  TemporaryFolder temporary;
  Study study;
  StudyInfo info;
  ResultsFolder folder;
  ResultStore store;
  StudyResults results;
};

std::string metric(const std::string &name) {
  return R"({"op": "metric", "name": ")" + name + "\"}";
}

std::string op(const std::string &name, const std::string &left, const std::string &right = "") {
  return R"({"op": ")" + name + R"(", "operands": [)" + left + (right.empty() ? "" : "," + right) +
         "]}";
}

std::string number(double value) {
  return R"({"op": "number", "value": )" + std::to_string(value) + "}";
}

const std::string act = R"({"op": "axis", "name": "act"})";

std::string label(const std::string &name) {
  return R"({"op": "label", "name": ")" + name + "\"}";
}

/// Names of the points for which the condition fails.
std::vector<std::string> failuresOf(const std::string &condition, int repeats = 1) {
  Played played(repeats, {condition});
  const ExperimentFigures figures = played.play();
  std::vector<std::string> names;
  const auto outcomes = decideClaims(figures);
  for (const ClaimFailure &failure : outcomes[0].failures)
    names.push_back(failure.point->coordinate("act"));
  return names;
}

using Names = std::vector<std::string>;

TEST(Claims, compare_the_figures_of_each_point) {
  EXPECT_EQ(failuresOf(op(">=", metric("accuracy"), number(0.985))),
            (Names{"tanh", "exponential"}));
  EXPECT_EQ(failuresOf(op("<", number(0.985), metric("recall"))), (Names{"tanh", "exponential"}));
  EXPECT_EQ(
      failuresOf(op("<=", op("abs", op("-", metric("accuracy"), number(0.988))), number(0.007))),
      (Names{"exponential"}));
  EXPECT_EQ(failuresOf(op(">", op("*", metric("accuracy"), number(2)),
                          op("+", number(1.9), op("/", number(0.1), number(2))))),
            (Names{"exponential"}));
  EXPECT_EQ(failuresOf(op(">", op("max", metric("accuracy"), number(0.5)), number(0.4))), Names{});
  EXPECT_EQ(failuresOf(op("==", metric("parameters"), number(216650))), Names{});
  EXPECT_EQ(failuresOf(op("<", op("negative", metric("accuracy")), number(0))), Names{});
}

TEST(Claims, join_conditions_and_compare_labels) {
  const std::string isRelu = op("==", act, label("relu"));
  EXPECT_EQ(failuresOf(isRelu), (Names{"tanh", "exponential"}));
  EXPECT_EQ(failuresOf(op("not", isRelu)), (Names{"relu"}));
  EXPECT_EQ(failuresOf(op("!=", act, label("relu"))), (Names{"relu"}));
  EXPECT_EQ(failuresOf(op("or", isRelu, op(">", metric("accuracy"), number(0.98)))),
            (Names{"exponential"}));
  EXPECT_EQ(failuresOf(op("and", isRelu, op(">", metric("accuracy"), number(0.99)))),
            (Names{"relu", "tanh", "exponential"}));
}

TEST(Claims, a_figure_that_is_no_number_fails_whatever_is_claimed_of_it) {
  EXPECT_EQ(failuresOf(op("<", metric("loss"), number(100))), (Names{"exponential"}));
  EXPECT_EQ(failuresOf(op("not", op("<", metric("loss"), number(0)))), (Names{"exponential"}));
}

TEST(Claims, take_mean_least_and_greatest_over_repeats) {
  const std::string accuracy = metric("accuracy"); // relu: 0.988, 0.987, 0.986
  const auto isNear = [](const std::string &value, double expected) {
    return op("<", op("abs", op("-", value, number(expected))), number(1e-6));
  };
  const Names others{"tanh", "exponential"};
  EXPECT_EQ(failuresOf(isNear(op("mean", accuracy), 0.987), 3), others);
  EXPECT_EQ(failuresOf(isNear(op("min", accuracy), 0.986), 3), others);
  EXPECT_EQ(failuresOf(isNear(op("max", accuracy), 0.988), 3), others);
  EXPECT_EQ(failuresOf(isNear(op("sd", accuracy), 0.001), 3), (Names{"exponential"}));
}

TEST(Claims, say_where_and_with_which_numbers_they_fail) {
  Played played(1, {op(">", metric("accuracy"), R"({"op": "reference", "name": "accuracy"})")});
  for (Point &point : played.study.experiments[0].points)
    point.reference = {{"accuracy", 0.985}};
  played.play();
  EXPECT_EQ(failedClaims(played.results),
            "activations.nnx:7:3: claim failed: claim\n"
            "  act = tanh: accuracy = 0.9820, reference.accuracy = 0.985\n"
            "  act = exponential: accuracy = 0.1000, reference.accuracy = 0.985\n");
  EXPECT_THAT(markdownReport(played.results),
              HasSubstr("- claim (line 7): fails for 2 of 3 points:"));
  EXPECT_THAT(htmlReport(played.results), HasSubstr("act = tanh</a>: accuracy = 0.9820"));
  played.info.quick = true;
  EXPECT_EQ(failedClaims(played.results), "");
}

TEST(Claims, that_hold_print_nothing) {
  Played played(1, {op(">", metric("accuracy"), number(0.05))});
  played.play();
  EXPECT_EQ(failedClaims(played.results), "");
  EXPECT_THAT(markdownReport(played.results), HasSubstr("holds for all 3 points"));
}

TEST(Claims, points_that_were_not_selected_are_left_out) {
  Played played(1, {op(">", metric("accuracy"), number(0.05))});
  played.store.studyStarted(played.info);
  const RunInfo run = runOf(played.study, 0);
  EXPECT_TRUE(played.store.wantsResult(run, run.steps));
  played.results = played.store.load();
  const auto outcome = decideClaims(figuresOf(played.results)[0])[0];
  EXPECT_EQ(outcome.decided, 1U); // selected, and without figures
  ASSERT_EQ(outcome.failures.size(), 1U);
  EXPECT_THAT(outcome.failures[0].figures, HasSubstr("not run"));
}

TEST(Claims, wrong_ones_in_the_json_are_refused_with_their_place) {
  for (const char *condition :
       {R"({"op": "xor", "operands": []})", R"({"op": "<", "operands": []})"}) {
    const auto json = nlohmann::ordered_json::parse(
        std::string(
            R"({"text": "t", "file": "f", "line": 1, "column": 1, "points": [], "condition": )") +
        condition + "}");
    EXPECT_THROW(readClaim(JsonNode(json, "/claims/0"), 3), StudyError);
  }
  const auto far = nlohmann::ordered_json::parse(
      R"({"text": "t", "file": "f", "line": 1, "column": 1, "points": [3], "condition": {"op": "number"}})");
  EXPECT_THROW(readClaim(JsonNode(far, "/claims/0"), 3), StudyError);
}

TEST(PublishedFigures, lie_within_chance_of_samples_or_not) {
  Played played;
  auto &points = played.study.experiments[0].points;
  points[0].reference = {{"accuracy", 0.9905}}; // ours 0.988; limit 0.00285
  points[1].reference = {{"accuracy", 0.9860}}; // ours 0.982; limit 0.00348
  points[2].reference = {{"accuracy", 0.1}};
  const ExperimentFigures figures = played.play();
  const MetricRow &accuracy = *findMetric("accuracy");
  const auto relu = publishedOf(figures.points[0], accuracy);
  EXPECT_NEAR(relu->difference, -0.0025, 1e-12);
  EXPECT_EQ(relu->verdict(), "chance");
  EXPECT_EQ(publishedOf(figures.points[1], accuracy)->verdict(), "worse");
  EXPECT_EQ(publishedOf(figures.points[2], accuracy)->verdict(), "chance");
  EXPECT_FALSE(publishedOf(figures.points[0], *findMetric("recall")));
  EXPECT_THAT(tableText(played.results), HasSubstr("-0.0025 chance"));
  EXPECT_THAT(markdownReport(played.results), HasSubstr("| 0.9905 | -0.0025 chance |"));
}

TEST(PublishedFigures, say_which_chance_with_repeats) {
  Played played(3);
  auto &points = played.study.experiments[0].points;
  points[0].reference = {
      {"accuracy", 0.9895}}; // mean 0.987, deviation 0.001: limit 0.00497 (seeds)
  points[1].reference = {{"accuracy", 0.9855}}; // mean 0.981: limits 0.0035, 0.00497
  points[2].reference = {{"accuracy", 0.1001}}; // no deviation
  const ExperimentFigures figures = played.play();
  const MetricRow &accuracy = *findMetric("accuracy");
  EXPECT_EQ(publishedOf(figures.points[0], accuracy)->verdict(), "chance");
  EXPECT_EQ(publishedOf(figures.points[1], accuracy)->verdict(), "chance (seeds)");
  EXPECT_EQ(publishedOf(figures.points[2], accuracy)->verdict(), "chance (samples)");
}

TEST(Comparisons, use_predictions_where_each_point_ran_once) {
  Played played;
  const auto comparisons = compareWithBest(played.play());
  EXPECT_TRUE(comparisons[0].isBest);
  EXPECT_TRUE(comparisons[1].isTested); // 60 errors more, none fewer
  EXPECT_TRUE(comparisons[1].isTold);
  EXPECT_NEAR(comparisons[1].p, 2 * std::pow(0.5, 60), 1e-22);
  EXPECT_TRUE(comparisons[2].isTold);
  EXPECT_THAT(tableText(played.results), HasSubstr("0 of 2 other points cannot be told"));
}

TEST(Comparisons, use_seeds_where_there_are_repeats) {
  Played played(3);
  const auto comparisons = compareWithBest(played.play());
  EXPECT_TRUE(comparisons[1].isTold); // 0.006 worse with every seed
  EXPECT_THAT(markdownReport(played.results), HasSubstr("Student's paired test"));
}

TEST(ReportParts, show_what_the_block_names) {
  Played played;
  ReportPart table, curve, bar, confusion;
  table.kind = "table";
  table.rows = {"act"};
  table.columns = {"macro_f1", "train.accuracy"};
  curve.kind = "curve";
  curve.x = "epoch";
  curve.y = "train.loss";
  curve.color = "act";
  bar.kind = "bar";
  bar.x = "act";
  bar.y = "loss";
  confusion.kind = "confusion_matrix";
  confusion.point = 1;
  played.study.experiments[0].report = {table, curve, bar, confusion};
  played.play();
  const std::string page = htmlReport(played.results);
  EXPECT_THAT(page, HasSubstr(">macro F1</th>"));
  EXPECT_THAT(page, HasSubstr("data-chart=\"e0-curve2\""));
  EXPECT_THAT(page, HasSubstr("data-chart=\"e0-bar3\""));
  EXPECT_THAT(page, HasSubstr("By class: act = tanh"));
  EXPECT_THAT(page, Not(HasSubstr("on the test set by point")));
  EXPECT_THAT(markdownReport(played.results), HasSubstr("| act | macro F1 | training accuracy |"));
}

TEST(ReportParts, two_axes_that_vary_give_a_heatmap) {
  Played played;
  Experiment &experiment = played.study.experiments[0];
  experiment.axes.push_back({.name = "lr", .values = {"0.1", "0.2"}});
  for (size_t p = 0; p < experiment.points.size(); ++p)
    experiment.points[p].axes.emplace_back("lr", p == 1 ? "0.2" : "0.1");
  const ExperimentFigures figures = played.play();
  EXPECT_EQ(partsOf(figures)[2].kind, "axes");
  EXPECT_THAT(markdownReport(played.results), HasSubstr("| relu | 0.9880 |  |"));
  EXPECT_THAT(htmlReport(played.results), HasSubstr("data-chart=\"e0-heatmap\""));
}

} // namespace
} // namespace nnxrt
