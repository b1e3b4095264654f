// results.csv: one row per point and repeat.
#include "runtime/store/ResultsCsv.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string_view>

namespace nnxrt {

static constexpr std::array<std::string_view, 13> figureColumns{
    "repeat", "seed",    "epochs", "loss",    "accuracy",   "precision", "recall",
    "f1",     "seconds", "status", "weights", "experiment", "run"};

static std::string quoted(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos)
    return std::string(text);
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"')
      result += '"';
    result += c;
  }
  return result + '"';
}

static std::vector<std::string> axisNames(const Study &study) {
  std::vector<std::string> names;
  for (const Experiment &experiment : study.experiments)
    for (const Axis &axis : experiment.axes)
      if (std::find(names.begin(), names.end(), axis.name) == names.end())
        names.push_back(axis.name);
  return names;
}

static std::string rowOf(const StoredRun &run) {
  const RunResult &result = run.result;
  std::string figures = ",,,,";
  if (result.evaluated)
    figures = fmt::format("{},{},{},{},{}", result.test.loss, result.test.accuracy,
                          result.test.weighted.precision, result.test.weighted.recall,
                          result.test.weighted.f1);
  return fmt::format("{},{},{},{},{:.3f},{},{},{}\n", run.repeat, run.seed, run.epochsPlanned,
                     figures, result.seconds, nameOf(result.status), result.weightsSha256,
                     run.name);
}

std::string csvOf(const StudyResults &results) {
  const Study &study = *results.info->study;
  const std::vector<std::string> axes = axisNames(study);
  std::string csv = "experiment";
  for (const std::string &axis : axes) {
    const bool taken =
        std::find(figureColumns.begin(), figureColumns.end(), axis) != figureColumns.end();
    csv += "," + quoted(taken ? "axis_" + axis : axis);
  }
  csv += ",repeat,seed,epochs,loss,accuracy,precision,recall,f1,seconds,status,weights,run\n";
  for (const PointResults &entry : results.points) {
    const Experiment &experiment = study.experiments[entry.experiment];
    std::string place = quoted(experiment.name);
    for (const std::string &axis : axes) {
      const auto &values = experiment.points[entry.point].axes;
      const auto value = std::find_if(values.begin(), values.end(),
                                      [&](const auto &pair) { return pair.first == axis; });
      place += "," + (value == values.end() ? std::string() : quoted(value->second));
    }
    for (const StoredRun &run : entry.runs)
      csv += place + "," + rowOf(run);
  }
  return csv;
}

} // namespace nnxrt
