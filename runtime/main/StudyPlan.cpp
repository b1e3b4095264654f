// Planning the runs of a study.
#include "runtime/main/StudyPlan.h"

#include "runtime/device/Processor.h"
#include "runtime/train/RunPlan.h"
#include "runtime/train/StartWeights.h"

#include <algorithm>
#include <fmt/format.h>

using namespace nnxrt;

static void loadDatasets(const Study &study, const std::vector<PointInfo> &points,
                         const Options &options, StudyInfo &info) {
  info.datasets.resize(study.datasets.size());
  for (const PointInfo &each : points) {
    const size_t index = each.point->dataset;
    const DatasetSpec &spec = study.datasets[index];
    if (!info.datasets[index])
      info.datasets[index] =
          std::make_shared<Dataset>(spec, dataFolders(spec.folder, options.data, study.file));
  }
}

static void loadStarts(const nnxrt_study &compiled, const Study &study,
                       const std::vector<PointInfo> &points, const Options &options,
                       StudyInfo &info) {
  for (const PointInfo &each : points) {
    const std::string &name = each.point->settings.init;
    if (name.empty())
      continue;
    std::shared_ptr<const WeightsFile> &weights = info.starts[name];
    if (!weights)
      weights = std::make_shared<const WeightsFile>(findWeights(name, options.data, study.file));
    checkWeights(*weights, compiled.variants[each.point->variant], study, *each.point);
  }
}

static void checkPoint(const nnxrt_study &compiled, const PointInfo &each,
                       const DatasetSpec &spec) {
  if (each.point->variant >= compiled.variant_count)
    throw StudyError(fmt::format("the study: point `{}` names variant {}, of {}", each.point->label,
                                 each.point->variant, compiled.variant_count));
  const nnxrt_variant &variant = compiled.variants[each.point->variant];
  const std::array<int64_t, 3> shape{variant.height, variant.width, variant.channels};
  if (shape != spec.shape || variant.classes != spec.classes || variant.targets != spec.targets)
    throw StudyError(
        fmt::format("the study: variant {} does not fit data set `{}`", variant.name, spec.name));
}

/// Every Nth run. Which run is whose depends on the study and the selection alone.
static std::vector<RunRequest> shardOf(const std::vector<RunRequest> &all, const Options &options) {
  std::vector<RunRequest> mine;
  for (size_t i = 0; i < all.size(); ++i)
    if (i % static_cast<size_t>(options.shards) == static_cast<size_t>(options.shard - 1))
      mine.push_back(all[i]);
  return mine;
}

std::string nnxrt::targetOf(const nnxrt_study &compiled, const Options &options) {
  return targetText({compiled.target, options.device});
}

Placement nnxrt::placeRuns(std::span<RunRequest> requests, const Options &options,
                           const Device *device) {
  if (device == nullptr)
    return Placement::choose(options.jobs, options.threads, requests.size(), availableCores());
  // An OpenCL driver may hold a kernel to the part of a block that is the first model's.
  const int atMost = options.together > 0       ? options.together
                     : device->name() == "cuda" ? NNXRT_MOST_MODELS
                                                : 1;
  const int gpus = device->gpuCount(), together = std::min(atMost, mostTogether(requests));
  const int jobs = options.jobs > 0
                       ? options.jobs
                       : static_cast<int>(std::clamp<size_t>(requests.size(), 1,
                                                             static_cast<size_t>(gpus * together)));
  planTogether(requests, std::min(together, (jobs + gpus - 1) / gpus));
  return Placement::choose(jobs, options.threads, requests.size(), availableCores());
}

/// The variants for the device that is asked for.
static const nnxrt_variant *variantsOf(const nnxrt_study &compiled, const Device *device) {
  if (device == nullptr)
    return compiled.variants;
  const std::span all(compiled.devices, compiled.device_count);
  const auto found = std::ranges::find_if(
      all, [&](const nnxrt_device_code &each) { return each.device == device->name(); });
  if (found == all.end())
    throw DeviceError(fmt::format("the study was not compiled for the device `{0}`: build it with "
                                  "--device {0}",
                                  device->name()));
  return found->variants;
}

StudyPlan nnxrt::planStudy(const nnxrt_study &compiled, const Study &study,
                           const std::vector<PointInfo> &points, const Options &options) {
  StudyPlan plan;
  StudyInfo &info = plan.info;
  info.study = &study;
  info.arguments = options.arguments;
  info.target = targetOf(compiled, options);
  if (options.device != "cpu")
    plan.device = std::make_shared<Device>(options.device);
  const nnxrt_variant *const variants = variantsOf(compiled, plan.device.get());
  info.cpu = processorName();
  info.cores = availableCores();
  info.quick = options.quick;
  for (const PointInfo &each : points)
    checkPoint(compiled, each, study.datasets[each.point->dataset]);
  loadDatasets(study, points, options, info);
  loadStarts(compiled, study, points, options, info);
  std::vector<RunRequest> single; // one for each point and repeat
  for (const PointInfo &each : points) {
    const Dataset &dataset = *info.datasets[each.point->dataset];
    const WeightsFile *const start = startOf(info, *each.point);
    for (int repeat = 0; repeat < each.repeats; ++repeat) {
      single.push_back({planRun(each, repeat, dataset, options.quick, start),
                        &variants[each.point->variant], &dataset, dataset.scale});
      single.back().device = plan.device.get();
      single.back().start = start;
    }
  }
  plan.requests = shardOf(shareRuns(single), options);
  info.points = points.size();
  info.runs = plan.requests.size();
  plan.placement = placeRuns(plan.requests, options, plan.device.get());
  info.jobs = plan.placement.jobs;
  info.threads = plan.placement.threads;
  return plan;
}

void nnxrt::printPlan(const StudyPlan &plan) {
  for (const RunRequest &request : plan.requests) {
    const RunInfo &run = request.info;
    fmt::print("{}/{}  {}  seed {}: {} epochs, {} steps of {} samples, {}\n",
               run.point.experiment->name, run.point.pointIndex + 1, run.point.point->label,
               run.seed, run.epochs, run.steps, run.point.point->settings.batch,
               bytesText(memoryNeeded(request)));
    for (const RunPlace &place : run.places)
      if (place.point.point != run.point.point || place.repeat != run.repeat)
        fmt::print("  gives {}/{}  {}  after {} epochs, {} steps\n", place.point.experiment->name,
                   place.point.pointIndex + 1, place.point.point->label, place.epochs, place.steps);
  }
  fmt::print("{} runs, {} at once with {} threads each\n", plan.requests.size(),
             plan.placement.jobs, plan.placement.threads);
}
