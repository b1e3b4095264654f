// Reading runs and their figures back.
#include "runtime/store/ResultReader.h"

#include "runtime/data/Dataset.h"
#include "runtime/store/Autopsies.h"
#include "runtime/store/Pictures.h"
#include "runtime/store/ResultsFolder.h"
#include "runtime/store/Schema.h"
#include "runtime/store/StoreError.h"
#include "runtime/train/EpochMetrics.h"
#include "runtime/train/RunPlan.h"
#include "runtime/train/StartWeights.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>

namespace nnxrt {

static RunStatus statusOf(std::string_view name) {
  for (const RunStatus status :
       {RunStatus::finished, RunStatus::diverged, RunStatus::interrupted, RunStatus::running})
    if (name == nameOf(status))
      return status;
  return RunStatus::failed;
}

std::optional<int64_t> ResultReader::findRow(const Wish &wish) {
  // What diverged on the way to a goal diverges on the way to every later one. Whole runs first,
  // then the latest.
  Statement query(database,
                  "SELECT id, status IN ('finished', 'diverged') AS whole FROM run "
                  "WHERE meaning = ?1 AND (?2 = '' OR key = ?2) AND seed = ?3 AND quick = ?4 AND "
                  "target = ?5 AND CASE status "
                  "WHEN 'finished' THEN goal = min(?6 * steps_per_epoch, ?7) "
                  "WHEN 'diverged' THEN steps <= min(?6 * steps_per_epoch, ?7) "
                  "WHEN 'running' THEN ?9 ELSE NOT ?8 END "
                  "ORDER BY whole DESC, id DESC LIMIT 1");
  query.bindAll(wish.meaning, wish.key, wish.seed, info.quick, info.target, wish.epochs, wish.steps,
                wish.whole, withRunning);
  if (!query.step())
    return std::nullopt;
  return query.integer();
}

ResultReader::Wish ResultReader::wishFor(const Point &point, int repeat) const {
  const WeightsFile *const start = startOf(info, point);
  const bool isLoaded = point.dataset < info.datasets.size() && info.datasets[point.dataset] &&
                        (point.settings.init.empty() || start != nullptr);
  return {.meaning = point.key,
          .key = isLoaded ? runKey(point, *info.datasets[point.dataset], start) : "",
          .seed = point.settings.seed + static_cast<uint64_t>(repeat),
          .epochs = info.quick ? 1 : point.settings.epochs,
          .steps = point.settings.steps > 0 ? point.settings.steps
                                            : std::numeric_limits<int64_t>::max()};
}

int ResultReader::repeatsOf(const Experiment &experiment, const Point &point) {
  Statement query(database, "SELECT count FROM more_repeats WHERE meaning = ? AND seed = ?");
  query.bindAll(point.key, point.settings.seed);
  const int64_t asked = query.step() ? query.integer() : 0;
  return std::max(experiment.repeats, static_cast<int>(std::clamp<int64_t>(asked, 0, mostRepeats)));
}

void ResultReader::loadFigures(int64_t id, int classes, RunResult &result) {
  Metrics &metrics = result.test, &validation = result.validation;
  metrics.classes = classes;
  metrics.perClass.resize(static_cast<size_t>(classes));
  metrics.confusion.assign(static_cast<size_t>(classes) * static_cast<size_t>(classes), 0);
  struct Overall {
    std::string_view name;
    double &value;
  };
  double samples = 0, validationSamples = 0;
  const std::array overall{Overall{"samples", samples},
                           Overall{"rmse", metrics.regression.rmse},
                           Overall{"mae", metrics.regression.mae},
                           Overall{"r2", metrics.regression.r2},
                           Overall{"train.rmse", result.train.rmse},
                           Overall{"train.mae", result.train.mae},
                           Overall{"train.r2", result.train.r2},
                           Overall{"validation.samples", validationSamples},
                           Overall{"validation.loss", validation.loss},
                           Overall{"validation.accuracy", validation.accuracy},
                           Overall{"validation.precision", validation.weighted.precision},
                           Overall{"validation.recall", validation.weighted.recall},
                           Overall{"validation.f1", validation.weighted.f1},
                           Overall{"validation.rmse", validation.regression.rmse},
                           Overall{"validation.mae", validation.regression.mae},
                           Overall{"validation.r2", validation.regression.r2},
                           Overall{"loss", metrics.loss},
                           Overall{"accuracy", metrics.accuracy},
                           Overall{"top_2", metrics.top2},
                           Overall{"top_3", metrics.top3},
                           Overall{"top_5", metrics.top5},
                           Overall{"calibration_error", metrics.calibrationError},
                           Overall{"precision", metrics.weighted.precision},
                           Overall{"recall", metrics.weighted.recall},
                           Overall{"f1", metrics.weighted.f1},
                           Overall{"macro_precision", metrics.macro.precision},
                           Overall{"macro_recall", metrics.macro.recall},
                           Overall{"macro_f1", metrics.macro.f1},
                           Overall{"micro_precision", metrics.micro.precision},
                           Overall{"micro_recall", metrics.micro.recall},
                           Overall{"micro_f1", metrics.micro.f1}};
  Statement all(database, "SELECT name, value FROM metric WHERE run = ? AND class IS NULL");
  all.bind(id);
  while (all.step()) {
    const std::string name = all.text();
    const double value = all.number();
    for (const Overall &entry : overall)
      if (entry.name == name)
        entry.value = value;
  }
  metrics.samples = static_cast<int64_t>(samples);
  validation.samples = static_cast<int64_t>(validationSamples);
  validation.classes = validation.samples > 0 ? classes : 0;
  Statement each(database, "SELECT class, name, value FROM metric WHERE run = ? AND class >= 0 "
                           "AND class < ?");
  each.bindAll(id, classes);
  while (each.step()) {
    ClassFigures &figures = metrics.perClass[static_cast<size_t>(each.integer())];
    const std::string name = each.text();
    const double value = each.number();
    if (name == "precision")
      figures.precision = value;
    else if (name == "recall")
      figures.recall = value;
    else if (name == "f1")
      figures.f1 = value;
    else if (name == "support")
      figures.support = static_cast<int64_t>(value);
    else if (name == "predicted")
      figures.predicted = static_cast<int64_t>(value);
  }
  Statement counts(database, "SELECT label * ? + predicted, count FROM confusion WHERE run = ? "
                             "AND label < ? AND predicted < ?");
  counts.bindAll(classes, id, classes, classes);
  while (counts.step()) {
    const auto place = static_cast<size_t>(counts.integer());
    metrics.confusion[place] = counts.integer();
  }
}

/// What is known of a run that has no end, since it goes on or was killed.
static void sumEpochs(StoredRun &run) {
  RunResult &result = run.result;
  result.epochs = static_cast<int>(run.epochs.size());
  result.trainSeconds = result.testSeconds = 0;
  for (const EpochFigures &epoch : run.epochs) {
    result.steps = epoch.steps;
    result.samplesPerSecond = epoch.samplesPerSecond;
    result.trainSeconds += epoch.trainSeconds;
    result.testSeconds += epoch.testSeconds;
  }
  result.seconds = result.trainSeconds + result.testSeconds;
}

StoredRun ResultReader::loadRun(int64_t id) {
  StoredRun run;
  RunResult &result = run.result;
  Statement query(database, "SELECT key, seed, steps_per_epoch, train_samples, test_samples, "
                            "study, started, status, message, epochs_begun, steps, diverged_step, "
                            "train_loss, train_accuracy, train_seconds, test_seconds, seconds, "
                            "samples_per_second, memory_bytes, weights_sha256, evaluated, classes "
                            "FROM run WHERE id = ?");
  query.bind(id);
  query.step();
  const std::string key = query.text();
  run.seed = static_cast<uint64_t>(query.integer());
  run.name = runName(key, run.seed, info.quick, info.target);
  run.stepsPerEpoch = query.integer();
  run.trainSamples = query.integer();
  run.testSamples = query.integer();
  run.reused = query.integer() != studyRow;
  run.started = query.text();
  result.status = statusOf(query.text());
  result.message = query.text();
  result.epochs = static_cast<int>(query.integer());
  result.steps = query.integer();
  result.divergedStep = query.integer();
  result.train.loss = query.number();
  result.train.accuracy = query.number();
  result.trainSeconds = query.number();
  result.testSeconds = query.number();
  result.seconds = query.number();
  result.samplesPerSecond = query.number();
  result.memoryBytes = static_cast<uint64_t>(query.integer());
  result.weightsSha256 = query.text();
  result.evaluated = query.integer() != 0;
  const auto classes = static_cast<int>(query.integer());
  if (result.evaluated)
    loadFigures(id, classes, result);
  run.autopsy = loadAutopsy(database, id);
  Statement stop(database, "SELECT stopped, best_epoch FROM early_stop WHERE run = ?");
  stop.bind(id);
  if (stop.step()) {
    result.stoppedEarly = stop.integer() != 0;
    result.bestEpoch = static_cast<int>(stop.integer());
  }
  Statement epochs(database, "SELECT epoch, steps, train_loss, train_accuracy, test_loss, "
                             "test_accuracy, train_seconds, test_seconds, samples_per_second, "
                             "validation.loss, validation.accuracy "
                             "FROM epoch LEFT JOIN validation USING (run, epoch) "
                             "WHERE run = ? ORDER BY epoch");
  epochs.bind(id);
  while (epochs.step()) {
    EpochFigures figures;
    figures.epoch = static_cast<int>(epochs.integer());
    figures.steps = epochs.integer();
    figures.train.loss = epochs.number();
    figures.train.accuracy = epochs.number();
    figures.test.loss = epochs.number();
    figures.test.accuracy = epochs.number();
    figures.trainSeconds = epochs.number();
    figures.testSeconds = epochs.number();
    figures.samplesPerSecond = epochs.number();
    figures.validation.loss = epochs.number();
    figures.validation.accuracy = epochs.number();
    run.epochs.push_back(figures);
  }
  loadErrors(id, run.epochs);
  if (!std::isfinite(result.seconds))
    sumEpochs(run);
  return run;
}

void ResultReader::loadErrors(int64_t id, std::vector<EpochFigures> &epochs) {
  Statement query(database, "SELECT epoch, share, rmse, mae, r2 FROM epoch_errors WHERE run = ?");
  query.bind(id);
  while (query.step()) {
    const int64_t number = query.integer();
    const std::string share = query.text();
    const auto epoch = std::ranges::find(epochs, number, &EpochFigures::epoch);
    const auto told = std::ranges::find(epochShares, share, &EpochShare::name);
    if (epoch == epochs.end() || told == epochShares.end())
      continue;
    ShareFigures &figures = (*epoch).*(told->of);
    figures.rmse = query.number();
    figures.mae = query.number();
    figures.r2 = query.number();
  }
}

void ResultReader::loadSamples(StoredRun &run) {
  Statement query(database,
                  "SELECT label, predicted, confidence FROM prediction JOIN run ON run.id "
                  "= prediction.run WHERE run.id = ? AND classes > 0");
  query.bind(run.row);
  if (!query.step())
    return;
  const auto labels = query.array<uint16_t>(), predicted = query.array<uint16_t>();
  const auto confidence = query.array<float>();
  if (labels.size() != predicted.size() || labels.size() != confidence.size())
    return;
  for (size_t i = 0; i < labels.size(); ++i)
    run.hits.push_back(labels[i] == predicted[i]);
  const auto bins = reliabilityOf(labels, predicted, confidence);
  run.reliability.assign(bins.begin(), bins.end());
  run.wrong = surestWrong(labels, predicted, confidence);
  loadPictures(database, run);
}

StudyResults ResultReader::load(const Places &selected, bool withSamples) {
  StudyResults results;
  results.info = &info;
  const std::vector<Experiment> &experiments = info.study->experiments;
  for (size_t e = 0; e < experiments.size(); ++e) {
    for (size_t p = 0; p < experiments[e].points.size(); ++p) {
      const Point &point = experiments[e].points[p];
      PointResults entry{.experiment = e, .point = p, .selected = false, .runs = {}};
      entry.selected = selected.contains({e, p});
      const int repeats = repeatsOf(experiments[e], point);
      for (int repeat = 0; repeat < repeats; ++repeat) {
        const Wish wish = wishFor(point, repeat);
        const std::optional<int64_t> id = findRow(wish);
        if (!id)
          continue;
        StoredRun run = loadRun(*id);
        run.repeat = repeat;
        run.row = *id;
        if (withSamples)
          loadSamples(run);
        const int64_t goal = std::min(wish.epochs * run.stepsPerEpoch, wish.steps);
        run.epochsPlanned = static_cast<int>((goal + run.stepsPerEpoch - 1) / run.stepsPerEpoch);
        entry.runs.push_back(std::move(run));
      }
      results.points.push_back(std::move(entry));
    }
  }
  return results;
}

/// The last start of the trainer.
static int64_t readStart(Database &database, StoredStudy &stored) {
  Statement query(database, "SELECT id, json, arguments, target, cpu, cores, jobs, threads, quick, "
                            "started, ended, seconds FROM study ORDER BY id DESC LIMIT 1");
  if (!query.step())
    throw StoreError(fmt::format("{}: holds no results yet", stored.folder.string()));
  const int64_t row = query.integer();
  stored.study = parseStudy(query.text());
  StudyInfo &info = stored.info;
  info.study = &stored.study;
  info.arguments = nlohmann::json::parse(query.text()).get<std::vector<std::string>>();
  info.target = query.text();
  info.cpu = query.text();
  info.cores = static_cast<int>(query.integer());
  info.jobs = static_cast<int>(query.integer());
  info.threads = static_cast<int>(query.integer());
  info.quick = query.integer() != 0;
  stored.results.started = query.text();
  stored.results.ended = query.text();
  const double seconds = query.number();
  stored.results.outcome.seconds = std::isfinite(seconds) ? seconds : 0;
  return row;
}

static std::unique_ptr<StoredStudy> readFrom(Database &database,
                                             const std::filesystem::path &folder, bool isLive) {
  auto stored = std::make_unique<StoredStudy>();
  stored->folder = folder;
  const int64_t row = readStart(database, *stored);
  ResultReader reader(database, stored->info, row);
  stored->isTraining = isLive && stored->results.ended.empty() && isOwned(folder);
  if (stored->isTraining)
    reader.includeRunning();
  StudyResults results = reader.load({}, true);
  stored->results.info = results.info;
  stored->results.points = std::move(results.points);
  return stored;
}

std::unique_ptr<StoredStudy> readResults(const std::filesystem::path &folder) {
  Database database(databaseOf(folder));
  prepareSchema(database);
  return readFrom(database, folder, false);
}

std::unique_ptr<StoredStudy> readLive(const std::filesystem::path &folder) {
  Database database(databaseOf(folder), Access::read);
  prepareReading(database);
  database.execute("BEGIN"); // one state of the file for all that follows
  return readFrom(database, folder, true);
}

} // namespace nnxrt
