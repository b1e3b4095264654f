// What is undecided and what it costs, on results made up by hand.
#include "runtime/report/Settlement.h"

#include "runtime/report/Comparison.h"
#include "test/unit/runtime/StudyFixture.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace nnxrt {
namespace {

using testing::HasSubstr;

/// Three points; a run of each for every accuracy, with seeds from 1 on.
struct MadeResults {
  explicit MadeResults(const std::vector<std::vector<double>> &accuracies)
      : study(fixture::studyOfActivations(1)), info(fixture::infoOf(study)) {
    for (size_t p = 0; p < study.experiments[0].points.size(); ++p) {
      study.experiments[0].points[p].settings.seed = 1;
      study.experiments[0].points[p].key = "key " + std::to_string(p);
    }
    results.info = &info;
    for (size_t p = 0; p < accuracies.size(); ++p) {
      PointResults point{.experiment = 0, .point = p, .selected = true, .runs = {}};
      for (size_t r = 0; r < accuracies[p].size(); ++r)
        point.runs.push_back(runOf(p, static_cast<int>(r), accuracies[p][r]));
      results.points.push_back(point);
    }
  }

  static StoredRun runOf(size_t point, int repeat, double accuracy) {
    StoredRun run;
    run.repeat = repeat;
    run.seed = 1 + static_cast<uint64_t>(repeat);
    run.result = fixture::finishedRun(10, 1000, 1000 - static_cast<int64_t>(accuracy * 1000));
    run.result.test.accuracy = accuracy;
    run.result.seconds = 10;
    run.result.weightsSha256 = std::to_string(point) + "/" + std::to_string(repeat);
    for (int i = 0; i < 1000; ++i)
      run.hits.push_back((i + static_cast<int>(point) * 3) % 1000 < accuracy * 1000);
    return run;
  }

