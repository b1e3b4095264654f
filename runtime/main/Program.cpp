// The steps of a trainer: check the machine, select, load, train, report.
#include "runtime/main/Program.h"

#include "runtime/data/Dataset.h"
#include "runtime/device/Processor.h"
#include "runtime/device/Stack.h"
#include "runtime/main/CommandLine.h"
#include "runtime/main/ModelFiles.h"
#include "runtime/main/Process.h"
#include "runtime/main/ReplayDiverged.h"
#include "runtime/main/Selection.h"
#include "runtime/main/StudyPlan.h"
#include "runtime/main/TimeBudget.h"
#include "runtime/main/VerifyStudy.h"
#include "runtime/report/Claims.h"
#include "runtime/report/Format.h"
#include "runtime/report/Progress.h"
#include "runtime/report/Report.h"
#include "runtime/store/Checkpoints.h"
#include "runtime/store/EventLog.h"
#include "runtime/store/ResultStore.h"
#include "runtime/store/StoreError.h"
#include "runtime/train/RunPlan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>
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
               each.repeats > 1 ? fmt::format(", repeats {}", each.repeats) : "");
  }
}

static ProgressStyle styleOf(const Options &options) {
  return options.quiet ? ProgressStyle{.descriptor = STDERR_FILENO, .silent = true}
                       : ProgressStyle::forDescriptor(STDERR_FILENO);
}

static fs::path resultsFolder(const Study &study, const Options &options) {
  return options.out.empty() ? fs::path("results") / study.name() : options.out;
}

/// What earlier starts measured of the points.
static void learnEarlier(TimeBudget &budget, const StudyResults &results) {
  for (const PointResults &point : results.points)
    for (const StoredRun &run : point.runs)
      budget.learnEarlier(results.info->study->experiments[point.experiment].points[point.point],
                          run.result.samplesPerSecond);
}

/// Longest first, but in the study's own order where a budget or the first failure may end it all.
static std::vector<RunRequest> inOrderOfStart(const StudyPlan &plan, const Options &options) {
  std::vector<RunRequest> requests = plan.requests;
  if (plan.placement.jobs > 1 && options.budgetSeconds <= 0 && !options.failFast)
    orderLongestFirst(requests);
  return requests;
}

/// Trains and reports; from here on what goes wrong is no longer the command line's fault.
static int trainAndReport(const StudyPlan &plan, const Options &options, const fs::path &out,
                          ResultStore &store, EventLog &log, ModelFiles &models) {
  std::optional<Progress> progress;
  std::optional<EventLog> events;
  std::optional<TimeBudget> budget;
  ObserverList observers;
  observers.add(store);
  observers.add(log);
  observers.add(models);
  if (options.json)
    observers.add(events.emplace(STDOUT_FILENO, "standard output"));
  else
    observers.add(progress.emplace(styleOf(options)));
  if (options.budgetSeconds > 0)
    observers.add(budget.emplace(options.budgetSeconds));

  const StopFlag &interrupted = catchInterruptions();
  observers.studyStarted(plan.info);
  if (budget)
    learnEarlier(*budget, store.load());
  const StudyOutcome outcome = trainRuns(inOrderOfStart(plan, options), plan.placement,
                                         options.failFast, observers, interrupted);
  observers.studyEnded(outcome);

  StudyResults results = store.load();
  store.keepPictures(results, bestRows(results));
  examineDiverged(plan, options.threads, results, store, interrupted);
  writeReport(results, out);
  if (!options.json)
    fmt::print("{}\nreport: {}\n", tableText(results), (out / "report.html").string());
  if (budget && outcome.left > 0)
    fmt::print(stderr, "{}", budget->summary());
  if (outcome.wasInterrupted)
    return interruptedStatus;
  const std::string failures = failedClaims(results);
  fmt::print(stderr, "{}", failures);
  return outcome.failed > 0 || !failures.empty() ? failedStatus : 0;
}

static int trainStudy(StudyPlan plan, const Options &options) {
  const fs::path out = resultsFolder(*plan.info.study, options);
  const ResultsFolder folder(out);
  ResultStore store(folder, options.force);
  EventLog log(out / "log.jsonl");
  Checkpoints checkpoints(out, plan.info.target, options.quick);
  ModelFiles models(out, options.weights, store);
  for (RunRequest &request : plan.requests) {
    request.keeper = &models;
    request.states = &checkpoints;
    request.resumes = !options.force;
    request.checkpointSeconds = options.checkpointSeconds;
  }
  try {
    return trainAndReport(plan, options, out, store, log, models);
  } catch (const std::bad_alloc &) {
    fmt::print(stderr, "error: not enough memory\n");
  } catch (const std::exception &error) {
    fmt::print(stderr, "error: {}\n", error.what());
  }
  return failedStatus;
}

static int runStudy(const nnxrt_study &compiled, const std::vector<std::string> &arguments) {
  try {
    checkMachine(compiled);
    Study study = parseStudy({compiled.json, compiled.json_bytes});
    const std::string version = fmt::format("{} ({}, numerics {}), compiled for {}", study.name(),
                                            study.compiler, study.numerics, compiled.target);
    int status = 0;
    const std::optional<Options> options =
        parseCommandLine(arguments, study.file, version, std::cout, std::cerr, status);
    if (!options)
      return status;
    std::vector<PointInfo> points = selectPoints(study, options->only);
    askForRepeats(study, options->repeats, points);
    if (options->list) {
      listPoints(points);
      return 0;
    }
    if (options->verify > 0 && !options->dryRun)
      return verifyStudy(compiled, study, points, *options, resultsFolder(study, *options),
                         styleOf(*options));
    if (options->autopsy && !options->dryRun)
      return replayDiverged(compiled, study, points, *options, resultsFolder(study, *options));
    const StudyPlan plan = planStudy(compiled, study, points, *options);
    for (size_t i = 0; i < plan.info.datasets.size(); ++i)
      if (plan.info.datasets[i])
        study.nameClasses(i, plan.info.datasets[i]->labels);
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

int nnxrt::runProgram(const nnxrt_study &compiled, const std::vector<std::string> &arguments) {
  beginProcess(failedStatus);
  enlargeStacks();
  std::signal(SIGXFSZ, SIG_IGN); // a file that may grow no further is an error, not the end
  return endProcess(runStudy(compiled, arguments));
}
