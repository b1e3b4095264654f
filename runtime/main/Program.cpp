// The steps of a trainer: check the machine, select, load, train, report.
#include "runtime/main/Program.h"

#include "runtime/device/Processor.h"
#include "runtime/main/CommandLine.h"
#include "runtime/main/Selection.h"
#include "runtime/report/Claims.h"
#include "runtime/report/Progress.h"
#include "runtime/report/Report.h"
#include "runtime/store/EventLog.h"
#include "runtime/store/ResultStore.h"
#include "runtime/store/StoreError.h"
#include "runtime/train/RunPlan.h"
#include "runtime/train/Schedule.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <iostream>
#include <optional>
#include <unistd.h>

using namespace nnxrt;
namespace fs = std::filesystem;

namespace {
constexpr int failedStatus = 1;

/// A compiled study that this machine or this runtime cannot run.
struct MachineError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Everything that is decided before the first run.
struct Plan {
  StudyInfo info;
  std::vector<RunRequest> requests;
  Placement placement;
};
} // namespace

static void checkMachine(const nnxrt_study &compiled) {
  if (compiled.abi_version != NNXRT_ABI_VERSION)
    throw MachineError(fmt::format("the study was compiled for version {} of the runtime's "
                                   "interface, this runtime has {}: compile it again",
                                   compiled.abi_version, NNXRT_ABI_VERSION));
  const std::vector<std::string> missing = missingFeatures(compiled.target);
  if (!missing.empty())
    throw MachineError(fmt::format("this processor ({}) lacks {}, which the study was compiled for "
                                   "({}): compile it again here",
                                   processorName(), fmt::join(missing, ", "), compiled.target));
}

static void listPoints(const std::vector<PointInfo> &points) {
  for (const PointInfo &each : points) {
    const RunSettings &settings = each.point->settings;
    fmt::print("{}/{}  {}  [{}, {}, batch {}, epochs {}{}]\n", each.experiment->name,
               each.pointIndex + 1, each.point->label, each.point->network,
               settings.optimizer.text(), settings.batch, settings.epochs,
               each.experiment->repeats > 1 ? fmt::format(", repeats {}", each.experiment->repeats)
                                            : "");
  }
}

static void loadDatasets(const Study &study, const std::vector<PointInfo> &points,
                         const Options &options, StudyInfo &info) {
  info.datasets.resize(study.datasets.size());
  for (const PointInfo &each : points) {
    const size_t index = each.point->dataset;
    const DatasetSpec &spec = study.datasets[index];
    if (!info.datasets[index])
      info.datasets[index] =
          std::make_shared<Dataset>(spec, dataFolders(spec.name, options.data, study.file));
  }
}

static void checkPoint(const nnxrt_study &compiled, const PointInfo &each,
                       const DatasetSpec &spec) {
  if (each.point->variant >= compiled.variant_count)
    throw StudyError(fmt::format("the study: point `{}` names variant {}, of {}", each.point->label,
                                 each.point->variant, compiled.variant_count));
  const nnxrt_variant &variant = compiled.variants[each.point->variant];
  const std::array<int64_t, 3> shape{variant.height, variant.width, variant.channels};
  if (shape != spec.shape || variant.classes != spec.classes)
    throw StudyError(
        fmt::format("the study: variant {} does not fit data set `{}`", variant.name, spec.name));
}

static Plan planStudy(const nnxrt_study &compiled, const Study &study,
                      const std::vector<PointInfo> &points, const Options &options) {
  Plan plan;
  StudyInfo &info = plan.info;
  info.study = &study;
  info.arguments = options.arguments;
  info.target = compiled.target;
  info.cpu = processorName();
  info.cores = availableCores();
  info.quick = options.quick;
  for (const PointInfo &each : points)
    checkPoint(compiled, each, study.datasets[each.point->dataset]);
  loadDatasets(study, points, options, info);
  std::vector<RunRequest> single; // one for each point and repeat
  for (const PointInfo &each : points) {
    const Dataset &dataset = *info.datasets[each.point->dataset];
    for (int repeat = 0; repeat < each.experiment->repeats; ++repeat)
      single.push_back({planRun(each, repeat, dataset, options.quick),
                        &compiled.variants[each.point->variant], &dataset,
                        study.datasets[each.point->dataset].scale});
  }
  plan.requests = shareRuns(single);
  info.points = points.size();
  info.runs = plan.requests.size();
  plan.placement = Placement::choose(options.jobs, options.threads, info.runs, info.cores);
  info.jobs = plan.placement.jobs;
  info.threads = plan.placement.threads;
  return plan;
}

