// Runs of one point brought together.
#include "runtime/report/Figures.h"

#include "runtime/metrics/Statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace nnxrt {

Spread spreadOf(const std::vector<double> &values) {
  Spread spread{.count = values.size(), .mean = std::numeric_limits<double>::quiet_NaN()};
  if (values.empty())
    return spread;
  double sum = 0;
  for (const double value : values)
    sum += value;
  spread.mean = sum / static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values)
    squares += (value - spread.mean) * (value - spread.mean);
  if (values.size() > 1)
    spread.deviation = std::sqrt(squares / static_cast<double>(values.size() - 1));
  return spread;
}

std::string deviationText(const Spread &spread, std::string (*text)(double)) {
  const std::string mean = text(spread.mean);
  const size_t point = mean.find('.');
  if (spread.count < 2 || point == std::string::npos || !std::isfinite(spread.deviation))
    return "";
  return fmt::format("± {:.{}f}", spread.deviation,
                     mean.find('e', point) != std::string::npos ? 4 : mean.size() - point - 1);
}

std::string spreadText(const Spread &spread, std::string (*text)(double)) {
  if (spread.count == 0)
    return "";
  const std::string deviation = deviationText(spread, text);
  return text(spread.mean) + (deviation.empty() ? "" : " " + deviation);
}

Interval wilsonInterval(double share, int64_t samples) {
  if (samples <= 0)
    return {.low = 0, .high = 1};
  constexpr double z = 1.959963984540054; // 97.5 % quantile of the normal distribution
  const auto n = static_cast<double>(samples);
  const double scale = 1 / (1 + z * z / n);
  const double centre = scale * (share + z * z / (2 * n));
  const double half = scale * z * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  return {.low = centre - half, .high = centre + half};
}

static std::string statusOf(const std::vector<StoredRun> &runs) {
  if (runs.empty())
    return "not run";
  constexpr std::array kinds{RunStatus::failed, RunStatus::diverged, RunStatus::interrupted,
                             RunStatus::running};
  std::string text;
  for (const RunStatus kind : kinds) {
    const auto count = std::count_if(
        runs.begin(), runs.end(), [&](const StoredRun &run) { return run.result.status == kind; });
    if (count == 0)
      continue;
    if (count == static_cast<std::ptrdiff_t>(runs.size()))
      return nameOf(kind);
    text += (text.empty() ? "" : ", ") +
            fmt::format("{} of {} runs {}", count, runs.size(), nameOf(kind));
  }
  return text.empty() ? nameOf(RunStatus::finished) : text;
}

static bool isWhole(const StoredRun &run) {
  return run.result.status == RunStatus::finished || run.result.status == RunStatus::diverged;
}

bool predictsOneClass(const Metrics &test, size_t &predicted) {
  for (size_t c = 0; c < test.perClass.size(); ++c) {
    if (test.samples > 0 && test.perClass[c].predicted == test.samples) {
      predicted = c;
      return true;
    }
  }
  return false;
}

std::optional<Interval> intervalOf(const PointFigures &point) {
  const Spread &score = point.score;
  if (score.count > 1) {
    const auto count = static_cast<double>(score.count);
    const double half = studentQuantile(0.05, count - 1) * score.deviation / std::sqrt(count);
    return Interval{.low = score.mean - half, .high = score.mean + half};
  }
  if (score.count == 0 || point.metric->unit != Unit::share ||
      point.bestRun->result.test.classes == 0)
    return std::nullopt;
  return wilsonInterval(score.mean, point.bestRun->result.test.samples);
}

static bool hasFailed(const StoredRun &run) {
  size_t predicted = 0;
  return run.result.status == RunStatus::failed || run.result.status == RunStatus::diverged ||
         run.result.divergedStep > 0 ||
         (run.result.evaluated && predictsOneClass(run.result.test, predicted));
}

static PointFigures figuresOf(const ExperimentFigures &experiment, const PointResults &results) {
  PointFigures figures;
  figures.experiment = experiment.experiment;
  figures.metric = experiment.metric;
  figures.point = &experiment.experiment->points[results.point];
  figures.results = &results;
  figures.status = statusOf(results.runs);
  // Runs that were cut short say nothing beside whole ones, and something where there are no
  // others.
  const bool anyWhole = std::any_of(results.runs.begin(), results.runs.end(), isWhole);
  for (const StoredRun &run : results.runs) {
    figures.hasFailed = figures.hasFailed || hasFailed(run);
    if ((anyWhole && !isWhole(run)) || !run.result.evaluated)
      continue;
    figures.runs.push_back(&run);
    const auto scoreOf = [&](const StoredRun &each) {
      return experiment.selection->of(*figures.point, each);
    };
    if (!figures.bestRun || experiment.isBetter(scoreOf(run), scoreOf(*figures.bestRun)))
      figures.bestRun = &run;
  }
  figures.score = figures.spread(*figures.metric);
  return figures;
}

