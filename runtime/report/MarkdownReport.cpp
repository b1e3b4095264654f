// report.md: the tables of the report for a repository.
#include "runtime/report/Claims.h"
#include "runtime/report/ClassCharts.h"
#include "runtime/report/FactorCharts.h"
#include "runtime/report/Facts.h"
#include "runtime/report/Figures.h"
#include "runtime/report/Format.h"
#include "runtime/report/Parts.h"
#include "runtime/report/PointsTable.h"
#include "runtime/report/Report.h"
#include "runtime/report/SharedRuns.h"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>

namespace nnxrt {

/// Text that Markdown shows as it stands, in a cell of a table too.
static std::string plain(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      escaped += ' ';
      continue;
    }
    if (std::string_view("\\`*_[]<>|#~").find(c) != std::string_view::npos)
      escaped += '\\';
    escaped += c;
  }
  return escaped;
}

static void addPointsTable(std::string &out, const StudyResults &results,
                           const ExperimentFigures &figures, const ReportPart &part) {
  const PointsTable table = pointsTable(figures, results, part.rows, part.columns).plain();
  std::string head = "|", rule = "|";
  for (const PointsTable::Column &column : table.columns) {
    head += fmt::format(" {} |", plain(column.name));
    rule += column.number ? " ---: |" : " --- |";
  }
  out += head + "\n" + rule + "\n";
  for (const PointsTable::Row &row : table.rows) {
    out += "|";
    for (size_t c = 0; c < row.cells.size(); ++c) {
      const PointsTable::Cell &cell = row.cells[c];
      const std::string text =
          cell.note.empty() ? plain(cell.text) : plain(cell.text + " " + cell.note);
      out += row.isBest && c == table.bestColumn ? fmt::format(" **{}** |", text)
                                                 : fmt::format(" {} |", text);
    }
    out += "\n";
  }
  for (const std::string &note : table.notes)
    out += "\n" + plain(note) + "\n";
  out += "\n";
}

static void addClaims(std::string &out, const ExperimentFigures &figures) {
  const auto outcomes = decideClaims(figures);
  if (outcomes.empty())
    return;
  out += "### Claims\n\n";
  for (const ClaimOutcome &outcome : outcomes) {
    out += fmt::format("- {} (line {}): {}\n", plain(outcome.claim->text), outcome.claim->line,
                       verdictOf(outcome));
    for (const ClaimFailure &failure : outcome.failures)
      out += fmt::format("  - {}: {}\n", plain(failure.point->name()), plain(failure.figures));
  }
  out += "\n";
}

static void addClasses(std::string &out, const Study &study, const PointFigures &best) {
  const Metrics &test = best.bestRun->result.test;
  const auto classes = classNames(study.datasets[best.point->dataset]);
  out += fmt::format("### By class: {}\n\n", plain(best.name()));
  out += "| class | precision | recall | F1 | samples | predicted |\n"
         "| --- | ---: | ---: | ---: | ---: | ---: |\n";
  for (size_t c = 0; c < test.perClass.size(); ++c) {
    const ClassFigures &figures = test.perClass[c];
    out +=
        fmt::format("| {} | {} | {} | {} | {} | {} |\n", plain(classes[c]),
                    shareText(figures.precision), shareText(figures.recall), shareText(figures.f1),
                    countText(figures.support), countText(figures.predicted));
  }
  out += "\nConfusion matrix, rows true, columns predicted:\n\n| |";
  std::string rule = "\n| --- |";
  for (const std::string &name : classes) {
    out += fmt::format(" {} |", plain(name));
    rule += " ---: |";
  }
  out += rule + "\n";
  for (int label = 0; label < test.classes; ++label) {
    out += fmt::format("| **{}** |", plain(classes[static_cast<size_t>(label)]));
    for (int predicted = 0; predicted < test.classes; ++predicted)
      out += fmt::format(" {} |", test.count(label, predicted));
    out += "\n";
  }
  out += "\n";
}

/// A heatmap as a table: one factor down, the other along the row.
static void addGrid(std::string &out, const MetricRow &metric, const Factor &x, const Factor &y,
                    const ExperimentFigures &figures) {
  out += fmt::format("### {} by {} and {}\n\n| {} |", plain(metric.title), plain(y.name),
                     plain(x.name), plain(y.name));
  std::string rule = "\n| --- |";
  for (size_t column = 0; column < x.values.size(); ++column) {
    out += fmt::format(" {} |", plain(assignmentText(x, column)));
    rule += " ---: |";
  }
  out += rule + "\n";
  for (size_t row = 0; row < y.values.size(); ++row) {
    out += fmt::format("| {} |", plain(y.values[row]));
    for (size_t column = 0; column < x.values.size(); ++column) {
      std::string text;
      for (size_t p = 0; p < figures.points.size(); ++p)
        if (x.of[p] == column && y.of[p] == row && !figures.points[p].runs.empty())
          text = textOf(metric.unit, figures.points[p].spread(metric).mean);
      out += fmt::format(" {} |", text);
    }
    out += "\n";
  }
  out += "\n";
}

