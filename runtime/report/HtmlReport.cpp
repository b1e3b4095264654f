// The body of report.html: every figure as text and tables, and where the charts go.
#include "runtime/device/Memory.h"
#include "runtime/report/Charts.h"
#include "runtime/report/Facts.h"
#include "runtime/report/Figures.h"
#include "runtime/report/Format.h"
#include "runtime/report/HtmlTable.h"
#include "runtime/report/Page.h"
#include "runtime/report/Report.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace nnxrt {

namespace {

using Json = nlohmann::json;

HtmlCell shareCell(const Spread &spread) {
  HtmlCell cell{.text = shareText(spread.mean)};
  if (spread.count > 1)
    cell.note = "± " + shareText(spread.deviation);
  cell.value = spread.count > 0 ? fmt::format("{}", spread.mean) : "";
  return cell;
}

HtmlCell lossCell(const Spread &spread) {
  if (spread.count == 0)
    return {.text = ""};
  HtmlCell cell{.text = lossText(spread.mean)};
  if (spread.count > 1 && std::isfinite(spread.deviation))
    cell.note = "± " + lossText(spread.deviation);
  cell.value = std::isfinite(spread.mean) ? fmt::format("{}", spread.mean) : "NaN";
  return cell;
}

HtmlCell numberCell(int64_t number) {
  return {.text = countText(number), .value = std::to_string(number)};
}

HtmlCell secondsCell(double seconds) {
  if (std::isnan(seconds))
    return {.text = ""};
  return {.text = durationText(seconds), .value = fmt::format("{:.3f}", seconds)};
}

HtmlCell statusCell(const std::string &status) {
  return {.text = status,
          .markup = fmt::format("<span class=\"{}\">{}</span>",
                                status == "finished"  ? "good"
                                : status == "not run" ? "quiet"
                                                      : "bad",
                                escapeHtml(status))};
}

std::string lineLink(int line) {
  return line > 0 ? fmt::format("<a href=\"#L{}\">{}</a>", line, line) : std::string();
}

bool isNumber(const std::string &text) {
  char *end = nullptr;
  std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0';
}

std::string factsTable(const char *caption, const Facts &facts) {
  HtmlTable table(caption, {{.name = "What"}, {.name = "Value"}}, false);
  for (const auto &[name, value] : facts)
    table.addRow({{.text = name}, {.text = value, .wraps = true}});
  return table.html();
}

/// Collects the page: HTML in reading order, and the charts it refers to by name.
class HtmlReport {
public:
  explicit HtmlReport(const StudyResults &studyResults)
      : results(studyResults), study(*studyResults.info->study), experiments(figuresOf(results)) {}

  std::string page() {
    addHeader();
    body += "<main id=\"content\">\n";
    addOverview();
    for (size_t e = 0; e < experiments.size(); ++e)
      addExperiment(e);
    addSource();
    addEnvironment();
    body += "</main>\n";
    const Json charts = {{"specs", specs}, {"data", data}};
    return fillPage(title() + ": results", body,
                    charts.dump(-1, ' ', false, Json::error_handler_t::replace));
  }

private:
  [[nodiscard]] std::string title() const { return study.name(); }

  void addHeader() {
    body += fmt::format(
        "<header><div><h1>{}</h1><p>{} · {}</p></div>\n<nav aria-label=\"Sections\"><ul>",
        escapeHtml(title()), escapeHtml(results.started), escapeHtml(study.compiler));
    for (size_t e = 0; e < experiments.size(); ++e)
      body +=
          fmt::format("<li><a href=\"#e{}\">{}</a></li>", e, escapeHtml(experiments[e].title()));
    body +=
        "<li><a href=\"#source\">Source</a></li><li><a href=\"#environment\">Environment</a></li>"
        "<li><a href=\"#reproduce\">Reproduce</a></li></ul></nav></header>\n";
  }

  void addTile(const std::string &name, const std::string &value, const std::string &note) {
    body += fmt::format("<div><dt>{}</dt><dd>{}<small>{}</small></dd></div>\n", escapeHtml(name),
                        escapeHtml(value), escapeHtml(note));
  }

