// Where the states of runs are kept, so that a run can go on from one. The trainer knows this
// interface alone; store/Checkpoints implements it with files.
#pragma once

#include "runtime/train/RunState.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace nnxrt {

/// All that the steps of a run carry over from one to the next.
struct SavedRun {
  RunState state;
  std::vector<double> hyper;     // numbers of the optimizer, in the variant's order
  std::vector<std::byte> memory; // weights and optimizer state
  std::vector<std::byte> best;   // those of the best epoch, where they will be restored
};

class RunStates {
public:
  virtual ~RunStates() = default;

  /// What `find` found, and which files it could not use.
  struct Found {
    std::optional<SavedRun> run;
    std::vector<std::string> warnings;
  };
  /// The state of `run` with the most steps, `most` at most. `layout` names the order of numbers
  /// and memory: a state of another layout is none.
  virtual Found find(const RunInfo &run, const std::string &layout, int64_t most) = 0;

  /// Keeps the state of a run that goes on, in place of the one before.
  virtual void keep(const RunInfo &run, const std::string &layout, const SavedRun &saved) = 0;
  /// Keeps the state in which a run ended, unless one of more steps is there.
  virtual void keepEnd(const RunInfo &run, const std::string &layout, const SavedRun &saved) = 0;
  /// The run will never go on: forgets what `keep` kept.
  virtual void drop(const RunInfo &run) = 0;
};

} // namespace nnxrt
