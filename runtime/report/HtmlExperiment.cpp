// The section of the page on one experiment: every figure as text and tables, and where the charts
// go.
#include "runtime/report/HtmlExperiment.h"

#include "runtime/device/Memory.h"
#include "runtime/report/Charts.h"
#include "runtime/report/Claims.h"
#include "runtime/report/Format.h"
#include "runtime/report/HtmlCells.h"
#include "runtime/report/Page.h"
#include "runtime/report/PartCharts.h"
#include "runtime/report/Parts.h"
#include "runtime/report/PointsTable.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace nnxrt {

namespace {

using Json = nlohmann::json;

class ExperimentSection {
public:
  ExperimentSection(PageParts &parts, const StudyResults &studyResults, size_t index,
                    const ExperimentFigures &experimentFigures)
      : page(parts), results(studyResults), study(*studyResults.info->study), number(index),
        figures(experimentFigures) {}

  void add() {
    page.body += fmt::format("<section aria-labelledby=\"e{0}\">\n<h2 id=\"e{0}\">{1}</h2>\n",
                             number, escapeHtml(figures.title()));
    for (const std::string &sentence : summaryOf(figures, results))
      page.body += fmt::format("<p>{}</p>\n", escapeHtml(sentence));
    for (const ReportPart &part : partsOf(figures))
      addPart(part);
    addClaims();
    addPoints();
    page.body += "</section>\n";
  }

private:
  /// What is drawn needs figures; a table says where there are none.
  void addPart(const ReportPart &part) {
    const bool hasFigures = figures.best() != nullptr;
    const std::string name = fmt::format("e{}-{}{}", number, part.kind, ++charts);
    if (part.kind == "table")
      return addPointsTable(part);
    if (!hasFigures)
      return;
    if (part.kind == "points" && figures.ranking().size() > 1)
      addAccuracyChart();
    else if (part.kind == "curves")
      addCurves();
    else if (part.kind == "curve")
      addCurve(name, part);
    else if (part.kind == "heatmap")
      addChart(name, heatmapChart(figures, part),
               fmt::format("{} by {} and {}", findMetric(part.color)->title, part.y, part.x),
               "The strongest colour is the best.", "");
    else if (part.kind == "bar")
      addChart(name, barChart(figures, part),
               fmt::format("{} by {}", findMetric(part.y)->title, part.x), "", "");
    else if (const PointFigures *const point = pointOf(part, figures);
             point && part.kind == "confusion_matrix")
      addConfusion(*point, part.point < 0);
  }

  void addPointsTable(const ReportPart &part) {
    const PointsTable points = pointsTable(figures, part.rows, part.columns);
    std::vector<HtmlColumn> columns;
    for (const PointsTable::Column &column : points.columns)
      columns.push_back({.name = column.name, .number = column.number});
    const int repeats = figures.experiment->repeats;
    HtmlTable table(
        fmt::format(
            "Figures on the test set{}. Precision, recall and F1 are means over "
            "the classes, weighted by their samples.",
            repeats > 1 ? fmt::format(", mean ± standard deviation over {} repeats", repeats) : ""),
        columns, true);
    bool anyBest = false;
    for (const PointsTable::Row &row : points.rows) {
      std::vector<HtmlCell> cells;
      for (size_t c = 0; c < row.cells.size(); ++c) {
        const PointsTable::Cell &cell = row.cells[c];
        cells.push_back(points.columns[c].isStatus
                            ? statusCell(cell.text)
                            : HtmlCell{.text = cell.text, .note = cell.note, .value = cell.value});
      }
      table.addRow(cells, row.isBest ? "best" : "");
      anyBest = anyBest || row.isBest;
    }
    page.body += table.html();
    if (anyBest)
      page.body +=
          "<p class=\"small quiet\">The marked row is the best, selected on the test set.</p>\n";
    for (const std::string &note : points.notes)
      page.body += fmt::format("<p class=\"small quiet\">{}</p>\n", escapeHtml(note));
  }

