// Training a sample of runs again.
#include "runtime/main/Verification.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace nnxrt;

/// The stored result of a point and repeat; null where there is none that is whole.
static const StoredRun *findStored(const StudyResults &results, const RunPlace &place) {
  for (const PointResults &point : results.points) {
    if (point.experiment != place.point.experimentIndex || point.point != place.point.pointIndex)
      continue;
    const auto run = std::ranges::find(point.runs, place.repeat, &StoredRun::repeat);
    const bool isWhole = run != point.runs.end() && (run->result.status == RunStatus::finished ||
                                                     run->result.status == RunStatus::diverged);
    return isWhole ? &*run : nullptr;
  }
  return nullptr;
}

std::vector<RunRequest> nnxrt::chooseForVerification(std::span<const RunRequest> requests,
                                                     const StudyResults &results, size_t count) {
  std::vector<RunRequest> there;
  for (const RunRequest &request : requests) {
    std::vector<int64_t> steps;
    for (const RunPlace &place : request.info.places)
      if (findStored(results, place))
        steps.push_back(place.steps);
    std::ranges::sort(steps);
    steps.erase(std::ranges::unique(steps).begin(), steps.end());
    if (steps.empty())
      continue;
    there.push_back(request);
    there.back().info = limitedTo(request.info, steps);
  }
  std::vector<RunRequest> chosen;
  for (size_t i = 0; i < std::min(count, there.size()); ++i)
    chosen.push_back(there[i * there.size() / std::min(count, there.size())]);
  return chosen;
}

static bool isSame(double left, double right) {
  return left == right || (std::isnan(left) && std::isnan(right));
}

static bool isSame(const RunResult &left, const RunResult &right) {
  return left.status == right.status && left.weightsSha256 == right.weightsSha256 &&
         left.test.confusion == right.test.confusion && isSame(left.test.loss, right.test.loss) &&
         left.steps == right.steps;
}

void Verification::compare(const RunInfo &run, const RunResult &result) {
  const std::lock_guard guard(mutex);
  for (const RunPlace &place : run.places) {
    const bool isMeant = result.status == RunStatus::diverged ? place.steps >= result.steps
                                                              : place.steps == result.steps;
    const StoredRun *const there = isMeant ? findStored(stored, place) : nullptr;
    if (!there)
      continue;
    const std::string name = fmt::format("{}/{}, seed {}", place.point.experiment->name,
                                         place.point.point->label, run.seed);
    if (isSame(there->result, result)) {
      lines += fmt::format("same       {}: weights {}\n", name, result.weightsSha256);
      continue;
    }
    ++different;
    lines += fmt::format("different  {}: {}, weights {}; the results have {}, weights {}\n", name,
                         nameOf(result.status), result.weightsSha256, nameOf(there->result.status),
                         there->result.weightsSha256);
  }
}

void Verification::snapshotTaken(const RunInfo &run, const RunResult &result,
                                 std::span<const EpochFigures>) {
  compare(run, result);
}

void Verification::runEnded(const RunInfo &run, const RunResult &result) {
  if (result.status != RunStatus::interrupted)
    compare(run, result);
}
