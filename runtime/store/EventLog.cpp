// What happens while a study runs, as JSON objects, one a line.
#include "runtime/store/EventLog.h"

#include "runtime/store/StoreError.h"
#include "runtime/store/Timestamp.h"
#include "runtime/train/EpochMetrics.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <system_error>
#include <unistd.h>

namespace nnxrt {

using Json = nlohmann::ordered_json;

static Json eventOf(const char *name) {
  return {{"time", timestamp()}, {"event", name}};
}

static Json eventOf(const char *name, const RunInfo &run) {
  Json event = eventOf(name);
  event["experiment"] = run.point.experiment->name;
  event["point"] = run.point.point->label;
  event["repeat"] = run.repeat;
  event["seed"] = run.seed;
  return event;
}

static std::string lineOf(const Json &event) {
  return event.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

EventLog::EventLog(const std::filesystem::path &path) : name(path.string()), owned(true) {
  descriptor = ::open(name.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0)
    throw StoreError(
        fmt::format("{}: cannot be written: {}", name, std::generic_category().message(errno)));
  // A process that was killed may have left half a line.
  char last = '\n';
  const off_t size = ::lseek(descriptor, 0, SEEK_END);
  if (size > 0 && ::pread(descriptor, &last, 1, size - 1) == 1 && last != '\n')
    writeLine("\n");
}

EventLog::EventLog(int openDescriptor, std::string shownName)
    : name(std::move(shownName)), descriptor(openDescriptor) {}

EventLog::~EventLog() {
  if (owned)
    ::close(descriptor);
}

void EventLog::writeLine(std::string line) {
  const std::lock_guard guard(mutex);
  for (size_t done = 0; done < line.size();) {
    const ssize_t written = ::write(descriptor, line.data() + done, line.size() - done);
    if (written < 0 && errno != EINTR)
      throw StoreError(
          fmt::format("{}: cannot be written: {}", name, std::generic_category().message(errno)));
    done += written > 0 ? static_cast<size_t>(written) : 0;
  }
}

void EventLog::studyStarted(const StudyInfo &study) {
  Json event = eventOf("study_started");
  event["file"] = study.study->file;
  event["compiler"] = study.study->compiler;
  event["points"] = study.points;
  event["runs"] = study.runs;
  event["cpu"] = study.cpu;
  event["target"] = study.target;
  event["jobs"] = study.jobs;
  event["threads"] = study.threads;
  event["quick"] = study.quick;
  event["arguments"] = study.arguments;
  writeLine(lineOf(event));
}

void EventLog::runSkipped(const RunInfo &run) {
  writeLine(lineOf(eventOf("run_skipped", run)));
}

void EventLog::runStarted(const RunInfo &run) {
  Json event = eventOf("run_started", run);
  event["epochs"] = run.epochs;
  event["steps"] = run.steps;
  event["key"] = run.key;
  writeLine(lineOf(event));
}

void EventLog::runResumed(const RunInfo &run, int64_t steps, std::span<const EpochFigures>) {
  Json event = eventOf("run_resumed", run);
  event["steps"] = steps;
  writeLine(lineOf(event));
}

void EventLog::warned(const RunInfo &run, const std::string &message) {
  Json event = eventOf("warning", run);
  event["message"] = message;
  writeLine(lineOf(event));
}

void EventLog::runBegunAgain(const RunInfo &run, const std::string &why) {
  Json event = eventOf("run_begun_again", run);
  event["message"] = why;
  writeLine(lineOf(event));
}

void EventLog::epochEnded(const RunInfo &run, const EpochFigures &figures) {
  Json event = eventOf("epoch", run);
  event["epoch"] = figures.epoch;
  event["steps"] = figures.steps;
  for (const EpochMetric &metric : epochMetrics())
    if (metric.isIn(figures))
      event[metric.field] = metric(figures);
  event["train_seconds"] = figures.trainSeconds;
  event["test_seconds"] = figures.testSeconds;
  event["samples_per_second"] = figures.samplesPerSecond;
  writeLine(lineOf(event));
}

void EventLog::snapshotTaken(const RunInfo &run, const RunResult &result,
                             std::span<const EpochFigures>) {
  writeResult("snapshot", run, result);
}

void EventLog::runEnded(const RunInfo &run, const RunResult &result) {
  writeResult("run_ended", run, result);
}

void EventLog::writeResult(const char *name, const RunInfo &run, const RunResult &result) {
  Json event = eventOf(name, run);
  event["status"] = nameOf(result.status);
  if (!result.message.empty())
    event["message"] = result.message;
  event["epochs"] = result.epochs;
  event["steps"] = result.steps;
  if (result.bestEpoch > 0)
    event["best_epoch"] = result.bestEpoch;
  if (result.stoppedEarly)
    event["stopped_early"] = true;
  if (result.evaluated) {
    const Metrics &test = result.test;
    event["test_loss"] = test.loss;
    if (test.classes > 0) {
      event["test_accuracy"] = test.accuracy;
      event["precision"] = test.weighted.precision;
      event["recall"] = test.weighted.recall;
      event["f1"] = test.weighted.f1;
    } else {
      event["rmse"] = test.regression.rmse;
      event["mae"] = test.regression.mae;
      event["r2"] = test.regression.r2;
    }
    if (result.validation.samples > 0) {
      event["validation_loss"] = result.validation.loss;
      if (test.classes > 0)
        event["validation_accuracy"] = result.validation.accuracy;
      else
        event["validation_rmse"] = result.validation.regression.rmse;
    }
  }
  event["seconds"] = result.seconds;
  event["samples_per_second"] = result.samplesPerSecond;
  event["weights"] = result.weightsSha256;
  writeLine(lineOf(event));
}

void EventLog::studyEnded(const StudyOutcome &outcome) {
  Json event = eventOf("study_ended");
  event["finished"] = outcome.finished;
  event["diverged"] = outcome.diverged;
  event["failed"] = outcome.failed;
  event["interrupted"] = outcome.interrupted;
  event["skipped"] = outcome.skipped;
  event["seconds"] = outcome.seconds;
  writeLine(lineOf(event));
}

} // namespace nnxrt
