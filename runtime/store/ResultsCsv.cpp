// results.csv: one row per point and repeat.
#include "runtime/store/ResultsCsv.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string_view>

namespace nnxrt {

namespace {

using Value = double (*)(const RunResult &);

/// A figure of the results, and which runs have it.
struct Figure {
  std::string_view name;
  bool ofClasses, ofNumbers, ofValidation;
  Value value;
};

constexpr std::array figures{
    Figure{"loss", true, true, false, [](const RunResult &run) { return run.test.loss; }},
    Figure{"accuracy", true, false, false, [](const RunResult &run) { return run.test.accuracy; }},
    Figure{"precision", true, false, false,
           [](const RunResult &run) { return run.test.weighted.precision; }},
    Figure{"recall", true, false, false,
           [](const RunResult &run) { return run.test.weighted.recall; }},
    Figure{"f1", true, false, false, [](const RunResult &run) { return run.test.weighted.f1; }},
    Figure{"rmse", false, true, false,
           [](const RunResult &run) { return run.test.regression.rmse; }},
    Figure{"mae", false, true, false, [](const RunResult &run) { return run.test.regression.mae; }},
    Figure{"r2", false, true, false, [](const RunResult &run) { return run.test.regression.r2; }},
    Figure{"validation_loss", true, true, true,
           [](const RunResult &run) { return run.validation.loss; }},
    Figure{"validation_accuracy", true, false, true,
           [](const RunResult &run) { return run.validation.accuracy; }},
    Figure{"validation_rmse", false, true, true,
           [](const RunResult &run) { return run.validation.regression.rmse; }},
};

constexpr std::array<std::string_view, 8> otherColumns{"repeat", "seed",    "epochs",     "seconds",
                                                       "status", "weights", "experiment", "run"};

} // namespace

static bool hasFigure(const Figure &figure, const RunResult &run) {
  return run.evaluated && (run.test.classes > 0 ? figure.ofClasses : figure.ofNumbers) &&
         (!figure.ofValidation || run.validation.samples > 0);
}

/// Those of the study's tasks, and of validation where a run has such a share.
static std::vector<const Figure *> figuresOf(const StudyResults &results) {
  const std::vector<DatasetSpec> &datasets = results.info->study->datasets;
  const bool anyNumbers = std::ranges::any_of(datasets, &DatasetSpec::isRegression);
  const bool anyClasses = !std::ranges::all_of(datasets, &DatasetSpec::isRegression);
  bool anyValidation = false;
  for (const PointResults &point : results.points)
    for (const StoredRun &run : point.runs)
      anyValidation = anyValidation || run.result.validation.samples > 0;
  std::vector<const Figure *> chosen;
  for (const Figure &figure : figures)
    if (((figure.ofClasses && anyClasses) || (figure.ofNumbers && anyNumbers)) &&
        (!figure.ofValidation || anyValidation))
      chosen.push_back(&figure);
  return chosen;
}

std::string csvField(std::string_view text) {
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

static std::string rowOf(const StoredRun &run, const std::vector<const Figure *> &chosen) {
  const RunResult &result = run.result;
  std::string values;
  for (const Figure *figure : chosen)
    values += hasFigure(*figure, result) ? fmt::format("{},", figure->value(result)) : ",";
  return fmt::format("{},{},{},{}{:.3f},{},{},{}\n", run.repeat, run.seed, run.epochsPlanned,
                     values, result.seconds, nameOf(result.status), result.weightsSha256, run.name);
}

std::string csvOf(const StudyResults &results) {
  const Study &study = *results.info->study;
  const std::vector<std::string> axes = axisNames(study);
  std::string csv = "experiment";
  for (const std::string &axis : axes) {
    const bool taken = std::ranges::find(otherColumns, axis) != otherColumns.end() ||
                       std::ranges::find(figures, axis, &Figure::name) != figures.end();
    csv += "," + csvField(taken ? "axis_" + axis : axis);
  }
  csv += ",repeat,seed,epochs,";
  const std::vector<const Figure *> chosen = figuresOf(results);
  for (const Figure *figure : chosen)
    csv += fmt::format("{},", figure->name);
  csv += "seconds,status,weights,run\n";
  for (const PointResults &entry : results.points) {
    const Experiment &experiment = study.experiments[entry.experiment];
    std::string place = csvField(experiment.name);
    for (const std::string &axis : axes) {
      const auto &values = experiment.points[entry.point].axes;
      const auto value = std::find_if(values.begin(), values.end(),
                                      [&](const auto &pair) { return pair.first == axis; });
      place += "," + (value == values.end() ? std::string() : csvField(value->second));
    }
    for (const StoredRun &run : entry.runs)
      csv += place + "," + rowOf(run, chosen);
  }
  return csv;
}

} // namespace nnxrt
