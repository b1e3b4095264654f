// Reading side of the results store.
#include "runtime/store/ResultStore.h"

#include <array>
#include <string_view>

namespace nnxrt {

static RunStatus statusOf(std::string_view name) {
  for (const RunStatus status : {RunStatus::finished, RunStatus::diverged, RunStatus::interrupted})
    if (name == nameOf(status))
      return status;
  return RunStatus::failed;
}

std::optional<int64_t> ResultStore::findRun(const std::string &key, uint64_t seed, int epochs,
                                            bool finished) {
  // Finished runs first, then the latest.
  Statement query(database,
                  "SELECT id FROM run WHERE key = ? AND seed = ? AND (epochs = ? OR ? = 0) AND "
                  "quick = ? AND target = ? AND status <> 'running' AND "
                  "(status IN ('finished', 'diverged') OR NOT ?) "
                  "ORDER BY status IN ('finished', 'diverged') DESC, id DESC LIMIT 1");
  query.bindAll(key, seed, epochs, epochs, info->quick, info->target, finished);
  if (!query.step())
    return std::nullopt;
  return query.integer();
}

std::optional<int64_t> ResultStore::findFinished(const std::string &key, uint64_t seed,
                                                 int epochs) {
  const std::lock_guard guard(mutex);
  return findRun(key, seed, epochs, true);
}

void ResultStore::loadTestFigures(int64_t id, int classes, Metrics &metrics) {
  metrics.classes = classes;
  metrics.perClass.resize(static_cast<size_t>(classes));
  metrics.confusion.assign(static_cast<size_t>(classes) * static_cast<size_t>(classes), 0);
  struct Overall {
    std::string_view name;
    double &value;
  };
  double samples = 0;
  const std::array overall{Overall{"samples", samples},
                           Overall{"loss", metrics.loss},
                           Overall{"accuracy", metrics.accuracy},
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

StoredRun ResultStore::loadRun(int64_t id) {
  StoredRun run;
  RunResult &result = run.result;
  Statement query(database,
                  "SELECT repeat, seed, epochs, steps_per_epoch, train_samples, test_samples, "
                  "study, started, status, message, epochs_begun, steps, diverged_step, "
                  "train_loss, train_accuracy, train_seconds, test_seconds, seconds, "
                  "samples_per_second, memory_bytes, weights_sha256, evaluated, classes "
                  "FROM run WHERE id = ?");
  query.bind(id);
  query.step();
  run.repeat = static_cast<int>(query.integer());
  run.seed = static_cast<uint64_t>(query.integer());
  run.epochsPlanned = static_cast<int>(query.integer());
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
  result.trainLoss = query.number();
  result.trainAccuracy = query.number();
  result.trainSeconds = query.number();
  result.testSeconds = query.number();
  result.seconds = query.number();
  result.samplesPerSecond = query.number();
  result.memoryBytes = static_cast<uint64_t>(query.integer());
  result.weightsSha256 = query.text();
  result.evaluated = query.integer() != 0;
  const auto classes = static_cast<int>(query.integer());
  if (result.evaluated)
    loadTestFigures(id, classes, result.test);
  Statement epochs(database, "SELECT epoch, steps, train_loss, train_accuracy, test_loss, "
                             "test_accuracy, train_seconds, test_seconds, samples_per_second "
                             "FROM epoch WHERE run = ? ORDER BY epoch");
  epochs.bind(id);
  while (epochs.step()) {
    EpochFigures figures;
    figures.epoch = static_cast<int>(epochs.integer());
    figures.steps = epochs.integer();
    figures.trainLoss = epochs.number();
    figures.trainAccuracy = epochs.number();
    figures.testLoss = epochs.number();
    figures.testAccuracy = epochs.number();
    figures.trainSeconds = epochs.number();
    figures.testSeconds = epochs.number();
    figures.samplesPerSecond = epochs.number();
    run.epochs.push_back(figures);
  }
  return run;
}

StudyResults ResultStore::loadLocked() {
  StudyResults results;
  results.info = info;
  results.outcome = outcome;
  results.started = started;
  results.ended = ended;
  const std::vector<Experiment> &experiments = info->study->experiments;
  for (size_t e = 0; e < experiments.size(); ++e) {
    for (size_t p = 0; p < experiments[e].points.size(); ++p) {
      const Point &point = experiments[e].points[p];
      PointResults entry{.experiment = e, .point = p, .selected = false, .runs = {}};
      const auto planned = plannedEpochs.find({e, p});
      entry.selected = planned != plannedEpochs.end();
      // A run of N steps, or a quick one, has its own number of epochs, known for selected points.
      const bool plain = point.settings.steps == 0 && !info->quick;
      const int epochs = entry.selected ? planned->second : plain ? point.settings.epochs : 0;
      for (int repeat = 0; repeat < experiments[e].repeats; ++repeat) {
        const uint64_t seed = point.settings.seed + static_cast<uint64_t>(repeat);
        if (const auto id = findRun(point.key, seed, epochs, false)) {
          entry.runs.push_back(loadRun(*id));
          entry.runs.back().repeat = repeat;
        }
      }
      results.points.push_back(std::move(entry));
    }
  }
  return results;
}

StudyResults ResultStore::load() {
  const std::lock_guard guard(mutex);
  return loadLocked();
}

} // namespace nnxrt
