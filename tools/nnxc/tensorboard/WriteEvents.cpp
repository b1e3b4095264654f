// What of a run becomes which event.
#include "WriteEvents.h"

#include "Events.h"

#include "runtime/report/MetricTable.h"
#include "runtime/store/ResultsFolder.h"
#include "runtime/store/StoreError.h"
#include "runtime/store/Timestamp.h"
#include "runtime/train/EpochMetrics.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace nnx::tensorboard {

using namespace nnxrt;
namespace fs = std::filesystem;

namespace {

// "loss/train": what stands before the slash are the heads that TensorBoard groups charts by.
std::string tagOf(const EpochMetric &metric) {
  const size_t line = metric.field.find('_');
  return metric.field.substr(line + 1) + "/" + metric.field.substr(0, line);
}

// A number where the whole text is one.
Setting settingOf(const std::string &name, const std::string &text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && std::isfinite(number))
    return {name, number};
  if (text == "true" || text == "false")
    return {name, text == "true"};
  return {name, text};
}

// Axes, and beside them what every point has; of equal names the axis. The seed is none of them:
// repeats of a point are one group, whose settings are equal.
std::vector<Setting> settingsOf(const Point &point) {
  std::vector<Setting> settings;
  settings.reserve(point.axes.size());
  for (const auto &[name, value] : point.axes)
    settings.push_back(settingOf(name, value));
  const auto add = [&](const Setting &setting) {
    if (std::ranges::find(settings, setting.first, &Setting::first) == settings.end())
      settings.push_back(setting);
  };
  const RunSettings &told = point.settings;
  add({"network", point.network});
  add({"parameters", static_cast<double>(point.parameters)});
  add({"loss", told.loss});
  add({"optimizer", told.optimizer.kind});
  for (const auto &[name, value] : told.optimizer.arguments)
    add({name, value});
  add({"schedule", told.schedule.kind});
  add({"batch", static_cast<double>(told.batch)});
  if (told.steps > 0)
    add({"steps", static_cast<double>(told.steps)});
  else
    add({"epochs", static_cast<double>(told.epochs)});
  return settings;
}

SessionStatus statusOf(const RunResult &result) {
  switch (result.status) {
  case RunStatus::finished:
    return SessionStatus::success;
  case RunStatus::running:
    return SessionStatus::running;
  default:
    return SessionStatus::failure;
  }
}

// A name of a folder: what file systems or shells mind becomes `_`, and no name is too long.
std::string nameOf(size_t number, const std::string &label) {
  std::string name = label;
  for (char &c : name)
    if (static_cast<unsigned char>(c) < 0x20 ||
        std::string_view("/\\\"'`<>|*?:$;&").find(c) != std::string_view::npos)
      c = '_';
  if (constexpr size_t most = 150; name.size() > most) {
    size_t end = most;
    while (end > 0 && (name[end] & 0xC0) == 0x80) // inside a character
      --end;
    name.resize(end);
  }
  return name.empty() ? std::to_string(number) : fmt::format("{} {}", number, name);
}

std::string eventsOf(const Point &point, const StoredRun &run, const std::string &group) {
  const double start = secondsOf(run.started);
  EventFile file(start);
  file.startSession(start, group, settingsOf(point));
  double time = start;
  for (const EpochFigures &epoch : run.epochs) {
    time += epoch.trainSeconds + epoch.testSeconds;
    for (const EpochMetric &metric : epochMetrics())
      if (metric.isIn(epoch))
        file.addScalar(time, epoch.epoch, tagOf(metric), metric(epoch));
    file.addScalar(time, epoch.epoch, "speed/samples_per_second", epoch.samplesPerSecond);
  }
  const RunResult &result = run.result;
  const double end = std::max(time, start + result.seconds);
  if (result.evaluated)
    for (const MetricRow &metric : metricTable())
      if (const double value = metric.of(point, run); !std::isnan(value))
        file.addScalar(end, result.epochs, fmt::format("result/{}", metric.name), value);
  file.endSession(end, statusOf(result));
  return file.bytes();
}

} // namespace

size_t writeEvents(const StudyResults &results, const fs::path &folder) {
  size_t written = 0;
  for (const PointResults &entry : results.points) {
    const Experiment &experiment = results.info->study->experiments[entry.experiment];
    const Point &point = experiment.points[entry.point];
    const fs::path group = fs::path(experiment.name) / nameOf(entry.point + 1, point.label);
    for (const StoredRun &run : entry.runs) {
      const fs::path place = folder / (std::max(size_t(experiment.repeats), entry.runs.size()) > 1
                                           ? group / fmt::format("seed {}", run.seed)
                                           : group);
      std::error_code error;
      fs::create_directories(place, error);
      if (error)
        throw StoreError(fmt::format("{}: cannot be made: {}", place.string(), error.message()));
      replaceFile(place / "events.out.tfevents.nnx", eventsOf(point, run, group.string()));
      ++written;
    }
  }
  return written;
}

} // namespace nnx::tensorboard
