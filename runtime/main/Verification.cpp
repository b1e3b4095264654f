// Training a sample of runs again.
#include "runtime/main/Verification.h"

#include "runtime/train/Random.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

using namespace nnxrt;

const StoredRun *nnxrt::findStored(const StudyResults &results, const RunPlace &place) {
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

void nnxrt::askForKept(const StudyResults &results, std::vector<PointInfo> &points) {
  for (PointInfo &point : points)
    for (const PointResults &kept : results.points)
      if (kept.experiment == point.experimentIndex && kept.point == point.pointIndex &&
          !kept.runs.empty())
        point.repeats = std::max(point.repeats, kept.runs.back().repeat + 1);
}

std::vector<RunRequest> nnxrt::chooseForVerification(std::span<const RunRequest> requests,
                                                     const StudyResults &results, size_t count,
                                                     uint64_t draw, size_t &there) {
  std::vector<RunRequest> known;
  for (const RunRequest &request : requests) {
    std::vector<int64_t> steps;
    for (const RunPlace &place : request.info.places)
      if (findStored(results, place))
        steps.push_back(place.steps);
    std::ranges::sort(steps);
    steps.erase(std::ranges::unique(steps).begin(), steps.end());
    if (steps.empty())
      continue;
    known.push_back(request);
    known.back().info = limitedTo(request.info, steps);
  }
  there = known.size();
  std::vector<uint32_t> order(known.size());
  std::iota(order.begin(), order.end(), 0U);
  shuffle(order, draw, 0);
  order.resize(std::min(count, order.size()));
  std::ranges::sort(order);
  std::vector<RunRequest> chosen;
  for (const uint32_t i : order)
    chosen.push_back(known[i]);
  return chosen;
}

static bool isSame(double left, double right) {
  return left == right || (std::isnan(left) && std::isnan(right));
}

static bool isSame(const RunResult &left, const RunResult &right) {
  return left.status == right.status && left.weightsSha256 == right.weightsSha256 &&
         isSame(left.test.loss, right.test.loss) && left.steps == right.steps;
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
    std::string &line = lines[{place.point.experimentIndex, place.point.pointIndex, place.repeat}];
    if (isSame(there->result, result)) {
      line = fmt::format("same       {}: weights {}\n", name, result.weightsSha256);
      continue;
    }
    ++different;
    line = fmt::format("different  {}: {}, weights {}; the results have {}, weights {}\n", name,
                       nameOf(result.status), result.weightsSha256, nameOf(there->result.status),
                       there->result.weightsSha256);
  }
}

// Runs end in the order that jobs make of them.
std::string Verification::text() const {
  std::string text;
  for (const auto &[place, line] : lines)
    text += line;
  return text;
}

void Verification::snapshotTaken(const RunInfo &run, const RunResult &result,
                                 std::span<const EpochFigures>) {
  compare(run, result);
}

void Verification::runEnded(const RunInfo &run, const RunResult &result) {
  if (result.status != RunStatus::interrupted)
    compare(run, result);
}
