// What came out of an experiment, in plain sentences made from its figures alone.
#include "runtime/report/Comparison.h"
#include "runtime/report/Endings.h"
#include "runtime/report/Figures.h"
#include "runtime/report/Format.h"
#include "runtime/report/Importance.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace nnxrt {

namespace {

class Summary {
public:
  Summary(const ExperimentFigures &experimentFigures, const StudyResults &studyResults)
      : figures(experimentFigures), results(studyResults), ranked(figures.ranking()),
        metric(*figures.metric) {}

  std::vector<std::string> write() {
    if (results.info->quick)
      say("A quick trial: one epoch on a fiftieth of the data. These figures say that everything "
          "runs, not how good it is.");
    if (ranked.empty())
      say("No point has figures on the test set yet.");
    else
      sayFigures();
    for (std::string &sentence : endingSentences(figures))
      say(std::move(sentence));
    return std::move(sentences);
  }

private:
  void say(std::string sentence) { sentences.push_back(std::move(sentence)); }
  [[nodiscard]] std::string text(double value) const { return textOf(metric.unit, value); }

  void sayFigures() {
    sayBest();
    if (ranked.size() < 2)
      return;
    sayWhatMattered();
    sayComparison();
    sayRange();
    say(fmt::format("The best point was selected on {}{}.", figures.selectedOn(),
                    std::string_view(figures.selectedOn()) == "the test set"
                        ? ": expect a little less on new data"
                        : "; its figures are those of the test set"));
  }

  void sayBest() {
    const PointFigures &best = *figures.best();
    std::string score = fmt::format("{} {}", metric.title, text(best.score.mean));
    const auto interval = intervalOf(best);
    if (interval && best.score.count > 1)
      score += fmt::format(" ± {} over {} repeats (95 % interval of their mean {} to {})",
                           text(best.score.deviation), best.score.count, text(interval->low),
                           text(interval->high));
    else if (interval)
      score += fmt::format(" (95 % interval {} to {}, from {} test samples)", text(interval->low),
                           text(interval->high), countText(best.bestRun->result.test.samples));
    for (const char *name : {"accuracy", "precision", "recall", "f1", "rmse", "mae", "r2", "loss"})
      if (const MetricRow *const row = findMetric(name); row && row != &metric) {
        const double value = best.spread(*row).mean;
        if (!std::isnan(value))
          score += fmt::format(", {} {}", row->title, textOf(row->unit, value));
      }
    if (figures.points.size() == 1)
      say(fmt::format("{} reaches on the test set: {}.", best.name(), score));
    else
      say(fmt::format("Best of {} points on {}: {}, with {}.", figures.points.size(),
                      figures.selectedOn(), best.name(), score));
  }

  /// The factor's means over all other axes: "from 0.9740 (sigmoid) to 0.9880 (gelu)".
  [[nodiscard]] std::string meansOf(const Factor &factor, const Importance &importance) const {
    std::vector<Spread> means(factor.values.size());
    for (size_t value = 0; value < factor.values.size(); ++value) {
      std::vector<double> scores;
      for (const size_t p : importance.points)
        if (factor.of[p] == value)
          scores.push_back(figures.points[p].score.mean);
      means[value] = spreadOf(scores);
    }
    std::vector<size_t> order;
    for (size_t value = 0; value < means.size(); ++value)
      if (means[value].count > 0)
        order.push_back(value);
    std::ranges::stable_sort(
        order, [&](size_t a, size_t b) { return figures.isBetter(means[b].mean, means[a].mean); });
    return fmt::format("its means range from {} ({}) to {} ({})", text(means[order.front()].mean),
                       factor.values[order.front()], text(means[order.back()].mean),
                       factor.values[order.back()]);
  }

  void sayWhatMattered() {
    const std::vector<Factor> factors = factorsOf(figures);
    const auto importance = importanceOf(figures, factors);
    if (factors.size() < 2 || !importance)
      return;
    std::string rest;
    for (const VarianceShare &each : importance->shares)
      if (each.name != factors[importance->factor].name && each.share >= 0.005)
        rest += fmt::format(", {} {:.0f} %", each.name, 100 * each.share);
    const auto of = [&](const VarianceShare &each) {
      return each.name == factors[importance->factor].name;
    };
    const double largest = std::ranges::find_if(importance->shares, of)->share;
    std::string left;
    for (const std::string &value : importance->left)
      left += (left.empty() ? " (without " : " and ") + value;
    if (!left.empty())
      left += ", where points failed)";
    say(fmt::format(
        "What mattered most is {}: it alone accounts for {:.0f} % of the variance of {} "
        "over the grid{}{}; {}.",
        factors[importance->factor].name, 100 * largest, metric.title, left, rest,
        meansOf(factors[importance->factor], *importance)));
  }

  void sayComparison() {
    const std::vector<Comparison> comparisons = compareWithBest(figures);
    constexpr size_t named = 4;
    std::string names;
    size_t alike = 0, tested = 0;
    for (size_t p = 0; p < comparisons.size(); ++p) {
      tested += comparisons[p].isTested ? 1 : 0;
      if (!comparisons[p].isTested || comparisons[p].isTold)
        continue;
      if (++alike <= named)
        names += (names.empty() ? ": " : "; ") + figures.points[p].name();
    }
    if (tested == 0)
      return;
    if (alike == 0)
      return say(fmt::format("Each of the {} other points can be told from the best (paired tests "
                             "at 5 %).",
                             tested));
    if (alike > named)
      names = " (marked \"= best\" in the table)";
    say(fmt::format("{} of {} other points cannot be told from the best by paired tests at 5 %{}.",
                    alike, tested, names));
  }

  void sayRange() {
    const size_t middle = ranked.size() / 2;
    const double median = ranked.size() % 2 == 1
                              ? ranked[middle]->score.mean
                              : (ranked[middle - 1]->score.mean + ranked[middle]->score.mean) / 2;
    say(fmt::format("Over all points, {} ranges from {} ({}) to {}, with the median at {}.",
                    metric.title, text(ranked.back()->score.mean), ranked.back()->name(),
                    text(ranked.front()->score.mean), text(median)));
  }

  const ExperimentFigures &figures;
  const StudyResults &results;
  const std::vector<const PointFigures *> ranked;
  const MetricRow &metric;
  std::vector<std::string> sentences;
};

} // namespace

std::vector<std::string> summaryOf(const ExperimentFigures &figures, const StudyResults &results) {
  return Summary(figures, results).write();
}

} // namespace nnxrt
