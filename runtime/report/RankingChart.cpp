// Points, best first.
#include "runtime/report/RankingChart.h"

#include "runtime/report/ChartSpec.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nnxrt {

using Json = nlohmann::json;

std::array<double, 2> scaleOf(const ExperimentFigures &figures) {
  const auto ranking = figures.ranking();
  if (ranking.empty())
    return {0, 1};
  const double best = ranking.front()->score.mean, median = ranking[ranking.size() / 2]->score.mean;
  const bool share = figures.metric->unit == Unit::share;
  const double reach = std::max(share ? 0.03 : 0.1 * std::abs(best), 4 * std::abs(best - median));
  const double edge = figures.metric->higherIsBetter ? best - reach : best + reach;
  const double worst = ranking.back()->score.mean;
  // The worst point may lie inside: then it ends the scale.
  const double end = figures.metric->higherIsBetter ? std::max(worst, edge) : std::min(worst, edge);
  const double low = std::min(best, end), high = std::max(best, end);
  return {share ? std::max(0.0, low) : low, high};
}

std::vector<const PointFigures *> belowScale(const ExperimentFigures &figures) {
  const std::array<double, 2> scale = scaleOf(figures);
  std::vector<const PointFigures *> below;
  for (const PointFigures *point : figures.ranking())
    if (!(point->score.mean >= scale[0] && point->score.mean <= scale[1]))
      below.push_back(point);
  return below;
}

bool namesByValues(const ExperimentFigures &figures) {
  return figures.experiment->axes.size() > 2;
}

static std::string shortName(const ExperimentFigures &figures, const PointFigures &point) {
  if (!namesByValues(figures))
    return point.name();
  std::string values;
  for (const auto &[axis, value] : point.point->axes)
    values += (values.empty() ? "" : ", ") + value;
  return values;
}

/// Rows {point, name: on the axis, h: its number, score, low, high, inside, label, status}, and the
/// range they fill.
static Json rowsOf(const ExperimentFigures &figures, double &lowest, double &highest) {
  const std::array<double, 2> scale = scaleOf(figures);
  const auto ranking = figures.ranking();
  Json rows = Json::array();
  lowest = scale[1];
  highest = scale[0];
  for (size_t place = 0; place < std::min(ranking.size(), rankedPoints); ++place) {
    const PointFigures &point = *ranking[place];
    const double mean = point.score.mean;
    const bool inside = mean >= scale[0] && mean <= scale[1];
    const auto interval = intervalOf(point);
    const bool drawn = inside && interval && interval->high - interval->low < 1;
    if (inside) {
      lowest = std::min(lowest, drawn ? interval->low : mean);
      highest = std::max(highest, drawn ? interval->high : mean);
    }
    rows.push_back({{"point", point.name()},
                    {"name", shortName(figures, point)},
                    {"h", &point - figures.points.data()},
                    {"score", std::isfinite(mean) ? Json(mean) : Json()},
                    {"low", drawn ? Json(interval->low) : Json()},
                    {"high", drawn ? Json(interval->high) : Json()},
                    {"inside", inside},
                    {"label", textOf(figures.metric->unit, mean)},
                    {"status", point.status}});
  }
  return rows;
}

Json rankingChart(const ExperimentFigures &figures) {
  double lowest = 0, highest = 1;
  Json rows = rowsOf(figures, lowest, highest);
  const double margin = std::max((highest - lowest) * 0.05, 1e-9);
  lowest -= margin;
  highest += margin * 4; // room for the labels
  const double edge = figures.metric->higherIsBetter ? lowest : highest;
  for (Json &row : rows)
    row["x"] = row["inside"].get<bool>() ? row["score"].get<double>() : edge;
  const Json y = {
      {"field", "name"},
      {"type", "nominal"},
      {"sort", nullptr},
      {"title", nullptr},
      {"axis",
       {{"grid", false}, {"ticks", false}, {"domain", false}, {"offset", 8}, {"labelLimit", 260}}}};
  const Json scale = {{"domain", {lowest, highest}}, {"nice", false}, {"zero", false}};
  const auto x = [&](const char *field) {
    return Json{{"field", field},
                {"type", "quantitative"},
                {"scale", scale},
                {"title", figures.scoreTitle()},
                {"axis", {{"tickCount", 5}, {"format", ".4~g"}}}};
  };
  const Json tooltip = Json::array(
      {{{"field", "point"}, {"title", "point"}},
       {{"field", "label"}, {"title", figures.metric->title}},
       {{"field", "low"}, {"title", "from"}, {"format", ".4f"}, {"type", "quantitative"}},
       {{"field", "high"}, {"title", "to"}, {"format", ".4f"}, {"type", "quantitative"}},
       {{"field", "status"}, {"title", "status"}}});
  const Json range = {{"transform", Json::array({{{"filter", "isValid(datum.low)"}}})},
                      {"mark", {{"type", "rule"}, {"opacity", 0.6}}},
                      {"encoding", {{"y", y}, {"x", x("low")}, {"x2", {{"field", "high"}}}}}};
  const Json dots = {
      {"mark",
       {{"type", "point"}, {"filled", true}, {"size", 80}, {"opacity", 1}, {"cursor", "pointer"}}},
      {"encoding",
       {{"y", y},
        {"x", x("x")},
        {"shape",
         {{"field", "inside"},
          {"type", "nominal"},
          {"scale",
           {{"domain", {true, false}},
            {"range",
             {"circle", figures.metric->higherIsBetter ? "triangle-left" : "triangle-right"}}}},
          {"legend", nullptr}}},
        {"color",
         {{"condition", {{"test", "datum.status == 'finished'"}, {"value", "#4269d0"}}},
          {"value", "#d6402f"}}},
        {"tooltip", tooltip}}}};
  const Json labels = {
      {"transform",
       Json::array({{{"calculate", "isValid(datum.high) ? datum.high : datum.x"}, {"as", "end"}}})},
      {"mark",
       {{"type", "text"}, {"style", "onPale"}, {"align", "left"}, {"dx", 9}, {"fontSize", 12}}},
      {"encoding",
       {{"y", y}, {"x", x("end")}, {"text", {{"field", "label"}, {"type", "nominal"}}}}}};
  const auto height = static_cast<int>(24 * rows.size());
  Json chart = chartOf(height, std::move(rows));
  chart["layer"] = {range, dots, labels};
  return chart;
}

} // namespace nnxrt
