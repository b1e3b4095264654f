// Writing, choosing and removing files of weights.
#include "runtime/main/ModelFiles.h"

#include "runtime/report/Figures.h"
#include "runtime/store/ResultsFolder.h"
#include "runtime/store/StoreError.h"
#include "runtime/train/StartWeights.h"

#include <algorithm>
#include <fmt/format.h>

namespace nnxrt {

namespace fs = std::filesystem;

static void makeFolder(const fs::path &folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw StoreError(fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
}

ModelFiles::ModelFiles(const fs::path &results, SavedWeights wanted, ResultStore &results_)
    : folder(results / "models"), policy(wanted), store(results_) {
  if (policy != SavedWeights::none)
    makeFolder(folder / "weights");
}

fs::path ModelFiles::fileOf(const std::string &digest) const {
  return folder / "weights" / (digest.substr(0, 16) + ".safetensors");
}

static WeightsNotes notesOf(const RunInfo &run, const RunResult &result, const Study &study) {
  const auto place = std::ranges::find(run.places, result.steps, &RunPlace::steps);
  const PointInfo &point = place == run.places.end() ? run.point : place->point;
  return {{"study", study.file},
          {"experiment", point.experiment->name},
          {"point", point.point->label},
          {"network", point.point->network},
          {"seed", std::to_string(run.seed)},
          {"epoch", std::to_string(result.epochs)},
          {"steps", std::to_string(result.steps)},
          {"key", run.key},
          {"weights", result.weightsSha256},
          {"compiler", study.compiler}};
}

void ModelFiles::keep(const RunInfo &run, const RunResult &result, const nnxrt_variant &variant,
                      const Model &model) {
  if (policy == SavedWeights::none)
    return;
  // One at a time: two runs that end with equal weights, as those that diverge may, have one file.
  const std::scoped_lock lock(mutex);
  untold.insert(result.weightsSha256);
  for (const RunPlace &place : run.places) {
    size_t &runs = wanted[{place.point.experimentIndex, place.point.pointIndex}];
    runs = std::max(runs, static_cast<size_t>(place.point.repeats));
  }
  const fs::path file = fileOf(result.weightsSha256);
  if (std::error_code ignored; !fs::exists(file, ignored))
    replaceFile(file, safetensorsOf(weightsOf(model, variant), notesOf(run, result, *info->study)));
}

void ModelFiles::forget(const RunResult &result) {
  const std::scoped_lock lock(mutex);
  if (const auto found = untold.find(result.weightsSha256); found != untold.end())
    untold.erase(found);
}

void ModelFiles::snapshotTaken(const RunInfo &, const RunResult &result,
                               std::span<const EpochFigures>) {
  forget(result);
}

void ModelFiles::runEnded(const RunInfo &, const RunResult &result) {
  forget(result);
  const std::scoped_lock lock(mutex);
  if (settling.isDue())
    settling.run([&] { settle(); });
}

void ModelFiles::studyEnded(const StudyOutcome &) {
  const std::scoped_lock lock(mutex);
  settle();
}

/// Gives the best weights of an experiment its name, by a link where the file system has them.
void ModelFiles::publish(const std::string &digest, const std::string &experiment) {
  const fs::path source = fileOf(digest), target = folder / (experiment + ".safetensors");
  std::error_code error;
  const bool isThere = fs::exists(source, error);
  if (error)
    throw StoreError(fmt::format("{}: cannot be read: {}", source.string(), error.message()));
  if (!isThere || (fs::exists(target, error) && fs::equivalent(source, target, error)))
    return;
  const fs::path temporary = target.string() + ".tmp";
  fs::remove(temporary, error);
  fs::create_hard_link(source, temporary, error);
  if (error)
    fs::copy_file(source, temporary, error);
  if (!error)
    fs::rename(temporary, target, error);
  if (error)
    throw StoreError(fmt::format("{}: cannot be written: {}", target.string(), error.message()));
  fs::remove(temporary, error); // rename() leaves one of two names of the same file
}

/// Publishes what is best, and removes what nothing needs any more.
void ModelFiles::settle() {
  if (policy == SavedWeights::none)
    return;
  const StudyResults results = store.load(false);
  std::set<fs::path> needed;
  for (const std::string &digest : untold)
    needed.insert(fileOf(digest));
  for (const ExperimentFigures &figures : figuresOf(results)) {
    const PointFigures *const best = figures.best();
    for (const PointFigures &point : figures.points) {
      const auto asked = wanted.find({point.results->experiment, point.results->point});
      const size_t repeats = std::max(static_cast<size_t>(figures.experiment->repeats),
                                      asked == wanted.end() ? 0 : asked->second);
      for (const StoredRun &run : point.results->runs)
        if (policy == SavedWeights::all || point.results->runs.size() < repeats ||
            (best == &point && &run == point.bestRun))
          needed.insert(fileOf(run.result.weightsSha256));
    }
    if (best != nullptr)
      publish(best->bestRun->result.weightsSha256, figures.experiment->name);
  }
  std::error_code ignored; // a file that stays is removed another time
  for (const auto &entry : fs::directory_iterator(folder / "weights", ignored))
    // What is being written has another ending.
    if (entry.path().extension() == ".safetensors" && !needed.contains(entry.path()))
      fs::remove(entry.path(), ignored);
}

} // namespace nnxrt
