// The section of the page on one experiment: summary, the parts of its report, claims, details.
#include "runtime/report/HtmlExperiment.h"

#include "runtime/report/Claims.h"
#include "runtime/report/FactorCharts.h"
#include "runtime/report/Format.h"
#include "runtime/report/HtmlAutopsy.h"
#include "runtime/report/HtmlAxes.h"
#include "runtime/report/HtmlCells.h"
#include "runtime/report/HtmlChart.h"
#include "runtime/report/HtmlClasses.h"
#include "runtime/report/HtmlCurves.h"
#include "runtime/report/Page.h"
#include "runtime/report/Parts.h"
#include "runtime/report/PointDetails.h"
#include "runtime/report/PointsTable.h"
#include "runtime/report/RankingChart.h"
#include "runtime/report/SharedRuns.h"

#include <fmt/format.h>

namespace nnxrt {

namespace {

class ExperimentSection {
public:
  ExperimentSection(PageParts &parts, const StudyResults &studyResults, size_t number,
                    const ExperimentFigures &experimentFigures)
      : page(parts), results(studyResults), study(*studyResults.info->study),
        name(fmt::format("e{}", number)), figures(experimentFigures) {}

  void add() {
    page.body += fmt::format("<section aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{1}</h2>\n", name,
                             escapeHtml(figures.title()));
    if (figures.experiment->line > 0)
      page.body += fmt::format("<p class=\"small quiet\">experiment {} · <a "
                               "href=\"#L{}\">line {} of the source</a></p>\n",
                               escapeHtml(figures.experiment->name), figures.experiment->line,
                               figures.experiment->line);
    page.body += "<ul class=\"summary\">\n";
    for (const std::string &sentence : summaryOf(figures, results))
      page.body += fmt::format("<li>{}</li>\n", escapeHtml(sentence));
    page.body += "</ul>\n";
    for (const ReportPart &part : partsOf(figures))
      addPart(part);
    page.body += autopsiesHtml(figures);
    addClaims();
    addPoints();
    page.body += "</section>\n";
  }

private:
  /// What is drawn needs figures; a table says where there are none.
  void addPart(const ReportPart &part) {
    const std::string chart = fmt::format("{}-{}{}", name, part.kind, ++parts);
    if (part.kind == "table")
      return addPointsTable(part);
    if (!figures.best())
      return;
    if (part.kind == "points" && figures.ranking().size() > 1)
      addRanking();
    else if (part.kind == "axes")
      addAxisCharts(page, name, figures);
    else if (part.kind == "curves")
      addCurves(page, name, figures);
    else if (part.kind == "costs" && figures.ranking().size() > 1)
      addCostCharts(page, name, figures);
    else if (part.kind == "curve")
      addCurve(page, name, chart, figures, part);
    else if (part.kind == "heatmap")
      addHeatmap(page, chart, figures, part);
    else if (part.kind == "bar")
      addChart(page, chart, barChart(figures, part),
               {.caption = fmt::format("{} by {}", findMetric(part.y)->title, part.x),
                .note = "Means over the runs of a bar, with one standard deviation."});
    else if (const PointFigures *const point = pointOf(part, figures);
             point && part.kind == "confusion_matrix" && point->bestRun->result.test.classes > 0)
      addClasses(page, chart, study, figures, *point);
  }

  /// The first cell of a row leads to the point's settings.
  [[nodiscard]] std::string linkTo(size_t point, const std::string &text) const {
    return fmt::format("<a href=\"#{}p{}\">{}</a>", name, point,
                       escapeHtml(text.empty() ? "–" : text));
  }