  void addOverview() {
    const PointFigures *best = nullptr;
    size_t points = 0, withFigures = 0, runs = 0, unwell = 0;
    double fastest = 0;
    for (const ExperimentFigures &experiment : experiments) {
      points += experiment.points.size();
      for (const PointFigures &point : experiment.points) {
        withFigures += point.accuracy.count > 0 ? 1 : 0;
        if (point.accuracy.count > 0 && (!best || point.accuracy.mean > best->accuracy.mean))
          best = &point;
        for (const StoredRun &run : point.results->runs) {
          ++runs;
          unwell += run.result.status == RunStatus::finished ? 0 : 1;
          fastest = std::max(fastest, run.result.samplesPerSecond);
        }
      }
    }
    body += "<dl class=\"figures\">\n";
    if (best)
      addTile("Best test accuracy", shareText(best->accuracy.mean), best->name());
    addTile("Points with results", fmt::format("{} of {}", withFigures, points),
            fmt::format("{}, {} not well", counted(static_cast<int64_t>(runs), "run"), unwell));
    addTile("Training and tests", durationText(trainingSeconds(results)), "all runs together");
    if (fastest > 0)
      addTile("Samples per second", rateText(fastest), "training, the fastest run");
    body += "</dl>\n";
    if (results.outcome.wasInterrupted)
      body += "<p class=\"bad\">The study was interrupted: these are the results of what had run. "
              "The same command goes on where it stopped.</p>\n";
  }

  void addExperiment(size_t e) {
    const ExperimentFigures &figures = experiments[e];
    body += fmt::format("<section aria-labelledby=\"e{0}\">\n<h2 id=\"e{0}\">{1}</h2>\n", e,
                        escapeHtml(figures.title()));
    for (const std::string &sentence : summaryOf(figures, results))
      body += fmt::format("<p>{}</p>\n", escapeHtml(sentence));
    addPointsTable(figures);
    if (const PointFigures *best = figures.best()) {
      if (figures.ranking().size() > 1)
        addAccuracyChart(e);
      addCurves(e);
      addBestPoint(e, *best);
    }
    addPoints(figures);
    body += "</section>\n";
  }

  void addPointsTable(const ExperimentFigures &figures) {
    const Experiment &experiment = *figures.experiment;
    std::vector<HtmlColumn> columns;
    for (const Axis &axis : experiment.axes)
      columns.push_back({.name = axis.name,
                         .number = std::all_of(axis.values.begin(), axis.values.end(), isNumber)});
    if (columns.empty())
      columns.push_back({.name = "point"});
    for (const char *name : {"accuracy", "precision", "recall", "F1", "loss", "parameters", "time"})
      columns.push_back({.name = name, .number = true});
    columns.push_back({.name = "status"});
    HtmlTable table(
        fmt::format(
            "Figures on the test set{}. Precision, recall and F1 are means over "
            "the classes, weighted by their samples.",
            experiment.repeats > 1
                ? fmt::format(", mean ± standard deviation over {} repeats", experiment.repeats)
                : ""),
        columns, true);
    const PointFigures *best = figures.best();
    for (const PointFigures &point : figures.points) {
      std::vector<HtmlCell> cells;
      for (const Axis &axis : experiment.axes)
        for (const auto &[name, value] : point.point->axes)
          if (name == axis.name)
            cells.push_back({.text = value});
      if (cells.empty())
        cells.push_back({.text = point.name()});
      cells.insert(cells.end(),
                   {shareCell(point.accuracy), shareCell(point.precision), shareCell(point.recall),
                    shareCell(point.f1), lossCell(point.loss), numberCell(point.point->parameters),
                    secondsCell(point.seconds.mean), statusCell(point.status)});
      table.addRow(cells, &point == best && figures.points.size() > 1 ? "best" : "");
    }
    body += table.html();
    if (best && figures.points.size() > 1)
      body +=
          "<p class=\"small quiet\">The marked row is the best, selected on the test set.</p>\n";
  }

  void addChart(const std::string &name, Json spec, const std::string &caption,
                const std::string &note, const std::string &alternative,
                const std::string &figureClass = "") {
    spec["description"] = caption + ". " + note; // read out in place of the drawing
    spec["autosize"] = {{"type", "fit-x"}, {"contains", "padding"}};
    specs[name] = std::move(spec);
    body += fmt::format(
        "<figure{}><figcaption>{}{}</figcaption>\n"
        "<div class=\"chart\" data-chart=\"{}\" role=\"img\" aria-label=\"{}\"></div>\n{}"
        "</figure>\n",
        figureClass.empty() ? "" : " class=\"" + figureClass + "\"", escapeHtml(caption),
        note.empty() ? "" : "<span>" + escapeHtml(note) + "</span>", escapeHtml(name),
        escapeHtml(caption + ". " + note), alternative);
  }