  void addChart(const std::string &name, Json spec, const std::string &caption,
                const std::string &note, const std::string &alternative,
                const std::string &figureClass = "") {
    spec["description"] = caption + ". " + note; // read out in place of the drawing
    spec["autosize"] = {{"type", "fit-x"}, {"contains", "padding"}};
    page.specs[name] = std::move(spec);
    page.body += fmt::format(
        "<figure{}><figcaption>{}{}</figcaption>\n"
        "<div class=\"chart\" data-chart=\"{}\" role=\"img\" aria-label=\"{}\"></div>\n{}"
        "</figure>\n",
        figureClass.empty() ? "" : " class=\"" + figureClass + "\"", escapeHtml(caption),
        note.empty() ? "" : "<span>" + escapeHtml(note) + "</span>", escapeHtml(name),
        escapeHtml(caption + ". " + note), alternative);
  }

  void addAccuracyChart() {
    const auto ranking = figures.ranking();
    const double floor = accuracyFloor(ranking);
    std::string note = figures.experiment->repeats > 1
                           ? "Best first; lines show one standard deviation over the repeats."
                           : "Best first; lines show the 95 % interval that the number of test "
                             "samples leaves.";
    if (ranking.back()->accuracy.mean < floor)
      note += " Points at the left edge lie far below.";
    addChart(fmt::format("e{}-accuracy", number), accuracyChart(figures), "Test accuracy by point",
             note, "<p class=\"small quiet\">The figures are those of the table above.</p>\n");
  }

  void addLegend(const CurveLegend &legend) {
    if (legend.entries.size() < 2)
      return;
    page.body += fmt::format("<ul class=\"legend\" aria-label=\"Colours of {}\">",
                             legend.axis.empty() ? "the points" : escapeHtml(legend.axis));
    for (const CurveLegend::Entry &entry : legend.entries)
      page.body += fmt::format("<li class=\"c{}\">{}</li>", entry.colour, escapeHtml(entry.name));
    page.body += "</ul>\n";
  }

  void addCurve(const std::string &name, const ReportPart &part) {
    const CurveLegend legend = legendOf(figures, part.color);
    if (legend.entries.empty())
      return;
    page.data[name] = curveRows(figures, legend);
    addLegend(legend);
    addChart(name + "-curve", curveChart(figures, legend, name, curveField(part.y)),
             fmt::format("{} over epochs", findMetric(part.y)->title), "", "");
  }

  void addCurves() {
    const CurveLegend legend = legendOf(figures);
    if (legend.entries.empty())
      return;
    const std::string name = fmt::format("e{}-curves", number);
    page.data[name] = curveRows(figures, legend);
    page.body += "<h3>Learning curves</h3>\n";
    addLegend(legend);
    std::string note;
    const auto ranking = figures.ranking();
    for (const PointFigures *point : ranking)
      if (point->accuracy.mean < accuracyFloor(ranking))
        note += (note.empty() ? "Below the scale: " : "; ") + point->name();
    page.body += "<div class=\"charts\">\n";
    struct Curve {
      const char *field, *caption;
      std::string note;
    };
    for (const Curve &curve :
         {Curve{"va", "Test accuracy", note}, Curve{"ta", "Training accuracy", note},
          Curve{"vl", "Test loss", "Logarithmic scale"},
          Curve{"tl", "Training loss", "Logarithmic scale"}})
      addChart(name + "-" + curve.field, curveChart(figures, legend, name, curve.field),
               curve.caption, curve.note, "");
    page.body += "</div>\n<details><summary>The curves as a table</summary>\n";
    addEpochTable();
    page.body += "</details>\n";
  }

