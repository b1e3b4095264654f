// Charts of curves with their legend.
#include "runtime/report/HtmlCurves.h"

#include "runtime/report/CurveCharts.h"
#include "runtime/report/HtmlChart.h"
#include "runtime/report/Page.h"
#include "runtime/report/RankingChart.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

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

static std::string noteOf(const ExperimentFigures &figures, const EpochMetric &metric) {
  std::string note = metric.isFraction ? "" : "Logarithmic scale.";
  if (figures.hasRepeats())
    note += fmt::format("{}Means over the repeats, with a band of one standard deviation.",
                        note.empty() ? "" : " ");
  const auto below = belowScale(figures);
  if (metric.isFraction && !below.empty())
    note += fmt::format("{}{} below the scale.", note.empty() ? "" : " ",
                        below.size() == 1 ? below[0]->name() + " lies"
                                          : fmt::format("{} points lie", below.size()));
  return note;
}

void addCurve(PageParts &page, const std::string &experiment, const std::string &name,
              const ExperimentFigures &figures, const ReportPart &part) {
  const CurveLegend legend = legendOf(figures, part.color);
  const EpochMetric *const metric = epochMetric(part.y);
  if (legend.entries.empty() || metric == nullptr)
    return;
  page.series[experiment] = epochSeries(figures);
  addLegend(page, legend);
  addChart(page, name, curveChart(figures, legend, experiment, *metric),
           {.caption = metric->title + " over epochs", .note = noteOf(figures, *metric)});
}

void addCurves(PageParts &page, const std::string &experiment, const ExperimentFigures &figures) {
  const CurveLegend legend = legendOf(figures);
  if (legend.entries.empty())
    return;
  page.series[experiment] = epochSeries(figures);
  const auto curves = curvesOf(figures);
  page.body += "<h3>Learning curves</h3>\n";
  addLegend(page, legend);
  page.body += "<div class=\"charts\">\n";
  for (const EpochMetric *metric : curves)
    addChart(page, experiment + "-" + metric->field,
             curveChart(figures, legend, experiment, *metric),
             {.caption = metric->title, .note = noteOf(figures, *metric)});
  nlohmann::json columns = nlohmann::json::array();
  for (const EpochMetric *metric : curves)
    columns.push_back({metric->field, metric->title});
  columns.push_back({"rate", "samples/s"});
  columns.push_back({"seconds", "seconds"});
  page.body += fmt::format(
      "</div>\n<details data-epochs=\"{}\" data-columns=\"{}\"><summary>Every epoch of every run "
      "as a table</summary></details>\n",
      escapeHtml(experiment), escapeHtml(columns.dump()));
}

} // namespace nnxrt