  void addPointsTable(const ReportPart &part) {
    const PointsTable points = pointsTable(figures, results, part.rows, part.columns);
    std::vector<HtmlColumn> columns;
    for (const PointsTable::Column &column : points.columns)
      columns.push_back({.name = column.name, .number = column.number, .isExtra = column.isExtra});
    HtmlTable table(
        fmt::format(
            "{}: figures on the test set{}. Precision, recall and F1 are means over the classes, "
            "weighted by their samples.",
            figures.title(),
            figures.hasRepeats() ? ", mean ± standard deviation over " + figures.repeatsText()
                                 : ""),
        columns, true);
    bool anyBest = false, anyAlike = false;
    for (size_t p = 0; p < points.rows.size(); ++p) {
      const PointsTable::Row &row = points.rows[p];
      std::vector<HtmlCell> cells;
      for (size_t c = 0; c < row.cells.size(); ++c) {
        const PointsTable::Cell &cell = row.cells[c];
        cells.push_back(points.columns[c].isStatus ? statusCell(cell.text, cell.note)
                                                   : HtmlCell{.text = cell.text,
                                                              .note = cell.note,
                                                              .value = cell.value,
                                                              .tone = cell.tone});
      }
      cells[0].markup = linkTo(p, cells[0].text);
      table.addRow(cells, row.isBest ? "best" : row.isAlike ? "alike" : "");
      anyBest = anyBest || row.isBest;
      anyAlike = anyAlike || row.isAlike;
    }
    page.body += table.html();
    addTableNotes(points, anyBest, anyAlike);
  }

  void addTableNotes(const PointsTable &points, bool anyBest, bool anyAlike) {
    std::vector<std::string> notes;
    if (anyBest)
      notes.push_back(fmt::format("The marked row is the best, selected on {}{}.",
                                  figures.selectedOn(),
                                  anyAlike ? "; rows with a stroke at their side cannot be told "
                                             "from it"
                                           : ""));
    notes.insert(notes.end(), points.notes.begin(), points.notes.end());
    for (const std::string &note : notes)
      page.body += fmt::format("<p class=\"small quiet\">{}</p>\n", escapeHtml(note));
    const std::vector<std::string> sharing = sharingSentences(figures, results);
    if (sharing.empty())
      return;
    page.body += "<details><summary>Points that share runs</summary>\n<ul class=\"small\">\n";
    for (const std::string &sentence : sharing)
      page.body += fmt::format("<li>{}</li>\n", escapeHtml(sentence));
    page.body += "</ul>\n</details>\n";
  }

  void addRanking() {
    const size_t ranked = figures.ranking().size();
    std::string note = figures.hasRepeats()
                           ? "Best first; lines show the 95 % interval of the mean over repeats."
                           : "Best first; lines show the 95 % interval that the number of test "
                             "samples leaves.";
    if (ranked > rankedPoints)
      note += fmt::format(" The best {} of {}; the table has the rest.", rankedPoints, ranked);
    if (namesByValues(figures)) {
      std::vector<std::string_view> axes;
      for (const Axis &axis : figures.experiment->axes)
        axes.emplace_back(axis.name);
      note += fmt::format(" Points are named by {}.", fmt::join(axes, ", "));
    }
    if (!belowScale(figures).empty())
      note += " Points at the edge lie far below.";
    addChart(page, name + "-ranking", rankingChart(figures),
             {.caption = figures.scoreTitle() + " by point", .note = note});
  }

  void addClaims() {
    const auto outcomes = decideClaims(figures);
    if (outcomes.empty())
      return;
    page.body += "<h3>Claims</h3>\n<ul class=\"claims\">\n";
    for (const ClaimOutcome &outcome : outcomes) {
      page.body += fmt::format("<li><code>{}</code> <span class=\"{}\">{}</span>",
                               escapeHtml(outcome.claim->text),
                               outcome.decided == 0       ? "quiet"
                               : outcome.failures.empty() ? "good"
                                                          : "bad",
                               verdictOf(outcome));
      for (const ClaimFailure &failure : outcome.failures)
        page.body += fmt::format("<br><small>{}: {}</small>",
                                 linkTo(static_cast<size_t>(failure.point - figures.points.data()),
                                        failure.point->name()),
                                 escapeHtml(failure.figures));
      page.body += "</li>\n";
    }
    page.body += "</ul>\n";
  }

  void addPoints() {
    page.points[name] = pointDetails(page, study, figures);
    page.body += fmt::format("<h3>Settings, network and runs of each point</h3>\n<div "
                             "class=\"points\" data-points=\"{}\">\n<noscript>The page's script "
                             "shows them; results.csv and report.md have their figures.</noscript>"
                             "\n</div>\n",
                             name);
  }

  PageParts &page;
  const StudyResults &results;
  const Study &study;
  const std::string name;
  const ExperimentFigures &figures;
  int parts = 0; // so far
};

} // namespace

void addExperiment(PageParts &page, const StudyResults &results, size_t number,
                   const ExperimentFigures &figures) {
  ExperimentSection(page, results, number, figures).add();
}

} // namespace nnxrt
