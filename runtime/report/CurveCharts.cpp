// Learning curves.
#include "runtime/report/CurveCharts.h"

#include "runtime/report/ChartSpec.h"
#include "runtime/report/RankingChart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace nnxrt {

using Json = nlohmann::json;

template <typename Visit> static void visitEpochs(const ExperimentFigures &figures, Visit visit) {
  for (const PointFigures &point : figures.points)
    for (const StoredRun &run : point.results->runs)
      for (const EpochFigures &epoch : run.epochs)
        visit(point, epoch);
}

std::vector<const EpochMetric *> curvesOf(const ExperimentFigures &figures) {
  std::vector<const EpochMetric *> curves;
  for (const EpochMetric &metric : epochMetrics()) {
    bool any = false;
    visitEpochs(figures, [&](const PointFigures &, const EpochFigures &epoch) {
      any = any || std::isfinite(metric(epoch));
    });
    if (any)
      curves.push_back(&metric);
  }
  return curves;
}

CurveLegend legendOf(const ExperimentFigures &figures) {
  std::vector<const PointFigures *> kept = figures.ranking();
  for (const PointFigures &point : figures.points)
    if (point.score.count == 0)
      kept.push_back(&point);
  std::erase_if(kept, [](const PointFigures *point) {
    return std::all_of(point->results->runs.begin(), point->results->runs.end(),
                       [](const StoredRun &run) { return run.epochs.empty(); });
  });
  const bool rest = kept.size() > CurveLegend::colours;
  if (rest)
    kept.resize(CurveLegend::colours);
  CurveLegend legend;
  for (const PointFigures &point : figures.points)
    if (std::find(kept.begin(), kept.end(), &point) != kept.end())
      legend.entries.push_back({.name = point.name(), .colour = legend.entries.size()});
  if (rest)
    legend.entries.push_back({.name = "other points", .colour = CurveLegend::colours});
  return legend;
}

CurveLegend legendOf(const ExperimentFigures &figures, const std::string &axis) {
  CurveLegend legend;
  for (const Axis &each : figures.experiment->axes)
    if (each.name == axis)
      for (const std::string &value : each.values)
        legend.entries.push_back(
            {.name = value, .colour = std::min(legend.entries.size(), CurveLegend::colours)});
  if (legend.entries.empty())
    return legendOf(figures);
  legend.axis = axis;
  return legend;
}

/// Five significant digits; null for what is not finite.
static Json rounded(double value) {
  if (!std::isfinite(value) || value == 0)
    return std::isfinite(value) ? Json(0) : Json();
  const double unit = std::pow(10.0, 4 - std::floor(std::log10(std::abs(value))));
  return std::round(value * unit) / unit;
}

Json epochSeries(const ExperimentFigures &figures) {
  const auto curves = curvesOf(figures);
  Json all = Json::array();
  for (size_t p = 0; p < figures.points.size(); ++p) {
    for (const StoredRun &run : figures.points[p].results->runs) {
      if (run.epochs.empty())
        continue;
      Json series = {{"point", p}, {"repeat", run.repeat}};
      for (const EpochFigures &epoch : run.epochs) {
        for (const EpochMetric *metric : curves)
          series[metric->field].push_back(rounded((*metric)(epoch)));
        series["epoch"].push_back(epoch.epoch);
        series["rate"].push_back(rounded(epoch.samplesPerSecond));
        series["seconds"].push_back(rounded(epoch.trainSeconds + epoch.testSeconds));
      }
      all.push_back(std::move(series));
    }
  }
  return all;
}

/// The legend entry of each point.
static Json entriesOf(const ExperimentFigures &figures, const CurveLegend &legend) {
  Json entries = Json::array();
  for (const PointFigures &point : figures.points) {
    const std::string &name = legend.axis.empty() ? point.name() : point.coordinate(legend.axis);
    const bool known =
        std::ranges::find(legend.entries, name, &CurveLegend::Entry::name) != legend.entries.end();
    entries.push_back(known || legend.entries.empty() ? name : legend.entries.back().name);
  }
  return entries;
}