  void addEpochTable() {
    const bool repeats = figures.experiment->repeats > 1;
    std::vector<HtmlColumn> columns{{.name = "point"}};
    if (repeats)
      columns.push_back({.name = "repeat", .number = true});
    for (const char *name : {"epoch", "training loss", "training accuracy", "test loss",
                             "test accuracy", "samples/s", "time"})
      columns.push_back({.name = name, .number = true});
    HtmlTable table("Every epoch of every run", columns, true);
    for (const PointFigures &point : figures.points) {
      for (const StoredRun &run : point.results->runs) {
        for (const EpochFigures &epoch : run.epochs) {
          std::vector<HtmlCell> cells{{.text = point.name()}};
          if (repeats)
            cells.push_back(numberCell(run.repeat));
          cells.insert(cells.end(), {numberCell(epoch.epoch),
                                     lossCell(epoch.trainLoss),
                                     shareCell(epoch.trainAccuracy),
                                     lossCell(epoch.testLoss),
                                     shareCell(epoch.testAccuracy),
                                     {.text = rateText(epoch.samplesPerSecond),
                                      .value = fmt::format("{:.1f}", epoch.samplesPerSecond)},
                                     secondsCell(epoch.trainSeconds + epoch.testSeconds)});
          table.addRow(cells);
        }
      }
    }
    page.body += table.html();
  }

  void addClaims() {
    const auto outcomes = decideClaims(figures);
    if (outcomes.empty())
      return;
    page.body += "<h3>Claims</h3>\n<ul class=\"claims\">\n";
    for (const ClaimOutcome &outcome : outcomes) {
      page.body +=
          fmt::format("<li>{} <span class=\"{}\">{}</span>", escapeHtml(outcome.claim->text),
                      outcome.decided == 0       ? "quiet"
                      : outcome.failures.empty() ? "good"
                                                 : "bad",
                      verdictOf(outcome));
      for (const ClaimFailure &failure : outcome.failures)
        page.body += fmt::format("<br><small>{}: {}</small>", escapeHtml(failure.point->name()),
                                 escapeHtml(failure.figures));
      page.body += "</li>\n";
    }
    page.body += "</ul>\n";
  }

  void addConfusion(const PointFigures &best, bool isBest) {
    const Metrics &test = best.bestRun->result.test;
    const auto classes = classNames(study.datasets[best.point->dataset]);
    const std::string which = best.accuracy.count > 1
                                  ? fmt::format("{}, repeat {}", best.name(), best.bestRun->repeat)
                                  : best.name();
    page.body += fmt::format("<h3>{}{}</h3>\n<div class=\"classes\">\n<div>\n",
                             isBest && figures.points.size() > 1 ? "The best point by class: "
                                                                 : "By class: ",
                             escapeHtml(which));
    HtmlTable confusion(
        fmt::format("Confusion matrix of {}: rows are true, columns predicted", which),
        [&] {
          std::vector<HtmlColumn> columns{{.name = "true class"}};
          for (const std::string &name : classes)
            columns.push_back({.name = name, .number = true});
          return columns;
        }(),
        false);
    for (int label = 0; label < test.classes; ++label) {
      std::vector<HtmlCell> cells{{.text = classes[static_cast<size_t>(label)]}};
      for (int predicted = 0; predicted < test.classes; ++predicted)
        cells.push_back(numberCell(test.count(label, predicted)));
      confusion.addRow(cells);
    }
    addChart(fmt::format("e{}-confusion{}", number, isBest ? "" : std::to_string(charts)),
             confusionChart(test, classes), "Confusion matrix",
             fmt::format("{} of {} test samples are off the diagonal.",
                         countText(test.samples -
                                   std::llround(test.accuracy * static_cast<double>(test.samples))),
                         countText(test.samples)),
             "<details><summary>The matrix as a table</summary>\n" + confusion.html() +
                 "</details>\n",
             "square");
    page.body += "</div>\n<div>\n";
    HtmlTable table("Each class against the rest",
                    {{.name = "class"},
                     {.name = "precision", .number = true},
                     {.name = "recall", .number = true},
                     {.name = "F1", .number = true},
                     {.name = "samples", .number = true},
                     {.name = "predicted", .number = true}},
                    true);
    for (size_t c = 0; c < test.perClass.size(); ++c) {
      const ClassFigures &figures = test.perClass[c];
      table.addRow({{.text = classes[c]},
                    shareCell(figures.precision),
                    shareCell(figures.recall),
                    shareCell(figures.f1),
                    numberCell(figures.support),
                    numberCell(figures.predicted)});
    }
    const auto average = [&](const char *name, const AveragedFigures &figures) {
      return fmt::format("{}: precision {}, recall {}, F1 {}", name, shareText(figures.precision),
                         shareText(figures.recall), shareText(figures.f1));
    };
    page.body += table.html();
    page.body += fmt::format("<p class=\"small quiet\">{}.<br>{}.</p>\n</div>\n</div>\n",
                             average("Weighted by samples", test.weighted),
                             average("Plain mean", test.macro));
  }