  void addAccuracyChart(size_t e) {
    const ExperimentFigures &figures = experiments[e];
    const auto ranking = figures.ranking();
    const double floor = accuracyFloor(ranking);
    std::string note = figures.experiment->repeats > 1
                           ? "Best first; lines show one standard deviation over the repeats."
                           : "Best first; lines show the 95 % interval that the number of test "
                             "samples leaves.";
    if (ranking.back()->accuracy.mean < floor)
      note += " Points at the left edge lie far below.";
    addChart(fmt::format("e{}-accuracy", e), accuracyChart(figures), "Test accuracy by point", note,
             "<p class=\"small quiet\">The figures are those of the table above.</p>\n");
  }

  void addCurves(size_t e) {
    const ExperimentFigures &figures = experiments[e];
    const CurveLegend legend = legendOf(figures);
    if (legend.entries.empty())
      return;
    const std::string name = fmt::format("e{}-curves", e);
    data[name] = curveRows(figures, legend);
    body += "<h3>Learning curves</h3>\n";
    if (legend.entries.size() > 1) {
      body += "<ul class=\"legend\" aria-label=\"Colours of the points\">";
      for (const CurveLegend::Entry &entry : legend.entries)
        body += fmt::format("<li class=\"c{}\">{}</li>", entry.colour, escapeHtml(entry.name));
      body += "</ul>\n";
    }
    std::string note;
    const auto ranking = figures.ranking();
    for (const PointFigures *point : ranking)
      if (point->accuracy.mean < accuracyFloor(ranking))
        note += (note.empty() ? "Below the scale: " : "; ") + point->name();
    body += "<div class=\"charts\">\n";
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
    body += "</div>\n<details><summary>The curves as a table</summary>\n";
    addEpochTable(figures);
    body += "</details>\n";
  }