/// What points are ranked by: the first of these that some run has.
static const MetricRow *rankingMetric(const StudyResults &results, size_t number) {
  const Experiment &experiment = results.info->study->experiments[number];
  for (const char *name : {"accuracy", "rmse"}) {
    const MetricRow *const metric = findMetric(name);
    for (const PointResults &entry : results.points)
      if (metric && entry.experiment == number)
        for (const StoredRun &run : entry.runs)
          if (run.result.evaluated &&
              std::isfinite(metric->of(experiment.points[entry.point], run)))
            return metric;
  }
  return findMetric("accuracy");
}

const std::string &PointFigures::coordinate(const std::string &axis) const {
  static const std::string none;
  for (const auto &[name, value] : point->axes)
    if (name == axis)
      return value;
  return none;
}

Spread PointFigures::spread(const MetricRow &metric) const {
  std::vector<double> values;
  for (const StoredRun *run : runs)
    values.push_back(metric.of(*point, *run));
  return spreadOf(values);
}

std::vector<const PointFigures *> ExperimentFigures::ranking() const {
  std::vector<const PointFigures *> ranked;
  for (const PointFigures &point : points)
    if (point.score.count > 0)
      ranked.push_back(&point);
  // A score that is not a number comes last.
  std::stable_sort(ranked.begin(), ranked.end(), [&](const auto *a, const auto *b) {
    if (std::isnan(a->score.mean) || std::isnan(b->score.mean))
      return std::isnan(a->score.mean) < std::isnan(b->score.mean);
    return isBetter(a->score.mean, b->score.mean);
  });
  return ranked;
}

/// What is selected by: `metric` on the validation share, or on the test set where no run has one.
static const MetricRow *selectionMetric(const StudyResults &results, size_t experiment,
                                        const MetricRow *metric) {
  for (const PointResults &point : results.points)
    if (point.experiment == experiment)
      for (const StoredRun &run : point.runs)
        if (run.result.validation.samples > 0)
          return findMetric(fmt::format("validation.{}", metric->name));
  return metric;
}

bool ExperimentFigures::hasRepeats() const {
  return experiment->repeats > 1 || std::ranges::any_of(points, [](const PointFigures &point) {
           return point.results->runs.size() > 1;
         });
}

std::string ExperimentFigures::repeatsText() const {
  size_t least = std::numeric_limits<size_t>::max(), most = 0;
  for (const PointFigures &point : points) {
    const size_t count = point.runs.size();
    least = count > 0 ? std::min(least, count) : least;
    most = std::max(most, count);
  }
  return least < most ? fmt::format("{} to {} repeats", least, most)
                      : fmt::format("{} repeats", most);
}

const char *ExperimentFigures::selectedOn() const {
  return selection != metric ? "the validation share" : "the test set";
}

const PointFigures *ExperimentFigures::best() const {
  const auto ranked = ranking();
  if (ranked.empty() || selection == metric)
    return ranked.empty() ? nullptr : ranked.front();
  const auto scoreOf = [&](const PointFigures *point) { return point->spread(*selection).mean; };
  const PointFigures *chosen = ranked.front();
  for (const PointFigures *point : ranked)
    if (isBetter(scoreOf(point), scoreOf(chosen)) ||
        (std::isnan(scoreOf(chosen)) && !std::isnan(scoreOf(point))))
      chosen = point;
  return chosen;
}

std::vector<ExperimentFigures> figuresOf(const StudyResults &results) {
  const std::vector<Experiment> &experiments = results.info->study->experiments;
  std::vector<ExperimentFigures> all;
  for (size_t e = 0; e < experiments.size(); ++e) {
    ExperimentFigures figures{
        .experiment = &experiments[e], .metric = rankingMetric(results, e), .points = {}};
    figures.selection = selectionMetric(results, e, figures.metric);
    bool shown = false;
    for (const PointResults &point : results.points) {
      if (point.experiment != e)
        continue;
      figures.points.push_back(figuresOf(figures, point));
      shown = shown || point.selected || !point.runs.empty();
    }
    if (shown)
      all.push_back(std::move(figures));
  }
  return all;
}

std::set<int64_t> bestRows(const StudyResults &results) {
  std::set<int64_t> rows;
  for (const ExperimentFigures &figures : figuresOf(results))
    if (const PointFigures *const best = figures.best(); best && best->bestRun)
      rows.insert(best->bestRun->row);
  return rows;
}

} // namespace nnxrt
