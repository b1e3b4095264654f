// Heatmaps and bars over axes.
#include "runtime/report/PartCharts.h"

#include "runtime/report/MetricTable.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace nnxrt {

using Json = nlohmann::json;

static constexpr const char *schema = "https://vega.github.io/schema/vega-lite/v6.json";

/// Rows {x, y, c, k: point, v: figure, t: figure as text} of the points that have the figure.
static Json rowsOf(const ExperimentFigures &figures, const ReportPart &part,
                   const MetricRow &metric) {
  Json rows = Json::array();
  for (const PointFigures &point : figures.points) {
    const double value = metric.unit == Unit::count ? static_cast<double>(point.point->parameters)
                                                    : point.spread(metric).mean;
    if (!std::isfinite(value))
      continue;
    rows.push_back({{"x", point.coordinate(part.x)},
                    {"y", point.coordinate(part.y)},
                    {"c", point.coordinate(part.color)},
                    {"k", point.name()},
                    {"v", value},
                    {"t", textOf(metric.unit, value)}});
  }
  return rows;
}

/// The axis's values in the order of the file.
static Json valuesOf(const Experiment &experiment, const std::string &axis) {
  for (const Axis &each : experiment.axes)
    if (each.name == axis)
      return each.values;
  return Json::array();
}

static Json tooltipOf(const MetricRow &metric) {
  return Json::array(
      {{{"field", "k"}, {"title", "point"}}, {{"field", "t"}, {"title", metric.title}}});
}

Json heatmapChart(const ExperimentFigures &figures, const ReportPart &part) {
  const MetricRow &metric = *findMetric(part.color);
  const Experiment &experiment = *figures.experiment;
  const Json rows = rowsOf(figures, part, metric), ys = valuesOf(experiment, part.y);
  // Points far below the others would leave one colour for the rest: the scale starts at the lower
  // quartile less the spread above it.
  std::vector<double> values;
  for (const Json &row : rows)
    values.push_back(row["v"].get<double>());
  std::sort(values.begin(), values.end());
  double low = 0, high = 1;
  if (!values.empty()) {
    low = values.front();
    high = values.back();
    const double quartile = values[values.size() / 4];
    if (metric.higherIsBetter)
      low = std::max(low, quartile - 2 * (high - quartile));
    else
      high =
          std::min(high, values[values.size() * 3 / 4] + 2 * (values[values.size() * 3 / 4] - low));
    if (low == high)
      high = low + 1e-6;
  }
  const auto axis = [&](const char *field, const std::string &name, const Json &sort) {
    return Json{{"field", field},
                {"type", "nominal"},
                {"sort", sort},
                {"title", name},
                {"axis", {{"ticks", false}, {"domain", false}, {"labelAngle", 0}}}};
  };
  const Json cells = {
      {"mark", {{"type", "rect"}}},
      {"encoding",
       {{"color",
         {{"field", "v"},
          {"type", "quantitative"},
          {"scale",
           {{"domain", {low, high}}, {"clamp", true}, {"reverse", !metric.higherIsBetter}}},
          {"legend", nullptr}}},
        {"tooltip", tooltipOf(metric)}}}};
  const double middle = (low + high) / 2;
  const auto texts = [&](bool upper) {
    const bool dark = upper == metric.higherIsBetter;
    return Json{
        {"mark", {{"type", "text"}, {"style", dark ? "onHeat" : "onPale"}, {"fontSize", 12}}},
        {"transform",
         Json::array({{{"filter", {{"field", "v"}, {upper ? "gt" : "lte", middle}}}}})},
        {"encoding", {{"text", {{"field", "t"}, {"type", "nominal"}}}}}};
  };
  return {{"$schema", schema},
          {"width", "container"},
          {"height", 34 * std::max<size_t>(ys.size(), 1)},
          {"data", {{"values", rows}}},
          {"encoding",
           {{"x", axis("x", part.x, valuesOf(experiment, part.x))}, {"y", axis("y", part.y, ys)}}},
          {"layer", {cells, texts(true), texts(false)}}};
}

Json barChart(const ExperimentFigures &figures, const ReportPart &part) {
  const MetricRow &metric = *findMetric(part.y);
  const Experiment &experiment = *figures.experiment;
  Json encoding = {{"x",
                    {{"field", "x"},
                     {"type", "nominal"},
                     {"sort", valuesOf(experiment, part.x)},
                     {"title", part.x},
                     {"axis", {{"labelAngle", 0}, {"ticks", false}}}}},
                   {"y",
                    {{"field", "v"},
                     {"type", "quantitative"},
                     {"title", metric.title},
                     {"axis", {{"tickCount", 5}}}}},
                   {"tooltip", tooltipOf(metric)}};
  if (!part.color.empty()) {
    const Json values = valuesOf(experiment, part.color);
    encoding["xOffset"] = {{"field", "c"}, {"type", "nominal"}, {"sort", values}};
    encoding["color"] = {{"field", "c"},
                         {"type", "nominal"},
                         {"scale", {{"domain", values}}},
                         {"title", part.color}};
  }
  return {{"$schema", schema},
          {"width", "container"},
          {"height", 220},
          {"data", {{"values", rowsOf(figures, part, metric)}}},
          {"mark", {{"type", "bar"}}},
          {"encoding", encoding}};
}

} // namespace nnxrt