  void addPoints() {
    page.body += "<h3>Settings and network of each point</h3>\n<div class=\"points\">\n";
    for (const PointFigures &point : figures.points) {
      page.body +=
          fmt::format("<details><summary>{} <span>{}</span></summary>\n<div class=\"side\">\n",
                      escapeHtml(point.name()), shareText(point.accuracy.mean));
      page.body += factsTable("Settings", settingsOf(study, *point.point));
      addNetwork(*point.point);
      page.body += "</div>\n";
      addRuns(point);
      page.body += "</details>\n";
    }
    page.body += "</div>\n";
  }

  void addNetwork(const Point &point) {
    HtmlTable table("Network, one sample at a time",
                    {{.name = "layer"},
                     {.name = "input"},
                     {.name = "output"},
                     {.name = "parameters", .number = true},
                     {.name = "line", .number = true}},
                    false);
    for (const LayerInfo &layer : point.layers)
      table.addRow({{.text = layer.text, .wraps = true},
                    {.text = shapeText(layer.input)},
                    {.text = shapeText(layer.output)},
                    numberCell(layer.parameters),
                    lineCell(layer.line)});
    page.body += table.html();
  }

  void addRuns(const PointFigures &point) {
    if (point.results->runs.empty())
      return;
    HtmlTable table(
        "Runs. Rows of equal run come from one training. Equal weights have equal digests, "
        "whatever the number of threads and jobs.",
        {{.name = "repeat", .number = true},
         {.name = "seed", .number = true},
         {.name = "accuracy", .number = true},
         {.name = "loss", .number = true},
         {.name = "steps", .number = true},
         {.name = "samples/s", .number = true},
         {.name = "time", .number = true},
         {.name = "memory", .number = true},
         {.name = "status"},
         {.name = "run"},
         {.name = "weights (SHA-256)"}},
        false);
    for (const StoredRun &run : point.results->runs) {
      const RunResult &result = run.result;
      const Metrics &test = result.test;
      table.addRow(
          {{.text = std::to_string(run.repeat)},
           {.text = std::to_string(run.seed)},
           result.evaluated ? shareCell(test.accuracy) : HtmlCell{.text = ""},
           result.evaluated ? lossCell(test.loss) : HtmlCell{.text = ""},
           numberCell(result.steps),
           {.text = rateText(result.samplesPerSecond)},
           secondsCell(result.seconds),
           {.text = bytesText(result.memoryBytes)},
           statusCell(nameOf(result.status)),
           {.text = run.name},
           {.text = "",
            .markup = result.weightsSha256.empty()
                          ? std::string()
                          : fmt::format("<code>{}</code>", escapeHtml(result.weightsSha256))}});
    }
    page.body += table.html();
  }

  PageParts &page;
  const StudyResults &results;
  const Study &study;
  const size_t number;
  const ExperimentFigures &figures;
  int charts = 0; // parts so far
};

} // namespace

void addExperiment(PageParts &page, const StudyResults &results, size_t number,
                   const ExperimentFigures &figures) {
  ExperimentSection(page, results, number, figures).add();
}

} // namespace nnxrt
