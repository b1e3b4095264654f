// Tables of autopsies.
#include "runtime/report/HtmlAutopsy.h"

#include "runtime/report/AutopsyText.h"
#include "runtime/report/Format.h"
#include "runtime/report/HtmlTable.h"
#include "runtime/report/Page.h"

#include <fmt/format.h>

namespace nnxrt {

static std::string tableOf(const std::string &name, const Autopsy &autopsy) {
  std::vector<HtmlColumn> columns;
  for (const char *const column : autopsyColumns)
    columns.push_back({.name = column});
  HtmlTable table(fmt::format("{}: the last steps by layer. Root of the sum of squares, largest "
                              "absolute value in brackets; gradient is what the layer passes back, "
                              "weights are those behind the step.",
                              name),
                  columns, false);
  for (const std::vector<std::string> &row : autopsyRows(autopsy)) {
    std::vector<HtmlCell> cells;
    for (const std::string &text : row)
      cells.push_back(
          {.text = text, .tone = text.find("not finite") == std::string::npos ? "" : "bad"});
    table.addRow(cells);
  }
  return table.html();
}

std::string autopsiesHtml(const ExperimentFigures &figures) {
  std::string html;
  int64_t unexamined = 0;
  for (const PointFigures &point : figures.points)
    for (const StoredRun &run : point.results->runs) {
      if (run.result.divergedStep == 0)
        continue;
      unexamined += run.autopsy ? 0 : 1;
      if (!run.autopsy)
        continue;
      const std::string name = fmt::format("{}, seed {}", point.name(), run.seed);
      html += fmt::format("<details><summary>{}: {}</summary>\n{}</details>\n", escapeHtml(name),
                          escapeHtml(overflowText(*run.autopsy)), tableOf(name, *run.autopsy));
    }
  if (unexamined > 0)
    html += fmt::format("<p class=\"small quiet\"><code>nnxc autopsy DIR</code> replays {} that "
                        "diverged and says what overflowed first.</p>\n",
                        counted(unexamined, "run"));
  return html.empty() ? "" : "<h3>Runs that diverged</h3>\n" + html;
}

} // namespace nnxrt
