// Predicting runs from FLOPs.
#include "runtime/main/TimeBudget.h"

#include "runtime/report/Format.h"
#include "runtime/train/TrainingWork.h"

#include <algorithm>
#include <fmt/format.h>

namespace nnxrt {

/// Work of one sample forward; a study that does not say its FLOPs counts samples.
static double workOf(const Point &point) {
  return static_cast<double>(std::max<int64_t>(1, point.flops));
}

TimeBudget::TimeBudget(double seconds)
    : end(Clock::now() +
          std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds))) {}

void TimeBudget::learnEarlier(const Point &point, double samplesPerSecond) {
  if (!(samplesPerSecond > 0))
    return;
  const std::lock_guard guard(mutex);
  earlier.operations += passesOfTraining * workOf(point);
  earlier.seconds += 1 / samplesPerSecond;
}

std::optional<double> TimeBudget::predictLocked(const RunInfo &run) const {
  const Rate &rate = training.operations > 0 ? training : earlier;
  if (!(rate.operations > 0))
    return std::nullopt;
  const Point &point = *run.point.point;
  const auto samples = static_cast<double>(run.steps) / static_cast<double>(run.stepsPerEpoch) *
                       static_cast<double>(run.trainSamples);
  const double tested = static_cast<double>(run.evaluatedSamples()) * run.epochs;
  const Rate &testRate = tests.operations > 0 ? tests : rate;
  return rate.secondsFor(samples * passesOfTraining * workOf(point)) +
         testRate.secondsFor(tested * workOf(point));
}

std::optional<double> TimeBudget::predict(const RunInfo &run) {
  const std::lock_guard guard(mutex);
  return predictLocked(run);
}

bool TimeBudget::mayStart(const RunInfo &run) {
  const std::lock_guard guard(mutex);
  const std::optional<double> seconds = predictLocked(run);
  const double rest = std::chrono::duration<double>(end - Clock::now()).count();
  if (rest > 0 && seconds.value_or(0) <= rest)
    return true;
  left.push_back({run.point.experiment->name + "/" + run.point.point->label, seconds});
  return false;
}

void TimeBudget::epochEnded(const RunInfo &run, const EpochFigures &figures) {
  const std::lock_guard guard(mutex);
  const double work = workOf(*run.point.point);
  training.operations += passesOfTraining * work * figures.samplesPerSecond * figures.trainSeconds;
  training.seconds += figures.trainSeconds;
  tests.operations += work * static_cast<double>(run.evaluatedSamples());
  tests.seconds += figures.testSeconds;
}

std::string TimeBudget::summary() {
  const std::lock_guard guard(mutex);
  if (left.empty())
    return "";
  double seconds = 0;
  std::string names;
  for (const Left &run : left) {
    seconds += run.seconds.value_or(0);
    names += fmt::format("  {}{}\n", run.name,
                         run.seconds ? ", about " + durationText(*run.seconds) : std::string());
  }
  return fmt::format(
      "the budget leaves out {}{}:\n{}", counted(static_cast<int64_t>(left.size()), "run"),
      seconds > 0 ? ", about " + durationText(seconds) + " in all" : std::string(), names);
}

} // namespace nnxrt
