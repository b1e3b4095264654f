// What mattered in a grid, against least squares with NumPy.
#include "runtime/report/Importance.h"
#include "test/unit/runtime/StudyFixture.h"

#include <gmock/gmock.h>
#include <map>

namespace nnxrt {
namespace {

using namespace fixture;

/// The grid of the fixture with these scores.
struct ScoredGrid {
  explicit ScoredGrid(const std::vector<double> &scores) : study(studyOfGrid()) {
    figures.experiment = &study.experiments[1];
    figures.metric = findMetric("accuracy");
    for (size_t p = 0; p < scores.size(); ++p) {
      PointFigures &point = figures.points.emplace_back();
      point.experiment = figures.experiment;
      point.point = &figures.experiment->points[p];
      point.metric = figures.metric;
      point.score = {.count = 1, .mean = scores[p]};
    }
  }

  [[nodiscard]] std::optional<Importance> importance() const {
    return importanceOf(figures, factorsOf(figures));
  }

  Study study;
  ExperimentFigures figures;
};

const std::vector<double> scores = {0.988, 0.982, 0.976, 0.97,  0.977, 0.958, 0.952, 0.946, 0.94,
                                    0.934, 0.928, 0.915, 0.916, 0.91,  0.904, 0.898, 0.892, 0.888};

TEST(Importance, shares_are_those_of_least_squares) {
  const ScoredGrid grid(scores);
  const auto importance = grid.importance();
  ASSERT_TRUE(importance);
  std::map<std::string, double> shares;
  for (const VarianceShare &each : importance->shares)
    shares[each.name] = each.share;
  // numpy.linalg.lstsq with dummy variables, one term after the other.
  EXPECT_NEAR(shares["opt"], 0.768274093251714, 1e-10);
  EXPECT_NEAR(shares["lr"], 0.19584916160565102, 1e-10);
  EXPECT_NEAR(shares["batch"], 0.02835176268479735, 1e-10);
  EXPECT_NEAR(shares["opt × lr"], 0.0010343826368839348, 1e-10);
  EXPECT_NEAR(shares["opt × batch"], 0.0007803237436129033, 1e-10);
  EXPECT_NEAR(shares["lr × batch"], 0.0024619516562225767, 1e-10);
  EXPECT_NEAR(importance->rest, 0.0032483244210973483, 1e-10);
  EXPECT_EQ(importance->shares[0].name, "opt");
}

TEST(Importance, leaves_out_the_value_that_failed) {
  ScoredGrid grid(scores);
  for (size_t p = 0; p < 18; p += 9) // lr = 0.1 of both optimizers, batch 16
    grid.figures.points[p].hasFailed = true;
  const auto importance = grid.importance();
  ASSERT_TRUE(importance);
  EXPECT_EQ(importance->points.size(), 12U);
  ASSERT_EQ(importance->left.size(), 1U);
  EXPECT_EQ(importance->left[0], "lr = 0.1");
}

TEST(Importance, needs_a_whole_grid_and_a_difference) {
  ScoredGrid equal(std::vector<double>(18, 0.9));
  EXPECT_FALSE(equal.importance());
  ScoredGrid part(std::vector<double>(scores.begin(), scores.end() - 1));
  EXPECT_FALSE(part.importance());
  ScoredGrid missing(scores);
  missing.figures.points[3].score.mean = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(missing.importance());
}

TEST(Factors, tied_axes_are_one) {
  ScoredGrid grid(scores);
  auto &axes = grid.study.experiments[1].axes;
  axes[0].tied = axes[1].tied = 0;
  const auto factors = factorsOf(grid.figures);
  ASSERT_EQ(factors.size(), 2U);
  EXPECT_EQ(factors[0].name, "opt, lr");
  EXPECT_EQ(factors[0].values.size(), 6U);
  EXPECT_EQ(assignmentText(factors[0], 1), "(opt, lr) = (adam, 0.01)");
  EXPECT_TRUE(isGrid(factors, allPoints(grid.figures)));
}

} // namespace
} // namespace nnxrt