  void addEpochTable(const ExperimentFigures &figures) {
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
                                     lossCell({1, epoch.trainLoss, 0}),
                                     shareCell({1, epoch.trainAccuracy, 0}),
                                     lossCell({1, epoch.testLoss, 0}),
                                     shareCell({1, epoch.testAccuracy, 0}),
                                     {.text = rateText(epoch.samplesPerSecond),
                                      .value = fmt::format("{:.1f}", epoch.samplesPerSecond)},
                                     secondsCell(epoch.trainSeconds + epoch.testSeconds)});
          table.addRow(cells);
        }
      }
    }
    body += table.html();
  }

  void addBestPoint(size_t e, const PointFigures &best) {
    const Metrics &test = best.bestRun->result.test;
    const auto classes = classNames(study.datasets[best.point->dataset]);
    const std::string which = best.accuracy.count > 1
                                  ? fmt::format("{}, repeat {}", best.name(), best.bestRun->repeat)
                                  : best.name();
    body +=
        fmt::format("<h3>{}{}</h3>\n<div class=\"side\">\n<div>\n",
                    experiments[e].points.size() > 1 ? "The best point by class: " : "By class: ",
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
    addChart(fmt::format("e{}-confusion", e), confusionChart(test, classes), "Confusion matrix",
             fmt::format("{} of {} test samples are off the diagonal.",
                         countText(test.samples -
                                   std::llround(test.accuracy * static_cast<double>(test.samples))),
                         countText(test.samples)),
             "<details><summary>The matrix as a table</summary>\n" + confusion.html() +
                 "</details>\n",
             "square");
    body += "</div>\n<div>\n";
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
                    shareCell({1, figures.precision, 0}),
                    shareCell({1, figures.recall, 0}),
                    shareCell({1, figures.f1, 0}),
                    numberCell(figures.support),
                    numberCell(figures.predicted)});
    }
    const auto average = [&](const char *name, const AveragedFigures &figures) {
      return fmt::format("{}: precision {}, recall {}, F1 {}", name, shareText(figures.precision),
                         shareText(figures.recall), shareText(figures.f1));
    };
    body += table.html();
    body += fmt::format("<p class=\"small quiet\">{}.<br>{}.</p>\n</div>\n</div>\n",
                        average("Weighted by samples", test.weighted),
                        average("Plain mean", test.macro));
  }

  void addPoints(const ExperimentFigures &figures) {
    body += "<h3>Settings and network of each point</h3>\n<div class=\"points\">\n";
    for (const PointFigures &point : figures.points) {
      body += fmt::format("<details><summary>{} <span>{}</span></summary>\n<div class=\"side\">\n",
                          escapeHtml(point.name()), shareText(point.accuracy.mean));
      body += factsTable("Settings", settingsOf(study, *point.point));
      addNetwork(*point.point);
      body += "</div>\n";
      addRuns(point);
      body += "</details>\n";
    }
    body += "</div>\n";
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
                    {.text = "", .markup = lineLink(layer.line)}});
    body += table.html();
  }

  void addRuns(const PointFigures &point) {
    if (point.results->runs.empty())
      return;
    HtmlTable table(
        "Runs. Equal weights have equal digests, whatever the number of threads and jobs.",
        {{.name = "repeat", .number = true},
         {.name = "seed", .number = true},
         {.name = "accuracy", .number = true},
         {.name = "loss", .number = true},
         {.name = "steps", .number = true},
         {.name = "samples/s", .number = true},
         {.name = "time", .number = true},
         {.name = "memory", .number = true},
         {.name = "status"},
         {.name = "weights (SHA-256)"}},
        false);
    for (const StoredRun &run : point.results->runs) {
      const RunResult &result = run.result;
      const Metrics &test = result.test;
      table.addRow(
          {{.text = std::to_string(run.repeat)},
           {.text = std::to_string(run.seed)},
           result.evaluated ? shareCell({1, test.accuracy, 0}) : HtmlCell{.text = ""},
           result.evaluated ? lossCell({1, test.loss, 0}) : HtmlCell{.text = ""},
           numberCell(result.steps),
           {.text = rateText(result.samplesPerSecond)},
           secondsCell(result.seconds),
           {.text = bytesText(result.memoryBytes)},
           statusCell(nameOf(result.status)),
           {.text = "",
            .markup = result.weightsSha256.empty()
                          ? std::string()
                          : fmt::format("<code>{}</code>", escapeHtml(result.weightsSha256))}});
    }
    body += table.html();
  }

  void addSource() {
    body += fmt::format(
        "<section aria-labelledby=\"source\">\n<h2 id=\"source\">Source: {}</h2>\n"
        "<pre class=\"source\" tabindex=\"0\" aria-label=\"Source with line numbers\"><code>",
        escapeHtml(study.file));
    size_t line = 1;
    for (size_t at = 0; at < study.source.size(); ++line) {
      const size_t end = std::min(study.source.find('\n', at), study.source.size());
      body += fmt::format("<span id=\"L{}\">{}</span>", line,
                          escapeHtml(std::string_view(study.source).substr(at, end - at)));
      at = end + 1;
    }
    body += "</code></pre>\n</section>\n";
  }

  void addEnvironment() {
    body += "<section aria-labelledby=\"environment\">\n<h2 id=\"environment\">Environment</h2>\n";
    body += factsTable("Where and when these results were made", environmentOf(results));
    body += "</section>\n<section aria-labelledby=\"reproduce\">\n<h2 id=\"reproduce\">How to "
            "reproduce</h2>\n";
    body += fmt::format(
        "<p>The source above is the whole study: save it as <code>{0}</code>, then</p>\n"
        "<pre class=\"command\" tabindex=\"0\"><code>tools/train {0}</code></pre>\n"
        "<p>The same source, seed and target give the same weights to the bit: compare the digests "
        "of the runs. These results were written by</p>\n"
        "<pre class=\"command\" tabindex=\"0\"><code>{1}</code></pre>\n</section>\n",
        escapeHtml(shellQuoted(study.file)), escapeHtml(commandOf(*results.info)));
  }

  const StudyResults &results;
  const Study &study;
  std::vector<ExperimentFigures> experiments;
  std::string body;
  Json specs = Json::object(), data = Json::object();
};

} // namespace

std::string htmlReport(const StudyResults &results) {
  return HtmlReport(results).page();
}

} // namespace nnxrt