static void printPlan(const Plan &plan) {
  for (const RunRequest &request : plan.requests) {
    const RunInfo &run = request.info;
    const uint64_t bytes = Model::memoryNeeded(
        *request.variant, std::min<int64_t>(run.point.point->settings.batch, run.trainSamples),
        std::min(evaluationSamples, run.testSamples));
    fmt::print("{}/{}  {}  seed {}: {} epochs, {} steps of {} samples, {}\n",
               run.point.experiment->name, run.point.pointIndex + 1, run.point.point->label,
               run.seed, run.epochs, run.steps, run.point.point->settings.batch, bytesText(bytes));
    for (const RunPlace &place : run.places)
      if (place.point.point != run.point.point || place.repeat != run.repeat)
        fmt::print("  gives {}/{}  {}  after {} epochs, {} steps\n", place.point.experiment->name,
                   place.point.pointIndex + 1, place.point.point->label, place.epochs, place.steps);
  }
  fmt::print("{} runs, {} at once with {} threads each\n", plan.requests.size(),
             plan.placement.jobs, plan.placement.threads);
}

static int trainStudy(const Plan &plan, const Options &options) {
  const fs::path out =
      options.out.empty() ? fs::path("results") / plan.info.study->name() : options.out;
  const ResultsFolder folder(out);
  ResultStore store(folder, options.force);
  EventLog log(out / "log.jsonl");
  std::optional<Progress> progress;
  std::optional<EventLog> events;
  ObserverList observers;
  observers.add(store);
  observers.add(log);
  if (options.json)
    observers.add(events.emplace(STDOUT_FILENO, "standard output"));
  else if (!options.quiet)
    observers.add(progress.emplace(ProgressStyle::forDescriptor(STDERR_FILENO)));

  const StopFlag &interrupted = catchInterruptions();
  observers.studyStarted(plan.info);
  const StudyOutcome outcome =
      trainRuns(plan.requests, plan.placement, options.failFast, observers, interrupted);
  observers.studyEnded(outcome);

  const StudyResults results = store.load();
  writeReport(results, out);
  if (!options.json)
    fmt::print("{}\nreport: {}\n", tableText(results), (out / "report.html").string());
  if (outcome.wasInterrupted)
    return interruptedStatus;
  const std::string failures = failedClaims(results);
  fmt::print(stderr, "{}", failures);
  return outcome.failed > 0 || !failures.empty() ? failedStatus : 0;
}

int nnxrt::runProgram(const nnxrt_study &compiled, const std::vector<std::string> &arguments) {
  try {
    checkMachine(compiled);
    const Study study = parseStudy({compiled.json, compiled.json_bytes});
    const std::string version = fmt::format("{} ({}, numerics {}), compiled for {}", study.name(),
                                            study.compiler, study.numerics, compiled.target);
    int status = 0;
    const std::optional<Options> options =
        parseCommandLine(arguments, study.file, version, std::cout, std::cerr, status);
    if (!options)
      return status;
    const std::vector<PointInfo> points = selectPoints(study, options->only);
    if (options->list) {
      listPoints(points);
      return 0;
    }
    const Plan plan = planStudy(compiled, study, points, *options);
    if (options->dryRun) {
      printPlan(plan);
      return 0;
    }
    return trainStudy(plan, *options);
  } catch (const std::bad_alloc &) {
    fmt::print(stderr, "error: not enough memory\n");
  } catch (const std::exception &error) {
    fmt::print(stderr, "error: {}\n", error.what());
  }
  return wrongUseStatus;
}
