// The body of report.html: overview, one section per experiment, source, environment.
#include "runtime/report/Facts.h"
#include "runtime/report/Figures.h"
#include "runtime/report/Format.h"
#include "runtime/report/HtmlCells.h"
#include "runtime/report/HtmlExperiment.h"
#include "runtime/report/Page.h"
#include "runtime/report/Report.h"
#include "runtime/report/SharedRuns.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

namespace nnxrt {

namespace {

using Json = nlohmann::json;

class HtmlReport {
public:
  explicit HtmlReport(const StudyResults &studyResults)
      : results(studyResults), study(*studyResults.info->study), experiments(figuresOf(results)) {}

  std::string write() {
    addHeader();
    page.body += "<main id=\"content\">\n";
    addOverview();
    for (size_t e = 0; e < experiments.size(); ++e)
      addExperiment(page, results, e, experiments[e]);
    addSource();
    addEnvironment();
    page.body += "</main>\n";
    const Json charts = {{"specs", page.specs}, {"data", page.data}};
    return fillPage(title() + ": results", page.body,
                    charts.dump(-1, ' ', false, Json::error_handler_t::replace));
  }

private:
  [[nodiscard]] std::string title() const { return study.name(); }

  void addHeader() {
    page.body += fmt::format(
        "<header><div><h1>{}</h1><p>{} · {}</p></div>\n<nav aria-label=\"Sections\"><ul>",
        escapeHtml(title()), escapeHtml(results.started), escapeHtml(study.compiler));
    for (size_t e = 0; e < experiments.size(); ++e)
      page.body +=
          fmt::format("<li><a href=\"#e{}\">{}</a></li>", e, escapeHtml(experiments[e].title()));
    page.body +=
        "<li><a href=\"#source\">Source</a></li><li><a href=\"#environment\">Environment</a></li>"
        "<li><a href=\"#reproduce\">Reproduce</a></li></ul></nav></header>\n";
  }

  void addTile(const std::string &name, const std::string &value, const std::string &note) {
    page.body += fmt::format("<div><dt>{}</dt><dd>{}<small>{}</small></dd></div>\n",
                             escapeHtml(name), escapeHtml(value), escapeHtml(note));
  }

  void addOverview() {
    const PointFigures *best = nullptr;
    size_t points = 0, withFigures = 0;
    std::map<RunStatus, size_t> unwell;
    double fastest = 0;
    for (const ExperimentFigures &experiment : experiments) {
      points += experiment.points.size();
      for (const PointFigures &point : experiment.points) {
        withFigures += point.accuracy.count > 0 ? 1 : 0;
        if (point.accuracy.count > 0 && (!best || point.accuracy.mean > best->accuracy.mean))
          best = &point;
      }
    }
    const std::vector<const StoredRun *> runs = distinctRuns(results);
    for (const StoredRun *run : runs) {
      if (run->result.status != RunStatus::finished)
        ++unwell[run->result.status];
      fastest = std::max(fastest, run->result.samplesPerSecond);
    }
    page.body += "<dl class=\"figures\">\n";
    if (best)
      addTile("Best test accuracy", shareText(best->accuracy.mean), best->name());
    std::string note = counted(static_cast<int64_t>(runs.size()), "run");
    for (const auto &[status, count] : unwell)
      note += fmt::format(", {} {}", count, nameOf(status));
    addTile("Points with results", fmt::format("{} of {}", withFigures, points), note);
    addTile("Training and tests", durationText(trainingSeconds(results)), "all runs together");
    if (fastest > 0)
      addTile("Samples per second", rateText(fastest), "training, the fastest run");
    page.body += "</dl>\n";
    if (results.outcome.wasInterrupted)
      page.body +=
          "<p class=\"bad\">The study was interrupted: these are the results of what had run. "
          "The same command goes on where it stopped.</p>\n";
  }

  void addSource() {
    page.body += fmt::format(
        "<section aria-labelledby=\"source\">\n<h2 id=\"source\">Source: {}</h2>\n"
        "<pre class=\"source\" tabindex=\"0\" aria-label=\"Source with line numbers\"><code>",
        escapeHtml(study.file));
    size_t line = 1;
    for (size_t at = 0; at < study.source.size(); ++line) {
      const size_t end = std::min(study.source.find('\n', at), study.source.size());
      page.body += fmt::format("<span id=\"L{}\">{}</span>", line,
                               escapeHtml(std::string_view(study.source).substr(at, end - at)));
      at = end + 1;
    }
    page.body += "</code></pre>\n</section>\n";
  }

  void addEnvironment() {
    page.body +=
        "<section aria-labelledby=\"environment\">\n<h2 id=\"environment\">Environment</h2>\n";
    page.body += factsTable("Where and when these results were made", environmentOf(results));
    page.body += "</section>\n<section aria-labelledby=\"reproduce\">\n<h2 id=\"reproduce\">How to "
                 "reproduce</h2>\n";
    page.body += fmt::format(
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
  PageParts page;
};

} // namespace

std::string htmlReport(const StudyResults &results) {
  return HtmlReport(results).write();
}

} // namespace nnxrt
