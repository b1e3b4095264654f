// Finds what is kept, draws a sample of it, trains that and compares.
#include "runtime/main/VerifyStudy.h"

#include "runtime/main/StudyPlan.h"
#include "runtime/main/Verification.h"
#include "runtime/report/Format.h"
#include "runtime/report/Record.h"
#include "runtime/store/ResultReader.h"
#include "runtime/store/ResultsFolder.h"
#include "runtime/store/Schema.h"
#include "runtime/store/StoreError.h"

#include <algorithm>
#include <fmt/format.h>
#include <random>

namespace nnxrt {

namespace {

/// Results that a folder or a report keeps.
class KeptResults {
public:
  KeptResults(const std::filesystem::path &report, const std::filesystem::path &out)
      : origin(report.empty() ? out : report) {
    if (!report.empty()) {
      record = readRecord(report);
      return;
    }
    const std::filesystem::path file = databaseOf(out);
    folder.emplace(out);
    prepareSchema(database.emplace(file));
  }

  StudyResults of(const StudyInfo &info) {
    return record ? resultsFor(*record, info, origin)
                  : ResultReader(*database, info, 0).load({}, false);
  }

  /// A folder keeps the results of several states of the data, a report those of one.
  void demandSameData(const RunRequest &request, const StudyResults &results,
                      const StudyInfo &info) const {
    const std::string name = runName(request.info.key, request.info.seed, info.quick, info.target);
    for (const RunPlace &place : request.info.places) {
      const StoredRun *const there = findStored(results, place);
      if (record && there && there->name != name)
        throw StoreError(fmt::format(
            "{}: its runs were trained with other data than those of `{}` here: {}/{}, seed {}, is "
            "run {} there and {} here",
            origin.string(), info.study->datasets[place.point.point->dataset].name,
            place.point.experiment->name, place.point.point->label, request.info.seed, there->name,
            name));
    }
  }

  const std::filesystem::path origin;

private:
  std::unique_ptr<ReportRecord> record;
  std::optional<ResultsFolder> folder;
  std::optional<Database> database;
};

} // namespace

int verifyStudy(const nnxrt_study &compiled, const Study &study, std::vector<PointInfo> points,
                const Options &options, const std::filesystem::path &out,
                const ProgressStyle &style) {
  KeptResults kept(options.against, out);
  StudyInfo known;
  known.study = &study;
  known.target = targetOf(compiled, options);
  known.quick = options.quick;
  askForKept(kept.of(known), points);
  const StudyPlan plan = planStudy(compiled, study, points, options);
  const StudyResults results = kept.of(plan.info);
  const uint64_t draw = options.draw.value_or(std::random_device{}());
  size_t there = 0;
  std::vector<RunRequest> chosen = chooseForVerification(
      plan.requests, results, static_cast<size_t>(options.verify), draw, there);
  if (chosen.empty())
    throw StoreError(
        fmt::format("{}: holds no finished run of these points", kept.origin.string()));
  for (const RunRequest &request : chosen)
    kept.demandSameData(request, results, plan.info);
  const Placement placement = placeRuns(chosen, options, plan.device.get());
  Verification verification(results);
  Progress progress(style);
  ObserverList observers;
  observers.add(verification);
  observers.add(progress);
  const StopFlag &interrupted = catchInterruptions();
  StudyInfo info = plan.info;
  info.runs = chosen.size();
  observers.studyStarted(info);
  const StudyOutcome outcome =
      trainRuns(chosen, placement, options.failFast, observers, interrupted);
  observers.studyEnded(outcome);
  fmt::print("{}{} of {} trained again, {} different; chosen at random by --draw {}\n",
             verification.text(), chosen.size(), counted(static_cast<int64_t>(there), "run"),
             verification.differences(), draw);
  if (outcome.wasInterrupted)
    return interruptedStatus;
  return verification.differences() > 0 ? 1 : 0;
}

} // namespace nnxrt
