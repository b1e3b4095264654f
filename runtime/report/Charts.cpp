// Charts of a report as Vega-Lite specifications. Colours and fonts come from the page's theme.
#include "runtime/report/Charts.h"

#include "runtime/report/Format.h"
#include "runtime/report/TextWidth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string_view>

namespace nnxrt {

using Json = nlohmann::json;

static constexpr const char *schema = "https://vega.github.io/schema/vega-lite/v6.json";

std::vector<std::string> classNames(const DatasetSpec &dataset) {
  std::vector<std::string> names = dataset.labels;
  for (auto c = static_cast<int>(names.size()); c < dataset.classes; ++c)
    names.push_back(std::to_string(c));
  return names;
}

double accuracyFloor(const std::vector<const PointFigures *> &ranking) {
  if (ranking.empty())
    return 0;
  const double best = ranking.front()->accuracy.mean;
  const double median = ranking[ranking.size() / 2]->accuracy.mean;
  return std::max(0.0, best - std::max(0.03, 4 * (best - median)));
}

Json accuracyChart(const ExperimentFigures &figures) {
  const auto ranking = figures.ranking();
  const double floor = accuracyFloor(ranking);
  Json rows = Json::array();
  double lowest = 1, highest = 0;
  for (const PointFigures *point : ranking) {
    const double mean = point->accuracy.mean;
    Interval range = wilsonInterval(mean, point->bestRun->result.test.samples);
    if (point->accuracy.count > 1)
      range = {.low = mean - point->accuracy.deviation, .high = mean + point->accuracy.deviation};
    const bool inside = mean >= floor;
    if (inside) {
      lowest = std::min(lowest, range.low);
      highest = std::max(highest, range.high);
    }
    rows.push_back({{"point", point->name()},
                    {"accuracy", mean},
                    {"low", inside ? Json(range.low) : Json()},
                    {"high", inside ? Json(range.high) : Json()},
                    {"inside", inside},
                    {"label", shareText(mean)},
                    {"status", point->status}});
  }
  const double margin = (highest - lowest) * 0.05;
  lowest -= margin;
  highest += margin * 4; // room for the labels
  for (Json &row : rows)
    row["x"] = row["inside"].get<bool>() ? row["accuracy"].get<double>() : lowest;
  const Json y = {{"field", "point"},
                  {"type", "nominal"},
                  {"sort", nullptr},
                  {"title", nullptr},
                  {"axis", {{"grid", false}, {"ticks", false}, {"domain", false}, {"offset", 8}}}};
  const Json scale = {{"domain", {lowest, highest}}, {"nice", false}, {"zero", false}};
  const auto x = [&](const char *field) {
    return Json{{"field", field},
                {"type", "quantitative"},
                {"scale", scale},
                {"title", "accuracy on the test set"},
                {"axis", {{"tickCount", 5}, {"format", ".4~f"}}}};
  };
  const Json tooltip = Json::array(
      {{{"field", "point"}, {"title", "point"}},
       {{"field", "accuracy"}, {"title", "accuracy"}, {"format", ".4f"}},
       {{"field", "low"}, {"title", "from"}, {"format", ".4f"}, {"type", "quantitative"}},
       {{"field", "high"}, {"title", "to"}, {"format", ".4f"}, {"type", "quantitative"}},
       {{"field", "status"}, {"title", "status"}}});
  const Json range = {{"transform", Json::array({{{"filter", "datum.inside"}}})},
                      {"mark", {{"type", "rule"}, {"opacity", 0.6}}},
                      {"encoding", {{"y", y}, {"x", x("low")}, {"x2", {{"field", "high"}}}}}};
  const Json dots = {
      {"mark", {{"type", "point"}, {"filled", true}, {"size", 80}, {"opacity", 1}}},
      {"encoding",
       {{"y", y},
        {"x", x("x")},
        {"shape",
         {{"field", "inside"},
          {"type", "nominal"},
          {"scale", {{"domain", {true, false}}, {"range", {"circle", "triangle-left"}}}},
          {"legend", nullptr}}},
        {"color",
         {{"condition", {{"test", "datum.status == 'finished'"}, {"value", "#4269d0"}}},
          {"value", "#d6402f"}}},
        {"tooltip", tooltip}}}};
  const Json labels = {
      {"transform",
       Json::array({{{"calculate", "datum.inside ? datum.high : datum.x"}, {"as", "end"}}})},
      {"mark",
       {{"type", "text"}, {"style", "onPale"}, {"align", "left"}, {"dx", 9}, {"fontSize", 12}}},
      {"encoding",
       {{"y", y}, {"x", x("end")}, {"text", {{"field", "label"}, {"type", "nominal"}}}}}};
  return {{"$schema", schema},
          {"width", "container"},
          {"height", 24 * rows.size()},
          {"data", {{"values", rows}}},
          {"layer", {range, dots, labels}}};
}

CurveLegend legendOf(const ExperimentFigures &figures) {
  std::vector<const PointFigures *> kept = figures.ranking();
  for (const PointFigures &point : figures.points)
    if (point.accuracy.count == 0)
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

const char *curveField(const std::string &metric) {
  return metric == "accuracy"         ? "va"
         : metric == "loss"           ? "vl"
         : metric == "train.accuracy" ? "ta"
                                      : "tl";
}

/// Sums of one epoch over the repeats.
struct EpochSums {
  double trainAccuracy = 0, trainLoss = 0, testAccuracy = 0, testLoss = 0;
  int count = 0;
};

static Json finiteOrNull(double value) {
  if (!std::isfinite(value))
    return {};
  return std::round(value * 1e6) / 1e6;
}

Json curveRows(const ExperimentFigures &figures, const CurveLegend &legend) {
  Json rows = Json::array();
  for (const PointFigures &point : figures.points) {
    std::map<int, EpochSums> epochs;
    for (const StoredRun &run : point.results->runs) {
      for (const EpochFigures &epoch : run.epochs) {
        EpochSums &sums = epochs[epoch.epoch];
        sums.trainAccuracy += epoch.trainAccuracy;
        sums.trainLoss += epoch.trainLoss;
        sums.testAccuracy += epoch.testAccuracy;
        sums.testLoss += epoch.testLoss;
        ++sums.count;
      }
    }
    std::string name = point.name();
    for (const auto &[axis, value] : point.point->axes)
      if (axis == legend.axis)
        name = value;
    if (std::none_of(legend.entries.begin(), legend.entries.end(),
                     [&](const auto &entry) { return entry.name == name; }) &&
        !legend.entries.empty())
      name = legend.entries.back().name;
    for (const auto &[epoch, sums] : epochs)
      rows.push_back({{"p", name},
                      {"k", point.name()},
                      {"e", epoch},
                      {"ta", finiteOrNull(sums.trainAccuracy / sums.count)},
                      {"tl", finiteOrNull(sums.trainLoss / sums.count)},
                      {"va", finiteOrNull(sums.testAccuracy / sums.count)},
                      {"vl", finiteOrNull(sums.testLoss / sums.count)}});
  }
  return rows;
}

/// Range of a field over the curves of points that are not far below the others.
static std::array<double, 2> accuracyRange(const ExperimentFigures &figures, bool test) {
  const auto ranking = figures.ranking();
  const double floor = accuracyFloor(ranking);
  double low = 1, high = 0;
  for (const PointFigures &point : figures.points) {
    if (point.accuracy.count > 0 && point.accuracy.mean < floor)
      continue;
    for (const StoredRun &run : point.results->runs) {
      for (const EpochFigures &epoch : run.epochs) {
        const double value = test ? epoch.testAccuracy : epoch.trainAccuracy;
        low = std::min(low, value);
        high = std::max(high, value);
      }
    }
  }
  if (low > high)
    return {0, 1};
  const double margin = std::max((high - low) * 0.04, 0.0005);
  return {std::max(0.0, low - margin), std::min(1.0, high + margin)};
}

Json curveChart(const ExperimentFigures &figures, const CurveLegend &legend,
                const std::string &data, const char *field) {
  const bool accuracy = std::string_view(field).ends_with('a');
  Json names = Json::array(); // the theme's colours follow in this order
  for (const CurveLegend::Entry &entry : legend.entries)
    names.push_back(entry.name);
  int lastEpoch = 1;
  for (const PointFigures &point : figures.points)
    for (const StoredRun &run : point.results->runs)
      for (const EpochFigures &epoch : run.epochs)
        lastEpoch = std::max(lastEpoch, epoch.epoch);
  Json epochAxis = {{"tickMinStep", 1}, {"tickCount", 6}, {"format", "d"}, {"grid", false}};
  if (lastEpoch <= 12) {
    std::vector<int> each(static_cast<size_t>(lastEpoch));
    std::iota(each.begin(), each.end(), 1);
    epochAxis["values"] = each;
  }
  Json scale = {{"type", "log"}, {"nice", false}};
  Json transform = Json::array();
  Json axis = {{"tickCount", 5}};
  if (accuracy) {
    scale = {{"domain", accuracyRange(figures, field[0] == 'v')}, {"nice", false}, {"zero", false}};
    axis["format"] = ".4~f";
  } else { // a logarithm needs a positive number
    transform.push_back({{"filter", std::string("datum.") + field + " > 0"}});
    axis["format"] = "~g";
  }
  Json tooltip = Json::array({{{"field", "k"}, {"title", "point"}},
                              {{"field", "e"}, {"title", "epoch"}},
                              {{"field", field},
                               {"type", "quantitative"},
                               {"title", accuracy ? "accuracy" : "loss"},
                               {"format", accuracy ? ".4f" : ".4~g"}}});
  return {{"$schema", schema},
          {"width", "container"},
          {"height", 220},
          {"data", {{"name", data}}},
          {"transform", transform},
          {"mark",
           {{"type", "line"},
            {"clip", true},
            {"strokeWidth", 1.8},
            {"point", lastEpoch <= 30 ? Json{{"size", 22}} : Json(false)}}},
          {"encoding",
           {{"x",
             {{"field", "e"},
              {"type", "quantitative"},
              {"title", "epoch"},
              {"scale", {{"domain", {1, std::max(lastEpoch, 2)}}, {"nice", false}}},
              {"axis", epochAxis}}},
            {"y",
             {{"field", field},
              {"type", "quantitative"},
              {"title", nullptr},
              {"scale", scale},
              {"axis", axis}}},
            {"detail", {{"field", "k"}, {"type", "nominal"}}},
            {"color",
             {{"field", "p"},
              {"type", "nominal"},
              {"scale", {{"domain", names}}},
              {"legend", nullptr}}},
            {"tooltip", tooltip}}}};
}

Json confusionChart(const Metrics &metrics, const std::vector<std::string> &classes) {
  Json rows = Json::array();
  for (int label = 0; label < metrics.classes; ++label) {
    const int64_t support = metrics.perClass[static_cast<size_t>(label)].support;
    for (int predicted = 0; predicted < metrics.classes; ++predicted) {
      const int64_t count = metrics.count(label, predicted);
      rows.push_back(
          {{"t", classes[static_cast<size_t>(label)]},
           {"p", classes[static_cast<size_t>(predicted)]},
           {"n", count},
           {"s", support > 0 ? static_cast<double>(count) / static_cast<double>(support) : 0.0}});
    }
  }
  size_t longest = 0;
  for (const std::string &name : classes)
    longest = std::max(longest, textWidth(name));
  const Json x = {{"field", "p"},
                  {"type", "nominal"},
                  {"sort", nullptr},
                  {"title", "predicted class"},
                  {"axis",
                   {{"labelAngle", longest > 3 ? -45 : 0},
                    {"orient", "top"},
                    {"ticks", false},
                    {"domain", false},
                    {"labelOverlap", metrics.classes > 20}}}};
  const Json y = {{"field", "t"},
                  {"type", "nominal"},
                  {"sort", nullptr},
                  {"title", "true class"},
                  {"axis", {{"ticks", false}, {"domain", false}}}};
  const Json tooltip = Json::array(
      {{{"field", "t"}, {"title", "true"}},
       {{"field", "p"}, {"title", "predicted"}},
       {{"field", "n"}, {"title", "samples"}},
       {{"field", "s"}, {"title", "of the class"}, {"format", ".2%"}, {"type", "quantitative"}}});
  // This power lets a handful of errors in a thousand be seen.
  const Json cells = {{"mark", {{"type", "rect"}}},
                      {"encoding",
                       {{"color",
                         {{"field", "s"},
                          {"type", "quantitative"},
                          {"scale", {{"type", "pow"}, {"exponent", 0.4}, {"domain", {0, 1}}}},
                          {"legend", nullptr}}},
                        {"tooltip", tooltip}}}};
  Json layers = Json::array({cells});
  const auto counts = [&](const char *filter, const char *style) {
    return Json{
        {"mark",
         {{"type", "text"}, {"style", style}, {"fontSize", metrics.classes <= 12 ? 12 : 9}}},
        {"transform", Json::array({{{"filter", filter}}})},
        {"encoding", {{"text", {{"field", "n"}, {"type", "quantitative"}}}}}};
  };
  if (metrics.classes <= 20) { // more would not fit
    layers.push_back(counts("datum.n > 0 && datum.s <= 0.25", "onPale"));
    layers.push_back(counts("datum.s > 0.25", "onHeat"));
  }
  return {{"$schema", schema},
          {"width", "container"},
          {"height", std::min(560, 28 * metrics.classes + 60)},
          {"data", {{"values", rows}}},
          {"encoding", {{"x", x}, {"y", y}}},
          {"layer", layers}};
}

} // namespace nnxrt
