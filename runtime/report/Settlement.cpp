// Undecided comparisons and their price.
#include "runtime/report/Settlement.h"

#include "runtime/metrics/Statistics.h"
#include "runtime/report/Comparison.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace nnxrt {

static constexpr double power = 0.8;

/// Both points gave the same weights with every seed that they share: they mean the same.
static bool areEqual(const PointFigures &a, const PointFigures &b) {
  const auto pairs = pairsOf(a, b);
  return !pairs.empty() && std::ranges::all_of(pairs, [](const auto &pair) {
    return pair.first->result.weightsSha256 == pair.second->result.weightsSha256;
  });
}

/// By how much the mean of the best is better; `differencesOf` says it of shared seeds.
static double leadOf(const PointFigures &best, const PointFigures &other) {
  const double lead = best.score.mean - other.score.mean;
  return best.metric->higherIsBetter ? lead : -lead;
}

static OpenComparison examine(const PointFigures &best, const PointFigures &other,
                              const Comparison &comparison, int most) {
  const std::vector<double> differences = differencesOf(best, other);
  const Spread spread = spreadOf(differences);
  OpenComparison open{.seeds = spread.count,
                      .ahead = spread.count > 0 ? spread.mean : leadOf(best, other),
                      .spread = spread.deviation};
  if (areEqual(best, other))
    return open;
  if (best.point->settings.seed != other.point->settings.seed) {
    open.doubt = Doubt::unpaired;
    return open;
  }
  if (spread.count < 2) {
    open.doubt = most < firstSeeds ? Doubt::tooMany : Doubt::oneSeed;
    open.needed = most < firstSeeds ? 0 : firstSeeds;
    return open;
  }
  if (spread.deviation == 0)
    return open;
  const double effect = spread.mean / spread.deviation;
  open.needed = static_cast<int>(pairsNeeded(effect, comparison.level, power, most));
  open.doubt = open.needed > 0 ? Doubt::fewSeeds : Doubt::tooMany;
  return open;
}

namespace {

/// The runs that points lack, and how long they take.
class MissingRuns {
public:
  /// Those of the first `seeds` seeds of a point.
  void add(const PointFigures &point, int seeds) {
    std::set<uint64_t> there;
    double seconds = 0;
    for (const StoredRun *run : point.runs) {
      there.insert(run->seed);
      seconds += run->result.seconds / static_cast<double>(point.runs.size());
    }
    for (int repeat = 0; repeat < seeds; ++repeat) {
      const uint64_t seed = point.point->settings.seed + static_cast<uint64_t>(repeat);
      if (there.contains(seed))
        continue;
      double &known = runs[{point.point->key, seed}]; // points that mean the same share a run
      known = std::max(known, seconds);
    }
  }
  [[nodiscard]] size_t count() const { return runs.size(); }
  [[nodiscard]] double seconds() const {
    double sum = 0;
    for (const auto &[run, time] : runs)
      sum += time;
    return sum;
  }

private:
  std::map<std::pair<std::string, uint64_t>, double> runs;
};

} // namespace

static OpenExperiment examine(const ExperimentFigures &figures, int most) {
  OpenExperiment experiment;
  experiment.figures = figures;
  const std::vector<Comparison> comparisons = compareWithBest(figures);
  const auto best = std::ranges::find(comparisons, true, &Comparison::isBest);
  if (best == comparisons.end())
    return experiment;
  experiment.best = static_cast<size_t>(best - comparisons.begin());
  const PointFigures &leader = figures.points[experiment.best];
  for (size_t p = 0; p < figures.points.size(); ++p) {
    const PointFigures &point = figures.points[p];
    if (p == experiment.best || !std::isfinite(point.score.mean))
      continue;
    ++experiment.compared;
    if (comparisons[p].isTested && comparisons[p].isTold)
      continue;
    OpenComparison open = examine(leader, point, comparisons[p], most);
    open.point = p;
    MissingRuns missing;
    missing.add(leader, open.needed);
    missing.add(point, open.needed);
    open.runs = missing.count();
    open.seconds = missing.seconds();
    experiment.open.push_back(open);
  }
  return experiment;
}

Settlement settlementOf(const StudyResults &results, int most) {
  Settlement settlement;
  MissingRuns missing;
  for (const ExperimentFigures &figures : figuresOf(results)) {
    OpenExperiment experiment = examine(figures, most);
    if (experiment.compared == 0)
      continue;
    for (const OpenComparison &open : experiment.open) {
      if (open.needed == 0)
        continue;
      for (const size_t p : {experiment.best, open.point}) {
        const PointFigures &point = figures.points[p];
        missing.add(point, open.needed);
        int &wanted = settlement.wanted[{point.results->experiment, point.results->point}];
        wanted = std::max(wanted, open.needed);
      }
    }
    settlement.experiments.push_back(std::move(experiment));
  }
  settlement.runs = missing.count();
  settlement.seconds = missing.seconds();
  return settlement;
}

} // namespace nnxrt
