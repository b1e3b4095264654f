// Runs of points, and those that points share.
#include "runtime/train/RunPlan.h"

#include "runtime/data/Safetensors.h"
#include "runtime/data/Sha256.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

using namespace nnxrt;

static constexpr int64_t quickShare = 50;

static std::string digestOf(const std::string &text) {
  return sha256Hex(std::as_bytes(std::span(text)));
}

static int epochsOf(const RunInfo &run, int64_t steps) {
  return static_cast<int>((steps + run.stepsPerEpoch - 1) / run.stepsPerEpoch);
}

std::string nnxrt::runKey(const Point &point, const Dataset &dataset, const WeightsFile *start) {
  return digestOf(point.key + " data " + dataset.digest +
                  (start == nullptr ? "" : " init " + start->digest));
}

RunInfo nnxrt::planRun(const PointInfo &point, int repeat, const Dataset &dataset, bool quick,
                       const WeightsFile *start) {
  const RunSettings &settings = point.point->settings;
  const auto share = [&](int64_t count) {
    return quick ? std::max<int64_t>(1, count / quickShare) : count;
  };
  RunInfo info;
  info.point = point;
  info.repeat = repeat;
  info.seed = settings.seed + static_cast<uint64_t>(repeat);
  info.key = runKey(*point.point, dataset, start);
  info.trainSamples = share(dataset.train.count);
  info.testSamples = share(dataset.test.count);
  info.validationSamples = dataset.validation.count > 0 ? share(dataset.validation.count) : 0;
  info.stepsPerEpoch = (info.trainSamples + settings.batch - 1) / settings.batch;
  info.epochs = quick ? 1 : settings.epochs;
  info.steps = info.stepsPerEpoch * info.epochs;
  if (settings.steps > 0) {
    info.steps = std::min(info.steps, settings.steps);
    info.epochs = epochsOf(info, info.steps);
  }
  info.places = {{point, repeat, info.epochs, info.steps}};
  info.snapshots = {info.steps};
  return info;
}

static void join(RunInfo &run, const RunInfo &other) {
  run.places.insert(run.places.end(), other.places.begin(), other.places.end());
  run.snapshots.push_back(other.steps);
  if (other.steps > run.steps) {
    run.point = other.point;
    run.repeat = other.repeat;
    run.epochs = other.epochs;
    run.steps = other.steps;
  }
}

std::vector<RunRequest> nnxrt::shareRuns(std::span<const RunRequest> requests) {
  std::vector<RunRequest> shared;
  std::map<std::pair<std::string, uint64_t>, size_t> indices;
  for (const RunRequest &request : requests) {
    const auto [known, isNew] =
        indices.try_emplace({request.info.key, request.info.seed}, shared.size());
    if (isNew)
      shared.push_back(request);
    else
      join(shared[known->second].info, request.info);
  }
  for (RunRequest &request : shared) {
    std::vector<int64_t> &snapshots = request.info.snapshots;
    std::ranges::sort(snapshots);
    snapshots.erase(std::ranges::unique(snapshots).begin(), snapshots.end());
  }
  return shared;
}

/// FLOPs forward over all its steps; a study that does not say its FLOPs counts samples.
static double workOf(const RunInfo &run) {
  const Point &point = *run.point.point;
  return static_cast<double>(std::max<int64_t>(1, point.flops)) * static_cast<double>(run.steps) *
         point.settings.batch;
}

void nnxrt::orderLongestFirst(std::vector<RunRequest> &requests) {
  std::ranges::stable_sort(requests, std::ranges::greater(),
                           [](const RunRequest &request) { return workOf(request.info); });
}

/// How many there are of each variant and batch size.
static std::map<std::pair<const nnxrt_variant *, int64_t>, int>
countAlike(std::span<const RunRequest> requests) {
  std::map<std::pair<const nnxrt_variant *, int64_t>, int> counts;
  for (const RunRequest &request : requests)
    ++counts[{request.variant, request.info.point.point->settings.batch}];
  return counts;
}

int nnxrt::mostTogether(std::span<const RunRequest> requests) {
  int most = 1;
  for (const auto &[alike, count] : countAlike(requests))
    most = std::clamp(count, most, NNXRT_MOST_MODELS);
  return most;
}

void nnxrt::planTogether(std::span<RunRequest> requests, int atOnce) {
  const auto counts = countAlike(requests);
  for (RunRequest &request : requests)
    request.together =
        std::min({counts.at({request.variant, request.info.point.point->settings.batch}), atOnce,
                  NNXRT_MOST_MODELS});
}

RunInfo nnxrt::limitedTo(const RunInfo &run, std::vector<int64_t> snapshots) {
  RunInfo limited = run;
  limited.snapshots = std::move(snapshots);
  limited.steps = limited.snapshots.back();
  limited.epochs = epochsOf(limited, limited.steps);
  const auto place = std::ranges::find(run.places, limited.steps, &RunPlace::steps);
  limited.point = place->point;
  limited.repeat = place->repeat;
  return limited;
}

std::string nnxrt::runName(const std::string &key, uint64_t seed, bool quick,
                           const std::string &target) {
  return digestOf(fmt::format("{} {} {} {}", key, seed, quick ? "quick" : "whole", target))
      .substr(0, 12);
}
