// Analysis of variance over a complete grid.
#include "runtime/report/Importance.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace nnxrt {

namespace {

/// Points and the values of one factor that they leave out.
struct Selection {
  std::vector<size_t> points;
  std::vector<std::string> left;
};

/// The largest set of points that is left without those values of one factor which failed.
Selection selectPoints(const ExperimentFigures &figures, const std::vector<Factor> &factors) {
  const std::vector<size_t> all = allPoints(figures);
  std::vector<size_t> failed;
  std::ranges::copy_if(all, std::back_inserter(failed),
                       [&](size_t p) { return figures.points[p].hasFailed; });
  if (failed.empty())
    return {.points = all, .left = {}};
  Selection best;
  for (const Factor &factor : factors) {
    std::set<size_t> values;
    for (const size_t p : failed)
      values.insert(factor.of[p]);
    Selection selection;
    for (const size_t p : all)
      if (!values.contains(factor.of[p]))
        selection.points.push_back(p);
    for (const size_t value : values)
      selection.left.push_back(assignmentText(factor, value));
    if (selection.points.size() > best.points.size())
      best = std::move(selection);
  }
  return best;
}

/// Sum over groups of n (mean - grand mean)^2, the groups being those of equal `keyOf`.
template <typename KeyOf>
double squaresBetween(const std::vector<size_t> &points, const std::vector<double> &scores,
                      double mean, KeyOf keyOf) {
  struct Group {
    double sum = 0;
    double count = 0;
  };
  std::map<std::pair<size_t, size_t>, Group> groups;
  for (const size_t p : points) {
    Group &group = groups[keyOf(p)];
    group.sum += scores[p] - mean;
    group.count += 1;
  }
  double squares = 0;
  for (const auto &[key, group] : groups)
    squares += group.sum * group.sum / group.count;
  return squares;
}

} // namespace

std::optional<Importance> importanceOf(const ExperimentFigures &figures,
                                       const std::vector<Factor> &factors) {
  Selection selection = selectPoints(figures, factors);
  const std::vector<size_t> &points = selection.points;
  if (points.size() < 2 || !isGrid(factors, points))
    return std::nullopt;
  std::vector<double> scores;
  for (const PointFigures &point : figures.points)
    scores.push_back(point.score.mean);
  double mean = 0, total = 0;
  for (const size_t p : points)
    mean += scores[p] / static_cast<double>(points.size());
  for (const size_t p : points)
    total += (scores[p] - mean) * (scores[p] - mean);
  constexpr double rounding = 1e-24; // of equal scores; a score that is not a number ends here, too
  if (!(total > rounding * mean * mean * static_cast<double>(points.size())))
    return std::nullopt;
  Importance result;
  result.rest = 1;
  std::vector<double> single;
  const auto add = [&](const std::string &name, double share) {
    result.shares.push_back({name, std::max(0.0, share)});
    result.rest -= result.shares.back().share;
  };
  for (const Factor &factor : factors) {
    single.push_back(squaresBetween(points, scores, mean,
                                    [&](size_t p) { return std::pair(factor.of[p], size_t{0}); }) /
                     total);
    add(factor.name, single.back());
  }
  result.factor = static_cast<size_t>(std::ranges::max_element(single) - single.begin());
  for (size_t a = 0; a < factors.size(); ++a) {
    for (size_t b = a + 1; b < factors.size() && factors.size() > 2; ++b) {
      const double both = squaresBetween(points, scores, mean, [&](size_t p) {
        return std::pair(factors[a].of[p], factors[b].of[p]);
      });
      add(factors[a].name + " × " + factors[b].name, both / total - single[a] - single[b]);
    }
  }
  result.rest = std::max(0.0, result.rest);
  std::ranges::stable_sort(result.shares, std::greater(), &VarianceShare::share);
  result.left = std::move(selection.left);
  result.points = std::move(selection.points);
  return result;
}

} // namespace nnxrt
