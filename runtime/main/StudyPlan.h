// Everything that is decided before the first run: data, runs, and how many of them at once.
#pragma once

#include "runtime/main/CommandLine.h"
#include "runtime/train/Schedule.h"

#include <vector>

namespace nnxrt {

struct StudyPlan {
  StudyInfo info;
  std::vector<RunRequest> requests; // of this shard, equal points joined
  Placement placement;
};

/// Loads the data sets of `points` and plans their runs. Throws DataError, StudyError.
StudyPlan planStudy(const nnxrt_study &compiled, const Study &study,
                    const std::vector<PointInfo> &points, const Options &options);

/// What would be trained, for --dry-run.
void printPlan(const StudyPlan &plan);

} // namespace nnxrt