/// The grid of two factors, and the variance that each axis accounts for.
static void addAxes(std::string &out, const ExperimentFigures &figures) {
  const std::vector<Factor> factors = factorsOf(figures);
  if (factors.size() == 2 && areApart(factors, allPoints(figures)))
    addGrid(out, *figures.metric, factors[1], factors[0], figures);
  const auto importance = importanceOf(figures, factors);
  if (factors.size() < 2 || !importance)
    return;
  out += "### Share of the variance over the grid\n\n| axis | share |\n| --- | ---: |\n";
  for (const VarianceShare &each : importance->shares)
    out += fmt::format("| {} | {:.1f} % |\n", plain(each.name), 100 * each.share);
  out += fmt::format("| the rest, and chance | {:.1f} % |\n\n", 100 * importance->rest);
}

/// Tables, heatmaps and confusion matrices; curves and bars stand in the page alone.
static void addParts(std::string &out, const StudyResults &results,
                     const ExperimentFigures &figures) {
  for (const ReportPart &part : partsOf(figures)) {
    if (part.kind == "table")
      addPointsTable(out, results, figures, part);
    if (part.kind == "heatmap" && figures.best())
      addGrid(out, *findMetric(part.color), factorOf(figures, part.x), factorOf(figures, part.y),
              figures);
    if (part.kind == "axes" && figures.best())
      addAxes(out, figures);
    const PointFigures *const point =
        part.kind == "confusion_matrix" ? pointOf(part, figures) : nullptr;
    if (point && point->bestRun->result.test.classes > 0)
      addClasses(out, *results.info->study, *point);
  }
}

/// A row for each experiment.
static void addOverview(std::string &out, const std::vector<ExperimentFigures> &experiments) {
  if (experiments.size() < 2)
    return;
  out +=
      "| experiment | points | best point | score | failed |\n| --- | ---: | --- | ---: | ---: |\n";
  for (const ExperimentFigures &figures : experiments) {
    const PointFigures *const best = figures.best();
    std::string score;
    if (best)
      score = fmt::format("{} {}", figures.metric->title,
                          textOf(figures.metric->unit, best->score.mean));
    out += fmt::format("| {} | {} | {} | {} | {} |\n", plain(figures.title()),
                       figures.points.size(), best ? plain(best->name()) : "", plain(score),
                       std::count_if(figures.points.begin(), figures.points.end(),
                                     [](const PointFigures &point) { return point.hasFailed; }));
  }
  out += "\n";
}

static void addFacts(std::string &out, const Facts &facts) {
  out += "| what | value |\n| --- | --- |\n";
  for (const auto &[name, value] : facts)
    out += fmt::format("| {} | {} |\n", plain(name), plain(value));
  out += "\n";
}

/// A fence that the text does not hold.
static std::string fenceFor(const std::string &text) {
  std::string fence = "```";
  while (text.find(fence) != std::string::npos)
    fence += '`';
  return fence;
}

std::string markdownReport(const StudyResults &results) {
  const Study &study = *results.info->study;
  std::string out = fmt::format("# {}\n\n", plain(study.name()));
  if (results.outcome.wasInterrupted)
    out += "The study was interrupted: these are the results of what had run.\n\n";
  const std::vector<ExperimentFigures> experiments = figuresOf(results);
  addOverview(out, experiments);
  for (const ExperimentFigures &figures : experiments) {
    out += fmt::format("## {}\n\n", plain(figures.title()));
    for (const std::string &sentence : summaryOf(figures, results))
      out += fmt::format("- {}\n", plain(sentence));
    out += "\n";
    addParts(out, results, figures);
    addClaims(out, figures);
    for (const std::string &sentence : sharingSentences(figures, results))
      out += fmt::format("- {}\n", plain(sentence));
    out += "\n";
  }
  out += "## Environment\n\n";
  addFacts(out, environmentOf(results));
  const std::string fence = fenceFor(study.source);
  out += fmt::format("## Source\n\n{}\n{}{}{}\n", fence, study.source,
                     study.source.ends_with('\n') ? "" : "\n", fence);
  return out;
}

} // namespace nnxrt