  Study study;
  StudyInfo info;
  StudyResults results;
};

const OpenComparison &onlyOne(const Settlement &settlement) {
  EXPECT_EQ(settlement.experiments.size(), 1U);
  EXPECT_EQ(settlement.experiments[0].open.size(), 1U);
  return settlement.experiments[0].open.at(0);
}

TEST(Settlement, one_seed_says_nothing_of_how_seeds_differ) {
  const MadeResults made({{0.98}, {0.975}, {0.2}});
  const Settlement settlement = settlementOf(made.results, 100);
  const OpenComparison &open = onlyOne(settlement);
  EXPECT_EQ(open.point, 1U);
  EXPECT_EQ(open.doubt, Doubt::oneSeed);
  EXPECT_EQ(open.needed, firstSeeds);
  EXPECT_EQ(open.runs, 8U);
  EXPECT_DOUBLE_EQ(settlement.seconds, 80);
  EXPECT_THAT(settlementText(settlement, made.results, "my results"),
              testing::AllOf(HasSubstr("1 of 2 comparisons undecided"),
                             HasSubstr("how much seeds differ is not known"),
                             HasSubstr("nnxc settle 'my results' --run")));
  EXPECT_THAT(settlementArguments(settlement, made.results),
              testing::ElementsAre("--only", "activations/1", "--repeats", "activations/1=5",
                                   "--only", "activations/2", "--repeats", "activations/2=5"));
}

TEST(Settlement, the_effect_over_seeds_says_how_many_would_tell) {
  // Differences of 0.005 with a deviation of 0.01: 34 pairs reach a power of 0.8 at 5 %, the level
  // that is left behind the point that is told (statistics.json, "pairs_needed").
  const MadeResults made({{0.97, 0.98, 0.99}, {0.975, 0.975, 0.975}, {0.2, 0.21, 0.2}});
  const Settlement settlement = settlementOf(made.results, 100);
  const OpenComparison &open = onlyOne(settlement);
  EXPECT_EQ(open.doubt, Doubt::fewSeeds);
  EXPECT_NEAR(open.ahead, 0.005, 1e-12);
  EXPECT_NEAR(open.spread, 0.01, 1e-12);
  EXPECT_EQ(open.needed, 34);
  EXPECT_EQ(open.runs, 62U);
  EXPECT_DOUBLE_EQ(open.seconds, 620);
  EXPECT_THAT(settlementText(settlement, made.results, "out"),
              HasSubstr("0.0050 ± 0.0100 behind over 3 seeds; 31 seeds more would tell, 34 in all: "
                        "62 runs, 10 min 20 s"));
  const Settlement bounded = settlementOf(made.results, 33);
  EXPECT_EQ(onlyOne(bounded).doubt, Doubt::tooMany);
  EXPECT_EQ(bounded.runs, 0U);
  EXPECT_THAT(settlementText(bounded, made.results, "out"), HasSubstr("no runs would decide more"));
}

TEST(Settlement, holms_correction_asks_for_more_seeds) {
  // Both are undecided: the one of the smaller p is tested at 2.5 %, the other at 5 %.
  const MadeResults made({{0.97, 0.98, 0.99}, {0.975, 0.975, 0.975}, {0.9745, 0.9745, 0.9745}});
  const Settlement settlement = settlementOf(made.results, 1000);
  ASSERT_EQ(settlement.experiments[0].open.size(), 2U);
  EXPECT_EQ(settlement.experiments[0].open[0].needed, 34);
  const std::vector<Comparison> comparisons = compareWithBest(settlement.experiments[0].figures);
  EXPECT_DOUBLE_EQ(comparisons[2].level, 0.025);
  EXPECT_DOUBLE_EQ(comparisons[1].level, 0.05);
  // 0.55 deviations at 2.5 %, by SciPy; at 5 % it would be 28.
  EXPECT_EQ(settlement.experiments[0].open[1].needed, 34);
  // The best needs as many as the dearest of its comparisons, and each run counts once.
  EXPECT_EQ(settlement.wanted.at({0, 0}), 34);
  EXPECT_EQ(settlement.runs, 93U);
}

TEST(Settlement, equal_weights_are_never_told_apart) {
  MadeResults made({{0.98}, {0.98}, {0.2}});
  made.results.points[1].runs[0] = made.results.points[0].runs[0];
  const Settlement settlement = settlementOf(made.results, 100);
  EXPECT_EQ(onlyOne(settlement).doubt, Doubt::equal);
  EXPECT_EQ(settlement.runs, 0U);
  const auto json = nlohmann::json::parse(settlementJson(settlement, made.results));
  EXPECT_EQ(json["experiments"][0]["undecided"][0]["doubt"], "equal");
}

TEST(Settlement, points_that_start_from_different_seeds_are_not_paired) {
  MadeResults made({{0.98}, {0.975}, {0.2}});
  made.study.experiments[0].points[1].settings.seed = 7;
  made.results.points[1].runs[0].seed = 7;
  const Settlement settlement = settlementOf(made.results, 100);
  const OpenComparison &open = onlyOne(settlement);
  EXPECT_EQ(open.doubt, Doubt::unpaired);
  EXPECT_NEAR(open.ahead, 0.005, 1e-12);
  EXPECT_EQ(settlement.runs, 0U);
  EXPECT_THAT(settlementText(settlement, made.results, "out"),
              HasSubstr("its seeds are others than those of the best"));
  const auto json = nlohmann::json::parse(settlementJson(settlement, made.results));
  EXPECT_EQ(json["experiments"][0]["undecided"][0]["doubt"], "unpaired");
}

TEST(Settlement, the_best_is_ahead_where_less_is_better) {
  MadeResults made({{0}, {0}, {0}});
  const std::vector<double> errors{0.2, 0.3, 0.25};
  for (size_t p = 0; p < errors.size(); ++p) {
    StoredRun &run = made.results.points[p].runs[0];
    run.seed = p + 1;
    made.study.experiments[0].points[p].settings.seed = p + 1;
    run.hits.clear();
    run.result.test = {};
    run.result.test.accuracy = noFigure;
    run.result.test.samples = 1000;
    run.result.test.regression.rmse = errors[p];
  }
  const Settlement settlement = settlementOf(made.results, 100);
  ASSERT_EQ(settlement.experiments.size(), 1U);
  EXPECT_EQ(settlement.experiments[0].best, 0U);
  ASSERT_EQ(settlement.experiments[0].open.size(), 2U);
  EXPECT_NEAR(settlement.experiments[0].open[0].ahead, 0.1, 1e-12);
  EXPECT_NEAR(settlement.experiments[0].open[1].ahead, 0.05, 1e-12);
}

TEST(Settlement, nothing_is_undecided) {
  const MadeResults made({{0.98}, {0.5}, {0.2}});
  const Settlement settlement = settlementOf(made.results, 100);
  EXPECT_TRUE(settlement.experiments[0].open.empty());
  EXPECT_THAT(settlementText(settlement, made.results, "out"), HasSubstr("everything is decided"));
  EXPECT_TRUE(settlementArguments(settlement, made.results).empty());
  const MadeResults lonely({{0.98}, {}, {}});
  EXPECT_THAT(settlementText(settlementOf(lonely.results, 100), lonely.results, "out"),
              HasSubstr("no experiment has two points"));
}

} // namespace
} // namespace nnxrt
