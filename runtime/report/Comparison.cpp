// Paired tests against the best point.
#include "runtime/report/Comparison.h"

#include "runtime/metrics/Statistics.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <utility>

namespace nnxrt {

static constexpr double level = 0.05;

/// Runs of both points that started from the same seed.
static std::vector<std::pair<const StoredRun *, const StoredRun *>> pairsOf(const PointFigures &a,
                                                                            const PointFigures &b) {
  std::vector<std::pair<const StoredRun *, const StoredRun *>> pairs;
  for (const StoredRun *first : a.runs)
    for (const StoredRun *second : b.runs)
      if (first->seed == second->seed)
        pairs.emplace_back(first, second);
  return pairs;
}

static std::optional<double> testOf(const PointFigures &best, const PointFigures &other) {
  const auto pairs = pairsOf(best, other);
  if (pairs.size() > 1) {
    std::vector<double> differences;
    for (const auto &[first, second] : pairs)
      differences.push_back(best.metric->of(*best.point, *first) -
                            best.metric->of(*other.point, *second));
    return pairedTest(differences);
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
    if (const auto value = testOf(*best, figures.points[p])) {
      values.push_back(*value);
      tested.push_back(p);
    }
  }
  const std::vector<double> corrected = holmCorrected(values);
  for (size_t i = 0; i < tested.size(); ++i) {
    Comparison &comparison = comparisons[tested[i]];
    comparison.isTested = true;
    comparison.p = corrected[i];
    comparison.isTold = corrected[i] < level;
  }
  return comparisons;
}

std::string comparisonNote(const ExperimentFigures &figures,
                           const std::vector<Comparison> &comparisons) {
  const auto count = [&](auto wanted) {
    return std::count_if(comparisons.begin(), comparisons.end(), wanted);
  };
  const auto tested = count([](const Comparison &each) { return each.isTested; });
  if (tested == 0)
    return "";
  const auto alike = count([](const Comparison &each) { return each.isTested && !each.isTold; });
  return fmt::format("{} of {} other points cannot be told from the best (\"= best\"): {}, "
                     "corrected for their number by Holm, at 5 %.",
                     alike, tested,
                     figures.experiment->repeats > 1
                         ? "Student's paired test on the scores of equal seeds"
                         : "McNemar's exact test on the predictions");
}

} // namespace nnxrt
