// The body of report.html: overview, one section per experiment, source, environment.
#include "runtime/report/Facts.h"
#include "runtime/report/Figures.h"
#include "runtime/report/Format.h"
#include "runtime/report/HtmlCells.h"
#include "runtime/report/HtmlExperiment.h"
#include "runtime/report/HtmlOverview.h"
#include "runtime/report/Page.h"
#include "runtime/report/Record.h"
#include "runtime/report/Report.h"
#include "runtime/report/SourceHtml.h"

#include <fmt/format.h>
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
    addOverview(page, results, experiments);
    for (size_t e = 0; e < experiments.size(); ++e)
      addExperiment(page, results, e, experiments[e]);
    addSource();
    addEnvironment();
    page.body += "</main>\n";
    const Json data = {{"specs", page.specs},
                       {"series", page.series},
                       {"points", page.points},
                       {"texts", page.texts}};
    return withRecord(fillPage(title() + ": results", page.body,
                               data.dump(-1, ' ', false, Json::error_handler_t::replace)),
                      results);
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

  void addSource() {
    page.body += fmt::format(
        "<section aria-labelledby=\"source\">\n<h2 id=\"source\">Source: {}</h2>\n{}</section>\n",
        escapeHtml(study.file), sourceHtml(study));
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
        "of the runs, which <code>nnxc verify report.html</code> does. These results were written "
        "by</p>\n"
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
