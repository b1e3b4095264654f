// The report of a fixture study: its text, its escaping, its charts.
#include "runtime/report/Report.h"

#include "runtime/report/Endings.h"
#include "runtime/report/Figures.h"
#include "runtime/report/Format.h"
#include "runtime/report/RankingChart.h"
#include "runtime/store/ResultStore.h"
#include "runtime/store/StoreError.h"
#include "runtime/train/Autopsy.h"
#include "test/unit/runtime/StudyFixture.h"

#include <cstdlib>
#include <gmock/gmock.h>
#include <limits>
#include <nlohmann/json.hpp>

namespace nnxrt {
namespace {

using namespace fixture;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

/// A study played into a store, and the results read back.
struct PlayedStudy {
  explicit PlayedStudy(int repeats = 1) : PlayedStudy(studyOfActivations(repeats)) {}

  explicit PlayedStudy(Study played)
      : study(std::move(played)), info(infoOf(study)), folder(temporary.path),
        store(folder, false) {
    playStudy(study, info, store);
    results = store.load();
  }

  TemporaryFolder temporary;
  Study study;
  StudyInfo info;
  ResultsFolder folder;
  ResultStore store;
  StudyResults results;
};

/// The JSON block of the page.
nlohmann::json dataOf(const std::string &page) {
  const std::string open = "<script type=\"application/json\" id=\"data\">";
  const size_t begin = page.find(open) + open.size();
  return nlohmann::json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

TEST(Report, page_shows_what_the_user_named_as_text) {
  const PlayedStudy played;
  const std::string page = htmlReport(played.results);
  const std::string body = page.substr(0, page.find("<script type=\"application/json\""));
  EXPECT_THAT(body, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert(1)")));
  EXPECT_THAT(body, HasSubstr("Three &lt;em&gt;activations&lt;/em&gt;"));
  EXPECT_THAT(body, HasSubstr("# &lt;b&gt;three&lt;/b&gt; activations &amp; &quot;quotes&quot;"));
  EXPECT_EQ(dataOf(page)["specs"]["e0-confusion_matrix6-confusion"]["data"]["values"][10]["t"],
            "<script>alert(1)</script>");
}

/// Step 37 of a layer whose name is no HTML.
std::shared_ptr<const Autopsy> autopsyOfDense() {
  auto autopsy = std::make_shared<Autopsy>();
  StepNorms step;
  step.step = 37;
  step.layers = {{"<dense_1>", {2.5, 1, 3, 30}, {}, {}, {}}};
  autopsy->steps = {step};
  autopsy->first = Overflow{37, "<dense_1>", "outputs", 3, 30};
  return autopsy;
}

TEST(Endings, points_that_fail_at_two_values_are_told_together) {
  PlayedStudy played(studyOfGrid());
  const Experiment &grid = played.study.experiments[1];
  const auto breakPoint = [&](const std::string &label, int64_t step) {
    for (PointResults &point : played.results.points)
      if (point.experiment == 1 && grid.points[point.point].label == label) {
        point.runs.at(0).result = divergedRun(10, 1000);
        point.runs.at(0).result.divergedStep = step;
      }
  };
  breakPoint("opt = sgd, lr = 0.1, batch = 16", 3);
  breakPoint("opt = sgd, lr = 0.1, batch = 64", 5);
  breakPoint("opt = sgd, lr = 0.1, batch = 256", 4);
  breakPoint("opt = adam, lr = 0.01, batch = 16", 7);
  const std::vector<std::string> sentences = endingSentences(figuresOf(played.results).at(1));
  ASSERT_EQ(sentences.size(), 2U);
  EXPECT_EQ(sentences[0],
            "All 3 points with opt = sgd, lr = 0.1 failed: 3 runs diverged (in step 3 to 5).");
  EXPECT_THAT(sentences[1], testing::StartsWith("opt = adam, lr = 0.01, batch = 16 diverged"));
}

TEST(Report, shows_what_a_replay_of_a_diverged_run_found) {
  PlayedStudy played;
  EXPECT_THAT(htmlReport(played.results),
              HasSubstr("<code>nnxc autopsy DIR</code> replays 1 run that diverged"));
  StoredRun &run = played.results.points[2].runs.at(0);
  ASSERT_EQ(run.result.divergedStep, 37);
  run.autopsy = autopsyOfDense();
  const std::string page = htmlReport(played.results);
  EXPECT_THAT(page, HasSubstr("first overflow in step 37: 3 of 30 values of the outputs of "
                              "&lt;dense_1&gt; are not finite"));
  EXPECT_THAT(page, HasSubstr("2.5 (1), 3 not finite"));
  EXPECT_THAT(page, Not(HasSubstr("nnxc autopsy DIR")));
  EXPECT_THAT(markdownReport(played.results), HasSubstr("; first overflow in step 37"));
}

TEST(Report, page_stands_alone_and_small) {
  const PlayedStudy played;
  const std::string page = htmlReport(played.results);
  EXPECT_LT(page.size(), 1500000U);
  EXPECT_THAT(page, HasSubstr("default-src 'none'; script-src 'sha256-"));
  EXPECT_THAT(page, Not(HasSubstr("unsafe-eval")));
  const std::string text = page.substr(0, page.find("<script type="));
  EXPECT_THAT(text, Not(HasSubstr("://")));
  EXPECT_THAT(page.substr(page.size() - 12000), Not(HasSubstr("@SCRIPT@")));
}

TEST(Report, page_of_a_whole_study_is_small_too) {
  const PlayedStudy played(studyOfManyPoints());
  EXPECT_EQ(played.results.points.size(), 339U);
  EXPECT_LT(htmlReport(played.results).size(), 3'000'000U);
}

TEST(Report, charts_are_vega_lite_specifications) {
  const PlayedStudy played;
  const auto data = dataOf(htmlReport(played.results));
  const auto &specs = data["specs"];
  ASSERT_EQ(specs.size(), 9U);
  for (const auto &[name, spec] : specs.items()) {
    EXPECT_THAT(spec["$schema"].get<std::string>(), HasSubstr("vega-lite")) << name;
    EXPECT_TRUE(spec.contains("mark") || spec.contains("layer")) << name;
    EXPECT_TRUE(spec["data"].contains("values") ||
                data["series"].contains(spec["usermeta"]["series"].get<std::string>()))
        << name;
  }
  const auto &series = data["series"]["e0"];
  ASSERT_EQ(series.size(), 3U);
  EXPECT_EQ(series[0]["epoch"].size(), 6U);
  EXPECT_EQ(series[2]["epoch"].size(), 1U); // exponential diverged
  EXPECT_TRUE(series[2]["train_loss"][0].is_null());
}

TEST(Report, far_points_do_not_squeeze_the_scale) {
  const PlayedStudy played;
  const auto figures = figuresOf(played.results);
  const auto chart = rankingChart(figures[0]);
  const auto &rows = chart["data"]["values"];
  EXPECT_EQ(rows[0]["point"], "act = relu");
  EXPECT_EQ(rows[2]["point"], "act = exponential");
  EXPECT_FALSE(rows[2]["inside"].get<bool>());
  EXPECT_GT(rows[2]["x"].get<double>(), 0.9);
  EXPECT_NEAR(rows[2]["score"].get<double>(), 0.1, 1e-12);
}

TEST(Report, charts_follow_the_number_of_axes) {
  const PlayedStudy played(studyOfGrid());
  const auto specs = dataOf(htmlReport(played.results))["specs"];
  for (const char *name : {"e1-multiples", "e1-parallel", "e1-effects", "e1-importance"})
    EXPECT_TRUE(specs.contains(name)) << name;
  EXPECT_FALSE(specs.contains("e1-heatmap"));
  EXPECT_FALSE(specs.contains("e0-effects"));
}

TEST(Report, summary_says_what_is_best_and_what_failed) {
  const PlayedStudy played;
  const auto sentences = summaryOf(figuresOf(played.results)[0], played.results);
  EXPECT_THAT(sentences, Contains(HasSubstr("Best of 3 points on the test set: act = relu, with "
                                            "accuracy 0.9880")));
  EXPECT_THAT(sentences, Contains(AllOf(HasSubstr("act = exponential diverged in epoch 1, step 37"),
                                        HasSubstr("read as class 0"), HasSubstr("0.1000"))));
  EXPECT_THAT(sentences, Contains(HasSubstr("selected on the test set")));
}

TEST(Report, best_point_and_best_run_are_chosen_on_the_validation_share) {
  PlayedStudy played(3);
  for (size_t p = 0; p < 2; ++p)
    for (StoredRun &run : played.results.points[p].runs) {
      run.result.validation = run.result.test;
      run.result.validation.accuracy = 1 - run.result.test.accuracy; // the other way round
    }
  const auto figures = figuresOf(played.results);
  EXPECT_STREQ(figures[0].selectedOn(), "the validation share");
  EXPECT_EQ(figures[0].best(), &figures[0].points[1]);
  for (size_t p = 0; p < 2; ++p)
    for (const StoredRun *run : figures[0].points[p].runs)
      EXPECT_GE(run->result.test.accuracy, figures[0].points[p].bestRun->result.test.accuracy);
}

TEST(Report, repeats_give_mean_and_deviation) {
  const PlayedStudy played(3);
  const auto figures = figuresOf(played.results);
  const PointFigures &relu = figures[0].points[0];
  EXPECT_EQ(relu.score.count, 3U);
  EXPECT_NEAR(relu.score.mean, 0.987, 1e-12);
  EXPECT_NEAR(relu.score.deviation, 0.001, 1e-12);
  EXPECT_THAT(tableText(played.results), HasSubstr("0.9870 ± 0.0010"));
  EXPECT_THAT(markdownReport(played.results), HasSubstr("0.9870 ± 0.0010"));
}

TEST(Report, runs_cut_short_do_not_enter_the_mean) {
  const Study study = studyOfActivations(2);
  const StudyInfo info = infoOf(study);
  StudyResults results{.info = &info, .outcome = {}, .started = "", .ended = "", .points = {}};
  StoredRun whole, cut;
  whole.result = finishedRun(10, 10000, 100);
  cut.result = finishedRun(10, 10000, 5000);
  cut.result.status = RunStatus::interrupted;
  results.points.push_back({.experiment = 0, .point = 0, .selected = true, .runs = {whole, cut}});
  results.points.push_back({.experiment = 0, .point = 1, .selected = true, .runs = {cut}});
  const auto figures = figuresOf(results);
  EXPECT_EQ(figures[0].points[0].score.mean, 0.99);
  EXPECT_EQ(figures[0].points[0].status, "1 of 2 runs interrupted");
  EXPECT_EQ(figures[0].points[1].score.mean, 0.5);
  EXPECT_EQ(figures[0].points[1].status, "interrupted");
}

TEST(Report, wilson_interval_is_that_of_the_formula) {
  const Interval interval = wilsonInterval(0.98, 10000); // by scipy.stats.binomtest
  EXPECT_NEAR(interval.low, 0.9770660732392871, 1e-12);
  EXPECT_NEAR(interval.high, 0.9825652883248635, 1e-12);
}

TEST(Report, markdown_escapes_and_aligns) {
  const PlayedStudy played;
  const std::string text = markdownReport(played.results);
  EXPECT_THAT(text, HasSubstr("| relu | **0.9880** |"));
  EXPECT_THAT(text, HasSubstr("\\<script\\>alert(1)\\</script\\>"));
  EXPECT_THAT(text, HasSubstr("nine \\| ten"));
  EXPECT_THAT(text, HasSubstr("| exponential | 0.1000 |"));
}

TEST(Report, terminal_table_has_a_row_per_point) {
  const PlayedStudy played;
  const std::string table = tableText(played.results);
  EXPECT_THAT(table, HasSubstr("\n  relu            0.9880"));
  EXPECT_THAT(table, HasSubstr("not finite"));
  EXPECT_THAT(table, HasSubstr("best: act = relu, accuracy 0.9880 (selected on the test set)"));
}

TEST(Report, is_written_without_any_result) {
  TemporaryFolder temporary;
  const Study study = studyOfActivations();
  const StudyInfo info = infoOf(study);
  const ResultsFolder folder(temporary.path);
  ResultStore store(folder, false);
  store.studyStarted(info);
  EXPECT_TRUE(store.wantsResult(runOf(study, 0), runOf(study, 0).steps));
  store.studyEnded({.interrupted = 1, .wasInterrupted = true, .seconds = 1});
  writeReport(store.load(), temporary.path);
  EXPECT_THAT(readFile(temporary.path / "report.html"), HasSubstr("The study was interrupted"));
  EXPECT_THAT(readFile(temporary.path / "report.md"), HasSubstr("No point has figures"));
}

TEST(Report, names_the_file_that_cannot_be_written) {
  const PlayedStudy played;
  try {
    writeReport(played.results, played.temporary.path / "missing");
    FAIL();
  } catch (const StoreError &error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("report.html"), HasSubstr("No such file")));
  }
}

TEST(Report, figures_read_well) {
  EXPECT_EQ(countText(542230), "542,230");
  EXPECT_EQ(countText(-1000), "-1,000");
  EXPECT_EQ(lossText(0.03914), "0.03914");
  EXPECT_EQ(lossText(std::numeric_limits<double>::infinity()), "not finite");
  EXPECT_EQ(durationText(127), "2 min 07 s");
  EXPECT_EQ(rateText(18700), "18.7 k");
  EXPECT_EQ(shellQuoted("it's"), "'it'\\''s'");
}

/// For test/report/browser.py, and for whoever wants to look: NNX_KEEP_REPORT names the folder.
TEST(Report, is_written_for_the_browser) {
  const char *const folder = std::getenv("NNX_KEEP_REPORT");
  if (!folder)
    GTEST_SKIP() << "NNX_KEEP_REPORT names no folder";
  PlayedStudy played(studyOfGrid(3));
  played.results.points[2].runs.at(0).autopsy = autopsyOfDense();
  writeReport(played.results, folder);
}

} // namespace
} // namespace nnxrt
