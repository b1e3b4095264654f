// Paired tests against the best point.
#include "runtime/report/Comparison.h"

#include "runtime/metrics/Statistics.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace nnxrt {

static constexpr double level = 0.05;

std::vector<std::pair<const StoredRun *, const StoredRun *>> pairsOf(const PointFigures &a,
                                                                     const PointFigures &b) {
  std::vector<std::pair<const StoredRun *, const StoredRun *>> pairs;
  for (const StoredRun *first : a.runs)
    for (const StoredRun *second : b.runs)
      if (first->seed == second->seed)
        pairs.emplace_back(first, second);
  return pairs;
}

std::vector<double> differencesOf(const PointFigures &best, const PointFigures &other) {
  std::vector<double> differences;
  for (const auto &[first, second] : pairsOf(best, other)) {
    const double difference =
        best.metric->of(*best.point, *first) - other.metric->of(*other.point, *second);
    differences.push_back(best.metric->higherIsBetter ? difference : -difference);
  }
  return differences;
}

static std::optional<double> testOf(const PointFigures &best, const PointFigures &other,
                                    Comparison &comparison) {
  const auto pairs = pairsOf(best, other);
  comparison.isPaired = pairs.size() > 1;
  if (comparison.isPaired) {
    const std::vector<double> differences = differencesOf(best, other);
    if (std::ranges::all_of(differences, [](double each) { return std::isfinite(each); }))
      return pairedTest(differences);
    return std::nullopt;
  }
  if (pairs.empty())
    return std::nullopt;
  const std::vector<bool> &first = pairs[0].first->hits, &second = pairs[0].second->hits;
  if (first.empty() || first.size() != second.size())
    return std::nullopt;
  int64_t onlyFirst = 0, onlySecond = 0;
  for (size_t i = 0; i < first.size(); ++i) {
    onlyFirst += first[i] && !second[i] ? 1 : 0;
    onlySecond += second[i] && !first[i] ? 1 : 0;
  }
  return mcNemarTest(onlyFirst, onlySecond);
}

std::vector<Comparison> compareWithBest(const ExperimentFigures &figures) {
  std::vector<Comparison> comparisons(figures.points.size());
  const PointFigures *const best = figures.best();
  if (!best || figures.points.size() < 2)
    return comparisons;
  std::vector<double> values;
  std::vector<size_t> tested;
  for (size_t p = 0; p < figures.points.size(); ++p) {
    comparisons[p].isBest = &figures.points[p] == best;
    if (comparisons[p].isBest)
      continue;
    if (const auto value = testOf(*best, figures.points[p], comparisons[p])) {
      values.push_back(*value);
      tested.push_back(p);
    }
  }
  const std::vector<double> corrected = holmCorrected(values), levels = holmLevels(values, level);
  for (size_t i = 0; i < tested.size(); ++i) {
    Comparison &comparison = comparisons[tested[i]];
    comparison.isTested = true;
    comparison.p = corrected[i];
    comparison.level = levels[i];
    comparison.isTold = corrected[i] < level;
  }
  return comparisons;
}

std::string comparisonNote(const std::vector<Comparison> &comparisons) {
  const auto count = [&](auto wanted) {
    return std::count_if(comparisons.begin(), comparisons.end(), wanted);
  };
  const auto tested = count([](const Comparison &each) { return each.isTested; });
  if (tested == 0)
    return "";
  const auto alike = count([](const Comparison &each) { return each.isTested && !each.isTold; });
  const auto paired = count([](const Comparison &each) { return each.isTested && each.isPaired; });
  return fmt::format("{} of {} other points cannot be told from the best (\"= best\"): {}, "
                     "corrected for their number by Holm, at 5 %.",
                     alike, tested,
                     paired == tested ? "Student's paired test on the scores of equal seeds"
                     : paired == 0    ? "McNemar's exact test on the predictions"
                                      : "Student's paired test on the scores of equal seeds where "
                                        "there are several, else McNemar's exact test on the "
                                        "predictions");
}

} // namespace nnxrt
