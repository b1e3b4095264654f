// Details of points as compact JSON.
#include "runtime/report/PointDetails.h"

#include "runtime/device/Memory.h"
#include "runtime/report/Facts.h"
#include "runtime/report/Format.h"

namespace nnxrt {

using Json = nlohmann::json;

static Json runsOf(const PointFigures &point) {
  const MetricRow &loss = *findMetric("loss");
  Json runs = Json::array();
  for (const StoredRun &run : point.results->runs) {
    const RunResult &result = run.result;
    const auto figure = [&](const MetricRow &metric) {
      return result.evaluated ? textOf(metric.unit, metric.of(*point.point, run)) : std::string();
    };
    runs.push_back({run.repeat, run.seed, figure(*point.metric), figure(loss),
                    countText(result.steps), rateText(result.samplesPerSecond),
                    durationText(result.seconds), bytesText(result.memoryBytes),
                    nameOf(result.status), run.name, result.weightsSha256});
  }
  return runs;
}

Json pointDetails(PageParts &page, const Study &study, const ExperimentFigures &figures) {
  Json all = Json::array();
  for (const PointFigures &point : figures.points) {
    Json facts = Json::array(), layers = Json::array();
    for (const auto &[name, value] : settingsOf(study, *point.point))
      facts.push_back({page.textPlace(name), page.textPlace(value)});
    for (const LayerInfo &layer : point.point->layers)
      layers.push_back({page.textPlace(layer.text), page.textPlace(shapeText(layer.input)),
                        page.textPlace(shapeText(layer.output)),
                        page.textPlace(countText(layer.parameters)), layer.line});
    all.push_back({{"name", point.name()},
                   {"score", spreadText(point.score, writerOf(point.metric->unit))},
                   {"line", point.point->line},
                   {"facts", std::move(facts)},
                   {"layers", std::move(layers)},
                   {"runs", runsOf(point)}});
  }
  return all;
}

} // namespace nnxrt
