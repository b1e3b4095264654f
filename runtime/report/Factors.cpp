// Factors from the axes of an experiment.
#include "runtime/report/Factors.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <numeric>
#include <set>

namespace nnxrt {

/// The names of the axes of each factor.
static std::vector<std::vector<std::string>> groupsOf(const Experiment &experiment) {
  std::vector<std::vector<std::string>> groups;
  int tuple = -1;
  for (const Axis &axis : experiment.axes) {
    if (axis.tied < 0 || axis.tied != tuple)
      groups.emplace_back();
    groups.back().push_back(axis.name);
    tuple = axis.tied;
  }
  return groups;
}

/// Places of a point's values in its axes, so that factors list theirs in the file's order.
static std::vector<size_t> ranksOf(const Experiment &experiment, const PointFigures &point,
                                   const std::vector<std::string> &axes) {
  std::vector<size_t> ranks;
  for (const Axis &axis : experiment.axes) {
    if (std::ranges::find(axes, axis.name) == axes.end())
      continue;
    const auto found = std::ranges::find(axis.values, point.coordinate(axis.name));
    ranks.push_back(static_cast<size_t>(found - axis.values.begin()));
  }
  return ranks;
}

std::vector<Factor> factorsOf(const ExperimentFigures &figures) {
  std::vector<Factor> factors;
  for (const std::vector<std::string> &axes : groupsOf(*figures.experiment)) {
    Factor factor{.name = fmt::format("{}", fmt::join(axes, ", ")), .values = {}, .of = {}};
    std::vector<std::vector<size_t>> each;
    for (const PointFigures &point : figures.points)
      each.push_back(ranksOf(*figures.experiment, point, axes));
    const std::set<std::vector<size_t>> places(each.begin(), each.end());
    if (places.size() < 2)
      continue;
    factor.values.resize(places.size());
    for (size_t p = 0; p < each.size(); ++p) {
      const auto value = static_cast<size_t>(std::distance(places.begin(), places.find(each[p])));
      factor.of.push_back(value);
      std::vector<std::string> labels;
      for (const std::string &axis : axes)
        labels.push_back(figures.points[p].coordinate(axis));
      factor.values[value] = fmt::format("{}", fmt::join(labels, ", "));
    }
    factors.push_back(std::move(factor));
  }
  return factors;
}

static std::vector<size_t> placeOf(const std::vector<Factor> &factors, size_t point) {
  std::vector<size_t> place;
  for (const Factor &factor : factors)
    place.push_back(factor.of[point]);
  return place;
}

bool areApart(const std::vector<Factor> &factors, const std::vector<size_t> &points) {
  std::set<std::vector<size_t>> places;
  return std::ranges::all_of(points,
                             [&](size_t p) { return places.insert(placeOf(factors, p)).second; });
}

bool isGrid(const std::vector<Factor> &factors, const std::vector<size_t> &points) {
  size_t combinations = 1;
  for (const Factor &factor : factors) {
    std::set<size_t> values;
    for (const size_t p : points)
      values.insert(factor.of[p]);
    combinations *= values.size();
  }
  return !points.empty() && combinations == points.size() && areApart(factors, points);
}

std::vector<size_t> allPoints(const ExperimentFigures &figures) {
  std::vector<size_t> points(figures.points.size());
  std::iota(points.begin(), points.end(), size_t{0});
  return points;
}

std::string assignmentText(const Factor &factor, size_t value) {
  const bool tied = factor.name.find(',') != std::string::npos;
  return fmt::format(fmt::runtime(tied ? "({}) = ({})" : "{} = {}"), factor.name,
                     factor.values[value]);
}

} // namespace nnxrt
