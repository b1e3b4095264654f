// Heatmaps, parallel coordinates, effects and bars over axes.
#include "runtime/report/FactorCharts.h"

#include "runtime/report/ChartSpec.h"
#include "runtime/report/RankingChart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

namespace nnxrt {

using Json = nlohmann::json;

static double figureOf(const PointFigures &point, const MetricRow &metric) {
  return metric.unit == Unit::count ? static_cast<double>(point.point->parameters)
                                    : point.spread(metric).mean;
}

/// Rows {x, y, z: of a third factor, k: point, h: its number, v: figure, t: figure as text}.
static Json cellsOf(const ExperimentFigures &figures, const Factor &x, const Factor &y,
                    const Factor *each, const MetricRow &metric) {
  Json rows = Json::array();
  for (size_t p = 0; p < figures.points.size(); ++p) {
    const PointFigures &point = figures.points[p];
    const double value = figureOf(point, metric);
    if (!std::isfinite(value))
      continue;
    rows.push_back({{"x", x.values[x.of[p]]},
                    {"y", y.values[y.of[p]]},
                    {"k", point.name()},
                    {"h", p},
                    {"v", value},
                    {"t", textOf(metric.unit, value)}});
    if (each)
      rows.back()["z"] = assignmentText(*each, each->of[p]);
  }
  return rows;
}

/// Points far below the others would leave one colour for the rest: the scale starts at the median
/// less twice the spread above it.
static std::array<double, 2> colourScale(const Json &rows, const MetricRow &metric) {
  std::vector<double> values;
  for (const Json &row : rows)
    values.push_back(row["v"].get<double>());
  if (values.empty())
    return {0, 1};
  std::sort(values.begin(), values.end());
  double low = values.front(), high = values.back();
  const double median = values[values.size() / 2];
  if (metric.higherIsBetter)
    low = std::max(low, median - 2 * (high - median));
  else
    high = std::min(high, median + 2 * (median - low));
  return {low, low == high ? low + 1e-6 : high};
}

/// The layers of a heatmap of `rows`.
static Json heatLayers(const Json &rows, const MetricRow &metric, int fontSize) {
  const auto [low, high] = colourScale(rows, metric);
  Json layers = Json::array(
      {{{"mark", {{"type", "rect"}, {"cursor", "pointer"}}},
        {"encoding",
         {{"color",
           {{"field", "v"},
            {"type", "quantitative"},
            {"scale",
             {{"domain", {low, high}}, {"clamp", true}, {"reverse", !metric.higherIsBetter}}},
            {"legend", nullptr}}},
          {"tooltip", tooltipOf({{"k", "point"}, {"t", std::string(metric.title)}})}}}}});
  for (const bool upper : {true, false})
    layers.push_back(
        {{"mark",
          {{"type", "text"},
           {"style", upper == metric.higherIsBetter ? "onHeat" : "onPale"},
           {"fontSize", fontSize},
           {"cursor", "pointer"}}},
         {"transform",
          Json::array({{{"filter", {{"field", "v"}, {upper ? "gt" : "lte", (low + high) / 2}}}}})},
         {"encoding", {{"text", {{"field", "t"}, {"type", "nominal"}}}}}});
  return layers;
}

static Json placesOf(const Factor &factor, const char *field) {
  return {{"field", field},
          {"type", "nominal"},
          {"sort", factor.values},
          {"title", factor.name},
          {"axis", {{"ticks", false}, {"domain", false}, {"labelAngle", 0}}}};
}

Json heatmapChart(const ExperimentFigures &figures, const Factor &x, const Factor &y,
                  const MetricRow &metric) {
  Json rows = cellsOf(figures, x, y, nullptr, metric);
  Json layers = heatLayers(rows, metric, 12);
  Json chart = chartOf(34 * std::max(1, static_cast<int>(y.values.size())), std::move(rows));
  chart["encoding"] = {{"x", placesOf(x, "x")}, {"y", placesOf(y, "y")}};
  chart["layer"] = std::move(layers);
  return chart;
}

Json smallMultiples(const ExperimentFigures &figures, const Factor &x, const Factor &y,
                    const Factor &each, const MetricRow &metric) {
  Json rows = cellsOf(figures, x, y, &each, metric);
  std::vector<std::string> titles;
  for (size_t value = 0; value < each.values.size(); ++value)
    titles.push_back(assignmentText(each, value));
  const int width = 56 * static_cast<int>(x.values.size());
  Json chart = chartOf(0, Json());
  chart.erase("width");
  chart.erase("height");
  chart["spec"] = {{"width", width},
                   {"height", 30 * static_cast<int>(y.values.size())},
                   {"encoding", {{"x", placesOf(x, "x")}, {"y", placesOf(y, "y")}}},
                   {"layer", heatLayers(rows, metric, 11)}};
  chart["data"] = {{"values", std::move(rows)}};
  chart["facet"] = {{"field", "z"}, {"type", "nominal"}, {"sort", titles}, {"title", nullptr}};
  chart["spacing"] = 18;
  chart["usermeta"] = {{"facetWidth", width + 90}};
  return chart;
}

/// Places of the values on a line from 0 to 1.
static double placeOf(const Factor &factor, size_t value) {
  return static_cast<double>(value) / static_cast<double>(factor.values.size() - 1);
}

Json parallelChart(const ExperimentFigures &figures, const std::vector<Factor> &factors) {
  const auto [low, high] = scaleOf(figures);
  const MetricRow &metric = *figures.metric;
  const std::string score(metric.title);
  Json rows = Json::array(), labels = Json::array(), names = Json::array();
  for (const Factor &factor : factors) {
    names.push_back(factor.name);
    for (size_t value = 0; value < factor.values.size(); ++value)
      labels.push_back(
          {{"f", factor.name}, {"p", placeOf(factor, value)}, {"t", factor.values[value]}});
  }
  names.push_back(score);
  for (const double end : {0.0, 0.5, 1.0}) {
    const double value = low + end * (high - low);
    labels.push_back({{"f", score}, {"p", end}, {"t", textOf(metric.unit, value)}});
  }
  for (size_t p = 0; p < figures.points.size(); ++p) {
    const PointFigures &point = figures.points[p];
    if (!std::isfinite(point.score.mean))
      continue;
    const double shown = std::clamp(point.score.mean, low, high);
    const auto add = [&](const std::string &name, double place) {
      rows.push_back({{"k", point.name()},
                      {"h", p},
                      {"f", name},
                      {"p", place},
                      {"v", shown},
                      {"t", textOf(metric.unit, point.score.mean)}});
    };
    for (const Factor &factor : factors)
      add(factor.name, placeOf(factor, factor.of[p]));
    add(score, high > low ? (shown - low) / (high - low) : 0.5);
  }
  const Json x = {{"field", "f"},
                  {"type", "nominal"},
                  {"sort", names},
                  {"scale", {{"type", "point"}, {"padding", 0.35}}},
                  {"axis",
                   {{"title", nullptr},
                    {"orient", "top"},
                    {"labelAngle", 0},
                    {"domain", false},
                    {"ticks", false},
                    {"grid", true}}}};
  const Json y = {
      {"field", "p"}, {"type", "quantitative"}, {"axis", nullptr}, {"scale", {{"padding", 8}}}};
  const Json colour = {{"field", "v"},
                       {"type", "quantitative"},
                       {"scale", {{"domain", {low, high}}, {"reverse", !metric.higherIsBetter}}},
                       {"legend", nullptr}};
  const auto labelsIn = [&](const char *style) {
    return Json{
        {"data", {{"values", labels}}},
        {"mark",
         {{"type", "text"}, {"style", style}, {"fontSize", 12}, {"align", "left"}, {"dx", 5}}},
        {"encoding", {{"x", x}, {"y", y}, {"text", {{"field", "t"}, {"type", "nominal"}}}}}};
  };
  Json chart = chartOf(260, std::move(rows));
  chart["layer"] = Json::array(
      {{{"mark", {{"type", "line"}, {"opacity", 0.6}, {"strokeWidth", 1.4}, {"cursor", "pointer"}}},
        {"encoding",
         {{"x", x},
          {"y", y},
          {"detail", {{"field", "h"}, {"type", "nominal"}}},
          {"color", colour},
          {"tooltip", tooltipOf({{"k", "point"}, {"t", score}})}}}},
       labelsIn("halo"),
       labelsIn("onPale")});
  return chart;
}

Json effectsChart(const ExperimentFigures &figures, const std::vector<Factor> &factors) {
  const auto [low, high] = scaleOf(figures);
  Json rows = Json::array(), names = Json::array();
  for (const Factor &factor : factors) {
    for (size_t value = 0; value < factor.values.size(); ++value)
      names.push_back(assignmentText(factor, value));
    for (size_t p = 0; p < figures.points.size(); ++p) {
      const PointFigures &point = figures.points[p];
      if (!std::isfinite(point.score.mean))
        continue;
      rows.push_back({{"f", assignmentText(factor, factor.of[p])},
                      {"g", factor.name},
                      {"k", point.name()},
                      {"h", p},
                      {"v", point.score.mean},
                      {"t", textOf(figures.metric->unit, point.score.mean)}});
    }
  }
  const Json y = {
      {"field", "f"},
      {"type", "nominal"},
      {"sort", names},
      {"title", nullptr},
      {"axis", {{"grid", false}, {"ticks", false}, {"domain", false}, {"labelLimit", 220}}}};
  Json x = {{"field", "v"},
            {"type", "quantitative"},
            {"title", figures.scoreTitle()},
            {"scale", {{"domain", {low, high}}, {"clamp", true}, {"nice", false}}},
            {"axis", {{"tickCount", 5}, {"format", ".4~g"}}}};
  const Json colour = {{"field", "g"}, {"type", "nominal"}, {"legend", nullptr}, {"sort", nullptr}};
  Json mean = x;
  mean["aggregate"] = "mean";
  const auto height = static_cast<int>(20 * names.size());
  Json chart = chartOf(height, std::move(rows));
  chart["layer"] = Json::array(
      {{{"mark",
         {{"type", "point"},
          {"filled", true},
          {"opacity", 0.35},
          {"size", 30},
          {"cursor", "pointer"}}},
        {"encoding",
         {{"x", x},
          {"y", y},
          {"color", colour},
          {"tooltip", tooltipOf({{"k", "point"}, {"t", std::string(figures.metric->title)}})}}}},
       {{"mark", {{"type", "tick"}, {"thickness", 3}, {"size", 16}}},
        {"encoding", {{"x", mean}, {"y", y}, {"color", colour}}}}});
  return chart;
}

Json importanceChart(const Importance &importance, size_t factors) {
  Json rows = Json::array();
  const auto add = [&](const std::string &name, double share) {
    rows.push_back({{"n", name}, {"s", share}, {"t", fmt::format("{:.1f} %", 100 * share)}});
  };
  constexpr size_t most = 10;
  double rest = importance.rest;
  for (size_t i = 0; i < importance.shares.size(); ++i) {
    if (i < most)
      add(importance.shares[i].name, importance.shares[i].share);
    else
      rest += importance.shares[i].share;
  }
  add(factors > 2 ? "all else together, and chance" : "both together, and chance", rest);
  const Json y = {{"field", "n"},
                  {"type", "nominal"},
                  {"sort", nullptr},
                  {"title", nullptr},
                  {"axis", {{"ticks", false}, {"domain", false}, {"labelLimit", 220}}}};
  const Json x = {{"field", "s"},
                  {"type", "quantitative"},
                  {"title", nullptr},
                  {"scale", {{"domain", {0, 1}}}},
                  {"axis", {{"format", ".0%"}, {"tickCount", 5}}}};
  const auto height = static_cast<int>(24 * rows.size());
  Json chart = chartOf(height, std::move(rows));
  chart["layer"] = Json::array(
      {{{"mark", {{"type", "bar"}, {"color", "#4269d0"}, {"height", 14}}},
        {"encoding",
         {{"x", x}, {"y", y}, {"tooltip", tooltipOf({{"n", "axis"}, {"t", "share"}})}}}},
       {{"mark", {{"type", "text"}, {"style", "onPale"}, {"align", "left"}, {"dx", 5}}},
        {"encoding", {{"x", x}, {"y", y}, {"text", {{"field", "t"}, {"type", "nominal"}}}}}}});
  return chart;
}

Factor factorOf(const ExperimentFigures &figures, const std::string &axis) {
  Factor factor{.name = axis, .values = {}, .of = {}};
  for (const Axis &each : figures.experiment->axes)
    if (each.name == axis)
      factor.values = each.values;
  for (const PointFigures &point : figures.points) {
    const auto found = std::ranges::find(factor.values, point.coordinate(axis));
    factor.of.push_back(static_cast<size_t>(found - factor.values.begin()));
    if (found == factor.values.end()) // a point of a part of the grid that lacks the axis
      factor.values.emplace_back(point.coordinate(axis));
  }
  return factor;
}

Json barChart(const ExperimentFigures &figures, const ReportPart &part) {
  const MetricRow &metric = *findMetric(part.y);
  const Factor groups = factorOf(figures, part.x);
  Json rows = Json::array();
  for (size_t p = 0; p < figures.points.size(); ++p) {
    const PointFigures &point = figures.points[p];
    for (const StoredRun *run : point.runs) {
      const double value = metric.of(*point.point, *run);
      if (std::isfinite(value))
        rows.push_back({{"x", groups.values[groups.of[p]]},
                        {"c", point.coordinate(part.color)},
                        {"v", value}});
    }
  }
  const std::string title(metric.title);
  const Json y = {
      {"field", "v"}, {"type", "quantitative"}, {"title", title}, {"axis", {{"tickCount", 5}}}};
  Json mean = y;
  mean["aggregate"] = "mean";
  Json encoding = {{"x",
                    {{"field", "x"},
                     {"type", "nominal"},
                     {"sort", groups.values},
                     {"title", part.x},
                     {"axis", {{"labelAngle", 0}, {"ticks", false}}}}}};
  Json bars = {{"y", mean},
               {"tooltip", Json::array({{{"field", "x"}, {"title", part.x}},
                                        {{"field", "v"},
                                         {"type", "quantitative"},
                                         {"aggregate", "mean"},
                                         {"title", title},
                                         {"format", ".4~g"}},
                                        {{"aggregate", "count"}, {"title", "runs"}}})}};
  if (!part.color.empty()) {
    const std::vector<std::string> values = factorOf(figures, part.color).values;
    encoding["xOffset"] = {{"field", "c"}, {"type", "nominal"}, {"sort", values}};
    bars["color"] = {{"field", "c"},
                     {"type", "nominal"},
                     {"scale", {{"domain", values}}},
                     {"title", part.color}};
  }
  Json chart = chartOf(220, std::move(rows));
  chart["encoding"] = encoding;
  chart["layer"] =
      Json::array({{{"mark", {{"type", "bar"}}}, {"encoding", bars}},
                   {{"mark", {{"type", "errorbar"}, {"extent", "stdev"}, {"ticks", true}}},
                    {"encoding", {{"y", y}}}}});
  return chart;
}

} // namespace nnxrt
