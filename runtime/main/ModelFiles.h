// Trained weights in DIR/models, as safetensors.
#pragma once

#include "runtime/main/CommandLine.h"
#include "runtime/store/Pace.h"
#include "runtime/store/ResultStore.h"
#include "runtime/train/WeightsKeeper.h"

#include <mutex>
#include <set>

namespace nnxrt {

/// models/weights/DIGEST.safetensors is named by the first 16 digits of the digest of its weights,
/// so results of equal weights share one; models/EXPERIMENT.safetensors is that of the best run of
/// the experiment's best point. Which point is best, with repeats, is known only later: so the
/// weights of every result are written, and those of points that have all their repeats and are not
/// best go again (SavedWeights::best).
class ModelFiles final : public WeightsKeeper, public RunObserver {
public:
  ModelFiles(const std::filesystem::path &results, SavedWeights policy, ResultStore &store);

  void keep(const RunInfo &run, const RunResult &result, const nnxrt_variant &variant,
            const Model &model) override;

  void studyStarted(const StudyInfo &study) override { info = &study; }
  void runStarted(const RunInfo &) override {}
  void stepsDone(const RunInfo &, const StepFigures &) override {}
  void epochEnded(const RunInfo &, const EpochFigures &) override {}
  void snapshotTaken(const RunInfo &run, const RunResult &result,
                     std::span<const EpochFigures> epochs) override;
  void runEnded(const RunInfo &run, const RunResult &result) override;
  void studyEnded(const StudyOutcome &) override;

private:
  [[nodiscard]] std::filesystem::path fileOf(const std::string &digest) const;
  void settle();
  void publish(const std::string &digest, const std::string &experiment);
  void forget(const RunResult &result);

  const std::filesystem::path folder;
  const SavedWeights policy;
  ResultStore &store;
  const StudyInfo *info = nullptr;
  std::mutex mutex;
  /// Runs that points are to have, by experiment and point: more than the study says with
  /// --repeats.
  std::map<std::pair<size_t, size_t>, size_t> wanted;
  std::multiset<std::string> untold; // digests of results that the store does not have yet
  Pace settling;                     // reads all results
};

} // namespace nnxrt
