// The head of the page.
#include "runtime/report/HtmlOverview.h"

#include "runtime/report/Claims.h"
#include "runtime/report/Comparison.h"
#include "runtime/report/Facts.h"
#include "runtime/report/Format.h"
#include "runtime/report/HtmlCells.h"
#include "runtime/report/HtmlTable.h"
#include "runtime/report/Importance.h"
#include "runtime/report/Page.h"
#include "runtime/report/SharedRuns.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>

namespace nnxrt {

static void addTile(PageParts &page, const std::string &name, const std::string &value,
                    const std::string &note) {
  page.body += fmt::format("<div><dt>{}</dt><dd>{}<small>{}</small></dd></div>\n", escapeHtml(name),
                           escapeHtml(value), escapeHtml(note));
}

/// The best of all experiments that are measured by the metric of the first.
static const PointFigures *bestOf(const std::vector<ExperimentFigures> &experiments) {
  const PointFigures *best = nullptr;
  for (const ExperimentFigures &experiment : experiments) {
    const PointFigures *const point = experiment.best();
    if (!point || point->metric != experiments.front().metric)
      continue;
    if (!best || experiment.isBetter(point->score.mean, best->score.mean))
      best = point;
  }
  return best;
}

static void addTiles(PageParts &page, const StudyResults &results,
                     const std::vector<ExperimentFigures> &experiments) {
  size_t points = 0, withFigures = 0;
  for (const ExperimentFigures &experiment : experiments) {
    points += experiment.points.size();
    withFigures += experiment.ranking().size();
  }
  const std::vector<const StoredRun *> runs = distinctRuns(results);
  std::map<RunStatus, size_t> unwell;
  double fastest = 0;
  for (const StoredRun *run : runs) {
    if (run->result.status != RunStatus::finished)
      ++unwell[run->result.status];
    fastest = std::max(fastest, run->result.samplesPerSecond);
  }
  page.body += "<dl class=\"figures\">\n";
  if (const PointFigures *const best = bestOf(experiments))
    addTile(page, "Best " + experiments.front().scoreTitle(),
            textOf(best->metric->unit, best->score.mean), best->name());
  std::string note = counted(static_cast<int64_t>(runs.size()), "run");
  for (const auto &[status, count] : unwell)
    note += fmt::format(", {} {}", count, nameOf(status));
  addTile(page, "Points with results", fmt::format("{} of {}", withFigures, points), note);
  addTile(page, "Training and tests", durationText(trainingSeconds(results)), "all runs together");
  if (fastest > 0)
    addTile(page, "Samples per second", rateText(fastest), "training, the fastest run");
  page.body += "</dl>\n";
}

/// "act 83 %", with what was left out behind it.
static HtmlCell importanceCell(const ExperimentFigures &figures) {
  const std::vector<Factor> factors = factorsOf(figures);
  const auto importance = importanceOf(figures, factors);
  if (factors.size() < 2 || !importance)
    return {.text = ""};
  const VarianceShare &first = importance->shares.front();
  HtmlCell cell{.text = fmt::format("{} {:.0f} %", first.name, 100 * first.share), .wraps = true};
  for (const std::string &value : importance->left)
    cell.note += (cell.note.empty() ? "without " : ", ") + value;
  return cell;
}

static HtmlCell claimsCell(const ExperimentFigures &figures) {
  size_t held = 0, failed = 0;
  for (const ClaimOutcome &outcome : decideClaims(figures))
    if (outcome.decided > 0)
      ++(outcome.failures.empty() ? held : failed);
  if (held + failed == 0)
    return {.text = ""};
  return {.text = fmt::format("{} of {}", held, held + failed),
          .note = failed > 0 ? "some fail" : "",
          .tone = failed > 0 ? "bad" : "good"};
}

static void addExperiments(PageParts &page, const std::vector<ExperimentFigures> &experiments) {
  const bool anyValidation = std::ranges::any_of(experiments, [](const ExperimentFigures &each) {
    return std::string_view(each.selectedOn()) != "the test set";
  });
  HtmlTable table(fmt::format("The experiments at a glance; best points are selected on {}",
                              anyValidation ? "the validation share, or the test set without one"
                                            : "the test set"),
                  {{.name = "experiment"},
                   {.name = "points", .number = true},
                   {.name = "best point"},
                   {.name = "score", .number = true},
                   {.name = "as good", .number = true},
                   {.name = "what mattered most"},
                   {.name = "failed", .number = true},
                   {.name = "claims that hold"}},
                  false);
  for (size_t e = 0; e < experiments.size(); ++e) {
    const ExperimentFigures &figures = experiments[e];
    const PointFigures *const best = figures.best();
    const auto alike = std::ranges::count_if(compareWithBest(figures), [](const Comparison &each) {
      return each.isTested && !each.isTold;
    });
    HtmlCell name{.text = figures.title(), .wraps = true};
    name.markup = fmt::format("<a href=\"#e{}\">{}</a>", e, escapeHtml(name.text));
    HtmlCell point{.text = "", .wraps = true}, score{.text = ""};
    if (best) {
      point.text = best->name();
      point.markup = fmt::format("<a href=\"#e{}p{}\">{}</a>", e, best - figures.points.data(),
                                 escapeHtml(point.text));
      score.text = textOf(figures.metric->unit, best->score.mean);
      if (const auto interval = intervalOf(*best))
        score.note = fmt::format("{} to {}", textOf(figures.metric->unit, interval->low),
                                 textOf(figures.metric->unit, interval->high));
    }
    table.addRow({name, numberCell(static_cast<int64_t>(figures.points.size())), point, score,
                  numberCell(alike), importanceCell(figures),
                  numberCell(std::ranges::count(figures.points, true, &PointFigures::hasFailed)),
                  claimsCell(figures)});
  }
  page.body += table.html();
  page.body +=
      "<p class=\"small quiet\">Score: with its 95 % interval. As good: points that paired "
      "tests cannot tell from the best. What mattered most: the largest share of the "
      "score's variance over the grid.</p>\n";
}

void addOverview(PageParts &page, const StudyResults &results,
                 const std::vector<ExperimentFigures> &experiments) {
  page.body += "<section aria-label=\"Overview\">\n";
  addTiles(page, results, experiments);
  if (results.outcome.wasInterrupted)
    page.body +=
        "<p class=\"bad\">The study was interrupted: these are the results of what had run. "
        "The same command goes on where it stopped.</p>\n";
  if (experiments.size() > 1)
    addExperiments(page, experiments);
  page.body += "</section>\n";
}

} // namespace nnxrt
