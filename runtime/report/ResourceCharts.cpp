// Time and memory of points.
#include "runtime/report/ResourceCharts.h"

#include "runtime/device/Memory.h"
#include "runtime/report/ChartSpec.h"
#include "runtime/report/Format.h"
#include "runtime/report/RankingChart.h"
#include "runtime/train/TrainingWork.h"

#include <algorithm>
#include <cmath>

namespace nnxrt {

using Json = nlohmann::json;

std::optional<double> predictedSeconds(const Point &point, const StoredRun &run) {
  if (point.flops <= 0 || run.stepsPerEpoch <= 0)
    return std::nullopt;
  const double epochs =
      static_cast<double>(run.result.steps) / static_cast<double>(run.stepsPerEpoch);
  const double trained = epochs * static_cast<double>(run.trainSamples);
  const double tested =
      std::ceil(epochs) * static_cast<double>(run.testSamples + run.result.validation.samples);
  return workOf(static_cast<double>(point.flops), trained, tested) / assumedRate;
}

static Json secondsAxis(const char *field, const char *title, double low, double high) {
  return {{"field", field},
          {"type", "quantitative"},
          {"title", title},
          {"scale", {{"type", "log"}, {"domain", {low, high}}, {"nice", false}}},
          {"axis", {{"tickCount", 5}, {"format", "~s"}}}};
}

static Json dot() {
  return {{"type", "point"},    {"filled", true},      {"opacity", 0.75},
          {"color", "#4269d0"}, {"cursor", "pointer"}, {"clip", true}};
}

Json costChart(const ExperimentFigures &figures) {
  const MetricRow &seconds = *findMetric("seconds");
  const auto [low, high] = scaleOf(figures);
  Json rows = Json::array();
  double least = 0, most = 0;
  for (const PointFigures &point : figures.points) {
    const double time = point.spread(seconds).mean;
    if (!std::isfinite(point.score.mean) || !(time > 0))
      continue;
    const double shown = std::clamp(point.score.mean, low, high);
    least = rows.empty() ? time : std::min(least, time);
    most = std::max(most, time);
    const uint64_t bytes = point.bestRun->result.memoryBytes;
    rows.push_back({{"k", point.name()},
                    {"h", &point - figures.points.data()},
                    {"x", time},
                    {"y", shown},
                    {"m", bytes},
                    {"t", durationText(time)},
                    {"v", textOf(figures.metric->unit, point.score.mean)},
                    {"b", bytesText(bytes)}});
  }
  Json chart = chartOf(240, std::move(rows));
  chart["mark"] = dot();
  chart["encoding"] = {{"x", secondsAxis("x", "seconds of a run", least * 0.9, most * 1.1)},
                       {"y",
                        {{"field", "y"},
                         {"type", "quantitative"},
                         {"title", figures.metric->title},
                         {"scale", {{"zero", false}, {"padding", 8}}},
                         {"axis", {{"tickCount", 5}}}}},
                       {"size",
                        {{"field", "m"},
                         {"type", "quantitative"},
                         {"scale", {{"zero", true}, {"range", {20, 220}}}},
                         {"legend", nullptr}}},
                       {"tooltip", tooltipOf({{"k", "point"},
                                              {"v", std::string(figures.metric->title)},
                                              {"t", "time"},
                                              {"b", "memory"}})}};
  return chart;
}

Json predictionChart(const ExperimentFigures &figures) {
  Json rows = Json::array();
  double least = 0, most = 0;
  for (const PointFigures &point : figures.points) {
    for (const StoredRun *run : point.runs) {
      const auto predicted = predictedSeconds(*point.point, *run);
      const double measured = run->result.seconds;
      if (!predicted || !(*predicted > 0) || !(measured > 0))
        continue;
      least =
          rows.empty() ? std::min(*predicted, measured) : std::min({least, *predicted, measured});
      most = std::max({most, *predicted, measured});
      rows.push_back({{"k", point.name()},
                      {"h", &point - figures.points.data()},
                      {"x", *predicted},
                      {"y", measured},
                      {"px", durationText(*predicted)},
                      {"py", durationText(measured)}});
    }
  }
  if (rows.empty())
    return {};
  least *= 0.9;
  most *= 1.1;
  const Json x = secondsAxis("x", "predicted seconds", least, most),
             y = secondsAxis("y", "measured seconds", least, most);
  Json chart = chartOf(240, std::move(rows));
  chart["layer"] = Json::array(
      {{{"data",
         {{"values", Json::array({{{"x", least}, {"y", least}}, {{"x", most}, {"y", most}}})}}},
        {"mark", {{"type", "line"}, {"strokeDash", {4, 4}}, {"opacity", 0.5}, {"style", "quiet"}}},
        {"encoding", {{"x", x}, {"y", y}}}},
       {{"mark", dot()},
        {"encoding",
         {{"x", x},
          {"y", y},
          {"tooltip", tooltipOf({{"k", "point"}, {"px", "predicted"}, {"py", "measured"}})}}}}});
  return chart;
}

} // namespace nnxrt
