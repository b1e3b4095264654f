// Finds the runs that diverged, and trains each of them again with a watcher.
#include "runtime/main/ReplayDiverged.h"

#include "runtime/main/Verification.h"
#include "runtime/report/AutopsyText.h"
#include "runtime/report/Report.h"
#include "runtime/store/Autopsies.h"
#include "runtime/store/ResultReader.h"
#include "runtime/store/ResultsFolder.h"
#include "runtime/store/Schema.h"
#include "runtime/store/StoreError.h"
#include "runtime/train/Autopsy.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <memory>

namespace nnxrt {

static constexpr int64_t watchedSteps = 8; // up to the one that diverged

namespace {

struct ReplayError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Ends the run behind its last step, and keeps the result.
class Replay final : public StepWatcher, public RunObserver {
public:
  Replay(const nnxrt_variant &variant, int64_t last, const StopFlag &interrupted)
      : lastStep(last), watcher(variant, std::max<int64_t>(1, last - watchedSteps + 1)),
        interrupted(interrupted) {}

  void runBegins(const Model &model) override { watcher.runBegins(model); }
  void stepDone(const WatchedStep &step, const Model &model) override {
    watcher.stepDone(step, model);
    if (step.step == lastStep || interrupted)
      stop = true;
  }
  void studyStarted(const StudyInfo &) override {}
  void runStarted(const RunInfo &) override {}
  void stepsDone(const RunInfo &, const StepFigures &) override {}
  void epochEnded(const RunInfo &, const EpochFigures &) override {}
  void runEnded(const RunInfo &, const RunResult &ended) override { result = ended; }
  void studyEnded(const StudyOutcome &) override {}

  /// Trains `request`, the run that `kept` is a result of; nothing where it did not do what that
  /// did, or was interrupted.
  std::shared_ptr<const Autopsy> run(RunRequest request, const StoredRun &kept,
                                     Placement placement) {
    request.watcher = this;
    request.states = nullptr;
    request.keeper = nullptr;
    request.together = 1;
    trainRuns(std::span(&request, 1), placement, false, *this, stop);
    if (result.status == RunStatus::failed)
      throw ReplayError("the replay failed: " + result.message);
    const bool isTheRun =
        result.divergedStep == lastStep && (kept.result.status != RunStatus::diverged ||
                                            kept.result.weightsSha256 == result.weightsSha256);
    return isTheRun ? std::make_shared<const Autopsy>(watcher.result()) : nullptr;
  }

private:
  const int64_t lastStep;
  AutopsyWatcher watcher;
  const StopFlag &interrupted;
  StopFlag stop{false};
  RunResult result;
};

} // namespace

/// The result of the run that tells of its divergence; null where it did not diverge.
static const StoredRun *findDiverged(const StudyResults &results, const RunRequest &request) {
  for (const RunPlace &place : request.info.places)
    if (const StoredRun *const kept = findStored(results, place);
        kept && kept->result.divergedStep > 0)
      return kept;
  return nullptr;
}

/// Gives the autopsy to every result of the run that tells of its divergence.
static void keepEverywhere(StudyResults &results, const std::string &name,
                           const std::shared_ptr<const Autopsy> &autopsy,
                           const std::function<void(int64_t row)> &keep) {
  for (PointResults &point : results.points)
    for (StoredRun &run : point.runs)
      if (run.name == name && run.result.divergedStep > 0) {
        keep(run.row);
        run.autopsy = autopsy;
      }
}

void examineDiverged(const StudyPlan &plan, int threads, StudyResults &results, ResultStore &store,
                     const StopFlag &interrupted) {
  for (const RunRequest &request : plan.requests) {
    const StoredRun *const kept = findDiverged(results, request);
    if (!kept || kept->autopsy || kept->result.divergedStep > kept->stepsPerEpoch || interrupted)
      continue;
    const std::string name = kept->name;
    Replay replay(*request.variant, kept->result.divergedStep, interrupted);
    std::shared_ptr<const Autopsy> autopsy;
    try {
      autopsy = replay.run(request, *kept, Placement::choose(1, threads, 1, plan.info.cores));
    } catch (const ReplayError &) {
      continue; // --autopsy says why; the results are worth a report without
    }
    if (autopsy)
      keepEverywhere(results, name, autopsy,
                     [&](int64_t row) { store.keepAutopsy(row, *autopsy); });
  }
}

int replayDiverged(const nnxrt_study &compiled, const Study &study, std::vector<PointInfo> points,
                   const Options &options, const std::filesystem::path &out) {
  const std::filesystem::path file = databaseOf(out);
  const ResultsFolder folder(out);
  Database database(file);
  prepareSchema(database);
  StudyInfo known;
  known.study = &study;
  known.target = targetOf(compiled, options);
  known.quick = options.quick;
  askForKept(ResultReader(database, known, 0).load({}, false), points);
  const StudyPlan plan = planStudy(compiled, study, points, options);
  StudyResults results = ResultReader(database, plan.info, 0).load({}, false);
  const StopFlag &interrupted = catchInterruptions();
  size_t replayed = 0, different = 0;
  for (const RunRequest &request : plan.requests) {
    const StoredRun *const kept = findDiverged(results, request);
    if (!kept)
      continue;
    ++replayed;
    const std::string name = fmt::format("{}/{}, seed {}", request.info.point.experiment->name,
                                         request.info.point.point->label, request.info.seed);
    const auto autopsy =
        Replay(*request.variant, kept->result.divergedStep, interrupted)
            .run(request, *kept, Placement::choose(1, options.threads, 1, plan.info.cores));
    if (interrupted)
      return interruptedStatus;
    if (!autopsy) {
      ++different;
      fmt::print(stderr, "{}: the replay is not the run that is kept\n", name);
      continue;
    }
    fmt::print("{}: {}", name, autopsyText(*autopsy, kept->result.divergedStep));
    keepEverywhere(results, std::string(kept->name), autopsy,
                   [&](int64_t row) { keepAutopsy(database, row, *autopsy); });
  }
  if (replayed == 0)
    fmt::print("none of these points has a run that diverged\n");
  else
    writeReport(readResults(out)->results, out);
  return different > 0 ? 1 : 0;
}

} // namespace nnxrt
