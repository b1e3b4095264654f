// Finds the runs that diverged, and trains each of them again with a watcher.
#include "runtime/main/ReplayDiverged.h"

#include "runtime/main/StudyPlan.h"
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

namespace nnxrt {

static constexpr int64_t watchedSteps = 8; // up to the one that diverged

namespace {

/// Ends the run behind its last step, and keeps the result.
class Replay final : public StepWatcher, public RunObserver {
public:
  Replay(const nnxrt_variant &variant, int64_t last)
      : lastStep(last), watcher(variant, std::max<int64_t>(1, last - watchedSteps + 1)) {}

  void runBegins(const Model &model) override { watcher.runBegins(model); }
  void stepDone(const WatchedStep &step, const Model &model) override {
    watcher.stepDone(step, model);
    if (step.step == lastStep)
      stop = true;
  }
  void studyStarted(const StudyInfo &) override {}
  void runStarted(const RunInfo &) override {}
  void stepsDone(const RunInfo &, const StepFigures &) override {}
  void epochEnded(const RunInfo &, const EpochFigures &) override {}
  void runEnded(const RunInfo &, const RunResult &ended) override { result = ended; }
  void studyEnded(const StudyOutcome &) override {}

  /// Trains `request`, the run that `kept` is a result of; whether it did what that did.
  bool run(RunRequest request, const StoredRun &kept, Placement placement) {
    request.watcher = this;
    trainRuns(std::span(&request, 1), placement, false, *this, stop);
    if (result.status == RunStatus::failed)
      throw StoreError("the replay failed: " + result.message);
    return result.divergedStep == lastStep && (kept.result.status != RunStatus::diverged ||
                                               kept.result.weightsSha256 == result.weightsSha256);
  }
  [[nodiscard]] const Autopsy &autopsy() const { return watcher.result(); }

private:
  const int64_t lastStep;
  AutopsyWatcher watcher;
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

int replayDiverged(const nnxrt_study &compiled, const Study &study, std::vector<PointInfo> points,
                   const Options &options, const std::filesystem::path &out) {
  if (std::error_code ignored; !std::filesystem::exists(out / "results.sqlite", ignored))
    throw StoreError(fmt::format("{}: holds no results", out.string()));
  const ResultsFolder folder(out);
  Database database(out / "results.sqlite");
  prepareSchema(database);
  StudyInfo known;
  known.study = &study;
  known.target = compiled.target;
  known.quick = options.quick;
  askForKept(ResultReader(database, known, 0).load({}, false), points);
  const StudyPlan plan = planStudy(compiled, study, points, options);
  const StudyResults results = ResultReader(database, plan.info, 0).load({}, false);
  size_t replayed = 0, different = 0;
  for (const RunRequest &request : plan.requests) {
    const StoredRun *const kept = findDiverged(results, request);
    if (!kept)
      continue;
    ++replayed;
    Replay replay(*request.variant, kept->result.divergedStep);
    const std::string name = fmt::format("{}/{}, seed {}", request.info.point.experiment->name,
                                         request.info.point.point->label, request.info.seed);
    if (!replay.run(request, *kept, Placement::choose(1, options.threads, 1, plan.info.cores))) {
      ++different;
      fmt::print(stderr, "{}: the replay is not the run that is kept\n", name);
      continue;
    }
    for (const PointResults &point : results.points)
      for (const StoredRun &run : point.runs)
        if (run.name == kept->name && run.result.divergedStep > 0)
          keepAutopsy(database, run.row, replay.autopsy());
    fmt::print("{}: {}", name, autopsyText(replay.autopsy(), kept->result.divergedStep));
  }
  if (replayed == 0)
    fmt::print("none of these points has a run that diverged\n");
  else
    writeReport(readResults(out)->results, out);
  return different > 0 ? 1 : 0;
}

} // namespace nnxrt
