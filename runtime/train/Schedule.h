// All runs of a study over the cores: some points at once, each with threads of its own.
#pragma once

#include "runtime/train/Trainer.h"

#include <span>

namespace nnxrt {

struct Placement {
  int jobs = 1;    // runs at once
  int threads = 1; // of each run

  /// What is not given (0) becomes: as many jobs as there are runs and cores, as many threads as
  /// cores are left to each.
  static Placement choose(int jobs, int threads, size_t runs, int cores);
};

/// Trains `requests`, started in their order, and tells `observer`. A run that fails is told and
/// leaves the others be, unless `failFast`. An exception of the observer ends every run after its
/// step and comes out here. The bits of the results do not depend on the placement.
StudyOutcome trainRuns(std::span<const RunRequest> requests, Placement placement, bool failFast,
                       RunObserver &observer, const StopFlag &interrupted);

} // namespace nnxrt