/// Range of a share over the curves of points that are not far below the others.
static std::array<double, 2> shareRange(const ExperimentFigures &figures,
                                        const EpochMetric &metric) {
  const auto below = belowScale(figures);
  double low = 1, high = 0;
  visitEpochs(figures, [&](const PointFigures &point, const EpochFigures &epoch) {
    const double value = metric(epoch);
    if (!std::isfinite(value) || std::ranges::find(below, &point) != below.end())
      return;
    low = std::min(low, value);
    high = std::max(high, value);
  });
  if (low > high)
    return {0, 1};
  const double margin = std::max((high - low) * 0.04, 0.0005);
  return {std::max(0.0, low - margin), std::min(1.0, high + margin)};
}

Json curveChart(const ExperimentFigures &figures, const CurveLegend &legend,
                const std::string &series, const EpochMetric &metric) {
  Json names = Json::array(); // the theme's colours follow in this order
  for (const CurveLegend::Entry &entry : legend.entries)
    names.push_back(entry.name);
  int lastEpoch = 1;
  visitEpochs(figures, [&](const PointFigures &, const EpochFigures &epoch) {
    lastEpoch = std::max(lastEpoch, epoch.epoch);
  });
  Json epochAxis = {{"tickMinStep", 1}, {"tickCount", 6}, {"format", "d"}, {"grid", false}};
  if (lastEpoch <= 12) {
    std::vector<int> each(static_cast<size_t>(lastEpoch));
    std::iota(each.begin(), each.end(), 1);
    epochAxis["values"] = each;
  }
  Json scale = {{"type", "log"}, {"nice", false}};
  Json transform = Json::array();
  Json axis = {{"tickCount", 5}, {"format", "~g"}};
  if (!metric.isFraction) { // a logarithm needs a positive number
    transform.push_back({{"filter", "datum." + metric.field + " > 0"}});
  } else {
    scale = {{"domain", shareRange(figures, metric)}, {"nice", false}, {"zero", false}};
    axis["format"] = ".4~f";
  }
  const bool repeats = figures.hasRepeats();
  Json y = {{"field", metric.field},
            {"type", "quantitative"},
            {"title", nullptr},
            {"scale", scale},
            {"axis", axis}};
  const Json encoding = {
      {"x",
       {{"field", "e"},
        {"type", "quantitative"},
        {"title", "epoch"},
        {"scale", {{"domain", {1, std::max(lastEpoch, 2)}}, {"nice", false}}},
        {"axis", epochAxis}}},
      {"detail", {{"field", "k"}, {"type", "nominal"}}},
      {"color",
       {{"field", "p"}, {"type", "nominal"}, {"scale", {{"domain", names}}}, {"legend", nullptr}}}};
  Json layers = Json::array();
  if (repeats)
    layers.push_back({{"mark", {{"type", "errorband"}, {"extent", "stdev"}, {"clip", true}}},
                      {"encoding", {{"y", y}}}});
  Json figure = {{"field", metric.field},
                 {"type", "quantitative"},
                 {"title", metric.title},
                 {"format", metric.isFraction ? ".4f" : ".4~g"}};
  if (repeats)
    y["aggregate"] = figure["aggregate"] = "mean";
  layers.push_back(
      {{"mark",
        {{"type", "line"},
         {"clip", true},
         {"strokeWidth", 1.8},
         {"point", lastEpoch <= 30 ? Json{{"size", 22}, {"cursor", "pointer"}} : Json(false)}}},
       {"encoding",
        {{"y", y},
         {"tooltip", Json::array({{{"field", "k"}, {"title", "point"}},
                                  {{"field", "e"}, {"title", "epoch"}},
                                  figure})}}}});
  Json chart = chartOf(220, Json::array());
  chart["data"] = {{"name", "epochs"}};
  chart["transform"] = transform;
  chart["encoding"] = encoding;
  chart["layer"] = layers;
  chart["usermeta"] = {{"series", series}, {"entries", entriesOf(figures, legend)}};
  return chart;
}

} // namespace nnxrt
