// Charts over axes, times and memory.
#include "runtime/report/HtmlAxes.h"

#include "runtime/report/FactorCharts.h"
#include "runtime/report/HtmlChart.h"
#include "runtime/report/RankingChart.h"
#include "runtime/report/ResourceCharts.h"
#include "runtime/train/TrainingWork.h"

#include <fmt/format.h>

namespace nnxrt {

static std::string edgeNote(const ExperimentFigures &figures) {
  return belowScale(figures).empty() ? "" : " Points at the edge lie beyond the scale.";
}

static std::string nameOf(const MetricRow &metric) {
  return std::string(metric.title);
}

void addHeatmap(PageParts &page, const std::string &name, const ExperimentFigures &figures,
                const ReportPart &part) {
  const MetricRow &metric = *findMetric(part.color);
  addChart(page, name,
           heatmapChart(figures, factorOf(figures, part.x), factorOf(figures, part.y), metric),
           {.caption = fmt::format("{} by {} and {}", metric.title, part.y, part.x),
            .note = "The strongest colour is the best."});
}

static void addImportance(PageParts &page, const std::string &experiment,
                          const ExperimentFigures &figures, const std::vector<Factor> &factors) {
  page.body += "<div class=\"charts\">\n";
  addChart(page, experiment + "-effects", effectsChart(figures, factors),
           {.caption = fmt::format("{} by each value of the axes", figures.metric->title),
            .note = "Dots are points, the stroke is their mean." + edgeNote(figures)});
  if (const auto importance = importanceOf(figures, factors)) {
    std::string note = fmt::format("Of the variance of {} over the grid", figures.metric->title);
    for (const std::string &value : importance->left)
      note += (value == importance->left.front() ? " without " : " and ") + value;
    note += "; two axes together count what neither does alone (functional ANOVA).";
    addChart(page, experiment + "-importance", importanceChart(*importance, factors.size()),
             {.caption = "What mattered: share of the variance", .note = note});
  }
  page.body += "</div>\n";
}

void addAxisCharts(PageParts &page, const std::string &experiment,
                   const ExperimentFigures &figures) {
  const std::vector<Factor> factors = factorsOf(figures);
  if (factors.size() < 2)
    return;
  const MetricRow &metric = *figures.metric;
  const bool apart = areApart(factors, allPoints(figures));
  page.body += "<h3>What the axes do</h3>\n";
  // The axis written last varies fastest: along the row.
  if (factors.size() == 2 && apart)
    addChart(
        page, experiment + "-heatmap", heatmapChart(figures, factors[1], factors[0], metric),
        {.caption = fmt::format("{} by {} and {}", metric.title, factors[0].name, factors[1].name),
         .note = "The strongest colour is the best."});
  else if (factors.size() == 3 && apart)
    addChart(page, experiment + "-multiples",
             smallMultiples(figures, factors[2], factors[1], factors[0], metric),
             {.caption = fmt::format("{} by {}, {} and {}", metric.title, factors[0].name,
                                     factors[1].name, factors[2].name),
              .note = "The strongest colour is the best.",
              .figureClass = "wide"});
  if (factors.size() > 2)
    addChart(page, experiment + "-parallel", parallelChart(figures, factors),
             {.caption = "Every point through its values",
              .note = fmt::format("A line is a point; its colour and its end are its {}.{}",
                                  nameOf(metric), edgeNote(figures))});
  addImportance(page, experiment, figures, factors);
}

void addCostCharts(PageParts &page, const std::string &experiment,
                   const ExperimentFigures &figures) {
  page.body += "<h3>Time and memory</h3>\n<div class=\"charts\">\n";
  addChart(page, experiment + "-cost", costChart(figures),
           {.caption = fmt::format("{} over the time of a run", figures.metric->title),
            .note = "A larger dot takes more memory." + edgeNote(figures)});
  if (const nlohmann::json chart = predictionChart(figures); !chart.is_null())
    addChart(page, experiment + "-prediction", chart,
             {.caption = "Measured beside predicted time",
              .note = fmt::format("Predicted by nnxc plan for one core at {:.0f} GFLOP/s; on the "
                                  "line both are equal.",
                                  assumedRate / 1e9)});
  page.body += "</div>\n";
}

} // namespace nnxrt
