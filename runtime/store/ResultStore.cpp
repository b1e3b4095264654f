// Writing side of the results store.
#include "runtime/store/ResultStore.h"

#include "runtime/data/Dataset.h"
#include "runtime/store/Autopsies.h"
#include "runtime/store/Pictures.h"
#include "runtime/store/ResultsCsv.h"
#include "runtime/store/Schema.h"
#include "runtime/store/Timestamp.h"
#include "runtime/train/EpochMetrics.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

namespace nnxrt {

ResultStore::ResultStore(const ResultsFolder &owned, bool forceRuns)
    : folder(owned), force(forceRuns), database(owned.path() / "results.sqlite") {
  prepareSchema(database);
  // The folder is ours: whatever still counts as running was killed.
  database.execute("UPDATE run SET status = 'interrupted', message = 'the trainer was killed' "
                   "WHERE status = 'running'");
}

ResultStore::~ResultStore() = default;

ResultStore::Place ResultStore::placeOf(const RunInfo &run) {
  return {run.point.experimentIndex, run.point.pointIndex, run.repeat};
}

int64_t ResultStore::idOf(const RunInfo &run) const {
  return running.at(placeOf(run));
}

void ResultStore::studyStarted(const StudyInfo &study) {
  const std::lock_guard guard(mutex);
  info = &study;
  started = timestamp();
  Statement insert(database,
                   "INSERT INTO study (file, source, compiler, numerics, json, arguments, target, "
                   "cpu, cores, jobs, threads, quick, started) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)");
  using Json = nlohmann::json;
  const std::string arguments =
      Json(study.arguments).dump(-1, ' ', false, Json::error_handler_t::replace);
  insert
      .bindAll(study.study->file, study.study->source, study.study->compiler, study.study->numerics,
               study.study->json, arguments, study.target, study.cpu, study.cores, study.jobs,
               study.threads, study.quick, started)
      .run();
  studyRow = database.lastRowId();
}

bool ResultStore::wantsResult(const RunInfo &run, int64_t steps) {
  const std::lock_guard guard(mutex);
  for (const RunPlace &place : run.places) {
    selected.emplace(place.point.experimentIndex, place.point.pointIndex);
    if (place.repeat >= place.point.experiment->repeats)
      noteRepeat(place);
  }
  return force || !ResultReader(database, *info, studyRow)
                       .findRow({.meaning = run.point.point->key,
                                 .key = run.key,
                                 .seed = run.seed,
                                 .epochs = run.epochs,
                                 .steps = steps,
                                 .whole = true});
}

void ResultStore::noteRepeat(const RunPlace &place) {
  const Point &point = *place.point.point;
  Statement(database, "INSERT INTO more_repeats (meaning, seed, count) VALUES (?1, ?2, ?3) "
                      "ON CONFLICT DO UPDATE SET count = max(count, ?3)")
      .bindAll(point.key, point.settings.seed, place.repeat + 1)
      .run();
}

int64_t ResultStore::insertRow(const RunInfo &run, const RunPlace &place) {
  Statement insert(database,
                   "INSERT INTO run (study, meaning, key, seed, quick, target, goal, experiment, "
                   "point, repeat, steps_per_epoch, train_samples, test_samples, started, status) "
                   "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,'running')");
  insert
      .bindAll(studyRow, run.point.point->key, run.key, run.seed, info->quick, info->target,
               place.steps, place.point.experiment->name, place.point.point->label, place.repeat,
               run.stepsPerEpoch, run.trainSamples, run.testSamples, timestamp())
      .run();
  return database.lastRowId();
}

void ResultStore::runStarted(const RunInfo &run) {
  const std::lock_guard guard(mutex);
  running[placeOf(run)] = insertRow(run, {run.point, run.repeat, run.epochs, run.steps});
}

void ResultStore::insertEpoch(int64_t id, const EpochFigures &figures) {
  Statement insert(database, "INSERT INTO epoch VALUES (?,?,?,?,?,?,?,?,?,?)");
  insert
      .bindAll(id, figures.epoch, figures.steps, figures.train.loss, figures.train.accuracy,
               figures.test.loss, figures.test.accuracy, figures.trainSeconds, figures.testSeconds,
               figures.samplesPerSecond)
      .run();
  for (const EpochShare &share : epochShares) {
    const ShareFigures &errors = figures.*share.of;
    if (std::isnan(errors.rmse) && std::isnan(errors.mae))
      continue;
    Statement insertErrors(database, "INSERT INTO epoch_errors VALUES (?,?,?,?,?,?)");
    insertErrors.bindAll(id, figures.epoch, share.name, errors.rmse, errors.mae, errors.r2).run();
  }
  const ShareFigures &validation = figures.validation;
  if (std::isnan(validation.loss) && std::isnan(validation.accuracy))
    return;
  Statement insertValidation(database, "INSERT INTO validation VALUES (?,?,?,?)");
  insertValidation.bindAll(id, figures.epoch, validation.loss, validation.accuracy).run();
}

void ResultStore::runResumed(const RunInfo &run, int64_t, std::span<const EpochFigures> epochs) {
  const std::lock_guard guard(mutex);
  Transaction transaction(database);
  for (const EpochFigures &figures : epochs)
    insertEpoch(idOf(run), figures);
  transaction.commit();
}

void ResultStore::runBegunAgain(const RunInfo &run, const std::string &) {
  const std::lock_guard guard(mutex);
  Transaction transaction(database);
  Statement(database, "DELETE FROM run WHERE id = ?").bindAll(idOf(run)).run();
  running[placeOf(run)] = insertRow(run, {run.point, run.repeat, run.epochs, run.steps});
  transaction.commit();
}

void ResultStore::epochEnded(const RunInfo &run, const EpochFigures &figures) {
  const std::lock_guard guard(mutex);
  insertEpoch(idOf(run), figures);
}

void ResultStore::insertTestFigures(int64_t id, const RunResult &result) {
  const Metrics &test = result.test;
  Statement metric(database, "INSERT INTO metric (run, class, name, value) VALUES (?,?,?,?)");
  Statement overall(database, "INSERT INTO metric (run, name, value) VALUES (?,?,?)");
  const auto average = [&](const std::string &prefix, const AveragedFigures &figures) {
    overall.bindAll(id, prefix + "precision", figures.precision).run();
    overall.bindAll(id, prefix + "recall", figures.recall).run();
    overall.bindAll(id, prefix + "f1", figures.f1).run();
  };
  overall.bindAll(id, "samples", test.samples).run();
  overall.bindAll(id, "loss", test.loss).run();
  const Metrics &validation = result.validation;
  if (validation.samples > 0) {
    overall.bindAll(id, "validation.samples", validation.samples).run();
    overall.bindAll(id, "validation.loss", validation.loss).run();
  }
  Statement prediction(database, "INSERT INTO prediction VALUES (?,?,?,?,?,?)");
  if (test.classes == 0) {
    const auto errors = [&](const std::string &prefix, const auto &figures) {
      overall.bindAll(id, prefix + "rmse", figures.rmse).run();
      overall.bindAll(id, prefix + "mae", figures.mae).run();
      overall.bindAll(id, prefix + "r2", figures.r2).run();
    };
    errors("", test.regression);
    errors("train.", result.train);
    if (validation.samples > 0)
      errors("validation.", validation.regression);
    prediction.bindAll(id, test.samples)
        .bindArray(std::span(result.targets))
        .bindArray(std::span(result.outputs))
        .bindArray(std::span(result.confidence))
        .bindArray(std::span(result.labelProbability))
        .run();
    return;
  }
  if (validation.samples > 0) {
    overall.bindAll(id, "validation.accuracy", validation.accuracy).run();
    average("validation.", validation.weighted);
  }
  overall.bindAll(id, "accuracy", test.accuracy).run();
  overall.bindAll(id, "top_2", test.top2).run();
  overall.bindAll(id, "top_3", test.top3).run();
  overall.bindAll(id, "top_5", test.top5).run();
  overall.bindAll(id, "calibration_error", test.calibrationError).run();
  average("", test.weighted);
  average("macro_", test.macro);
  average("micro_", test.micro);
  for (size_t c = 0; c < test.perClass.size(); ++c) {
    const ClassFigures &figures = test.perClass[c];
    metric.bindAll(id, c, "precision", figures.precision).run();
    metric.bindAll(id, c, "recall", figures.recall).run();
    metric.bindAll(id, c, "f1", figures.f1).run();
    metric.bindAll(id, c, "support", figures.support).run();
    metric.bindAll(id, c, "predicted", figures.predicted).run();
  }
  Statement confusion(database, "INSERT INTO confusion VALUES (?,?,?,?)");
  for (int label = 0; label < test.classes; ++label)
    for (int predicted = 0; predicted < test.classes; ++predicted)
      if (const int64_t count = test.count(label, predicted))
        confusion.bindAll(id, label, predicted, count).run();
  prediction.bindAll(id, result.predictions.size())
      .bindArray(std::span(result.labels))
      .bindArray(std::span(result.predictions))
      .bindArray(std::span(result.confidence))
      .bindArray(std::span(result.labelProbability))
      .run();
}

void ResultStore::fillRow(int64_t id, const RunResult &result) {
  Statement update(database,
                   "UPDATE run SET ended=?, status=?, message=?, epochs_begun=?, steps=?, "
                   "diverged_step=?, train_loss=?, train_accuracy=?, train_seconds=?, "
                   "test_seconds=?, seconds=?, samples_per_second=?, memory_bytes=?, "
                   "weights_sha256=?, evaluated=?, classes=? WHERE id=?");
  update
      .bindAll(timestamp(), nameOf(result.status), result.message, result.epochs, result.steps,
               result.divergedStep, result.train.loss, result.train.accuracy, result.trainSeconds,
               result.testSeconds, result.seconds, result.samplesPerSecond, result.memoryBytes,
               result.weightsSha256, result.evaluated, result.test.classes, id)
      .run();
  if (result.stoppedEarly || result.bestEpoch > 0) {
    Statement stop(database, "INSERT INTO early_stop VALUES (?,?,?)");
    stop.bindAll(id, result.stoppedEarly, result.bestEpoch).run();
  }
  if (result.evaluated)
    insertTestFigures(id, result);
}

void ResultStore::snapshotTaken(const RunInfo &run, const RunResult &result,
                                std::span<const EpochFigures> epochs) {
  const std::lock_guard guard(mutex);
  const auto place = std::ranges::find(run.places, result.steps, &RunPlace::steps);
  Transaction transaction(database);
  const int64_t id = insertRow(run, *place);
  for (const EpochFigures &figures : epochs)
    insertEpoch(id, figures);
  fillRow(id, result);
  Statement remove(database, "DELETE FROM run WHERE id < ? AND key = ? AND seed = ? AND quick = ? "
                             "AND target = ? AND goal = ? AND status = 'finished'");
  remove.bindAll(id, run.key, run.seed, info->quick, info->target, result.steps).run();
  transaction.commit();
  writeCsvIfDue();
}

void ResultStore::runEnded(const RunInfo &run, const RunResult &result) {
  const std::lock_guard guard(mutex);
  const int64_t id = idOf(run);
  Transaction transaction(database);
  fillRow(id, result);
  // Older attempts make room, and so does an older result of the same goal if this one is whole.
  const bool whole = result.status == RunStatus::finished || result.status == RunStatus::diverged;
  Statement remove(database,
                   "DELETE FROM run WHERE id < ? AND key = ? AND seed = ? AND quick = ? AND "
                   "target = ? AND status <> 'running' AND "
                   "(status NOT IN ('finished', 'diverged') OR (? AND goal = ?))");
  remove.bindAll(id, run.key, run.seed, info->quick, info->target, whole, run.steps).run();
  transaction.commit();
  running.erase(placeOf(run));
  writeCsvIfDue();
}

void ResultStore::studyEnded(const StudyOutcome &ending) {
  const std::lock_guard guard(mutex);
  outcome = ending;
  ended = timestamp();
  Statement update(database, "UPDATE study SET ended = ?, seconds = ? WHERE id = ?");
  update.bindAll(ended, outcome.seconds, studyRow).run();
  writeCsvLocked();
}

void ResultStore::writeCsvIfDue() {
  if (csv.isDue())
    csv.run([&] { writeCsvLocked(); });
}

void ResultStore::writeCsvLocked() {
  replaceFile(folder.path() / "results.csv", csvOf(loadLocked(false)));
}

StudyResults ResultStore::loadLocked(bool withSamples) {
  StudyResults results = ResultReader(database, *info, studyRow).load(selected, withSamples);
  results.outcome = outcome;
  results.started = started;
  results.ended = ended;
  return results;
}

StudyResults ResultStore::load(bool withHits) {
  const std::lock_guard guard(mutex);
  return loadLocked(withHits);
}

void ResultStore::keepAutopsy(int64_t row, const Autopsy &autopsy) {
  const std::lock_guard lock(mutex);
  nnxrt::keepAutopsy(database, row, autopsy);
}

void ResultStore::keepPictures(StudyResults &results, const std::set<int64_t> &rows) {
  const std::lock_guard guard(mutex);
  Transaction transaction(database);
  dropPictures(database, rows);
  for (PointResults &entry : results.points) {
    const Point &point = info->study->experiments[entry.experiment].points[entry.point];
    const bool isLoaded = point.dataset < info->datasets.size() && info->datasets[point.dataset];
    for (StoredRun &run : entry.runs)
      if (isLoaded && rows.contains(run.row))
        keepPicturesOf(database, info->datasets[point.dataset]->test, run);
  }
  transaction.commit();
}

} // namespace nnxrt
