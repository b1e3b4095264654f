// Charts of curves with their legend.
#include "runtime/report/HtmlCurves.h"

#include "runtime/report/CurveCharts.h"
#include "runtime/report/HtmlChart.h"
#include "runtime/report/Page.h"
#include "runtime/report/RankingChart.h"

#include <fmt/format.h>

namespace nnxrt {

static void addLegend(PageParts &page, const CurveLegend &legend) {
  if (legend.entries.size() < 2)
    return;
  page.body += fmt::format("<ul class=\"legend\" aria-label=\"Colours of {}\">",
                           legend.axis.empty() ? "the points" : escapeHtml(legend.axis));
  for (const CurveLegend::Entry &entry : legend.entries)
    page.body += fmt::format("<li class=\"c{}\">{}</li>", entry.colour, escapeHtml(entry.name));
  page.body += "</ul>\n";
}

static std::string noteOf(const ExperimentFigures &figures, const EpochColumn &column) {
  std::string note = column.isLoss ? "Logarithmic scale." : "";
  if (figures.hasRepeats())
    note += fmt::format("{}Means over the repeats, with a band of one standard deviation.",
                        note.empty() ? "" : " ");
  const auto below = belowScale(figures);
  if (!column.isLoss && !below.empty())
    note += fmt::format("{}{} below the scale.", note.empty() ? "" : " ",
                        below.size() == 1 ? below[0]->name() + " lies"
                                          : fmt::format("{} points lie", below.size()));
  return note;
}

void addCurve(PageParts &page, const std::string &experiment, const std::string &name,
              const ExperimentFigures &figures, const ReportPart &part) {
  const CurveLegend legend = legendOf(figures, part.color);
  const EpochColumn *const column = curveColumn(part.y);
  if (legend.entries.empty() || !column)
    return;
  page.series[experiment] = epochSeries(figures);
  addLegend(page, legend);
  addChart(
      page, name, curveChart(figures, legend, experiment, *column),
      {.caption = std::string(column->title) + " over epochs", .note = noteOf(figures, *column)});
}

void addCurves(PageParts &page, const std::string &experiment, const ExperimentFigures &figures) {
  const CurveLegend legend = legendOf(figures);
  if (legend.entries.empty())
    return;
  page.series[experiment] = epochSeries(figures);
  page.body += "<h3>Learning curves</h3>\n";
  addLegend(page, legend);
  page.body += "<div class=\"charts\">\n";
  for (const EpochColumn *column : columnsOf(figures))
    addChart(page, experiment + "-" + column->field,
             curveChart(figures, legend, experiment, *column),
             {.caption = column->title, .note = noteOf(figures, *column)});
  page.body += fmt::format("</div>\n<details data-epochs=\"{}\"><summary>Every epoch of every run "
                           "as a table</summary></details>\n",
                           escapeHtml(experiment));
}

} // namespace nnxrt
