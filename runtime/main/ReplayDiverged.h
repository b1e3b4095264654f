// Autopsies: runs that diverged are replayed to the step that did, and looked into.
#pragma once

#include "runtime/main/StudyPlan.h"
#include "runtime/store/ResultStore.h"

#include <nnxrt/abi.h>

#include <vector>

namespace nnxrt {

/// After training: replays the runs that diverged in their first epoch and have no autopsy, and
/// keeps what it finds in `store` and in `results`, those of the plan's study. Later divergences
/// wait for --autopsy: a replay takes as long as the run did up to there.
void examineDiverged(const StudyPlan &plan, int threads, StudyResults &results, ResultStore &store,
                     const StopFlag &interrupted);

/// What --autopsy does. Keeps in the results folder `out` what it finds, and writes the report
/// again. Exit status: 0, or 1 where a replay was not the run that is kept. Throws what reading,
/// planning and training throw.
int replayDiverged(const nnxrt_study &compiled, const Study &study, std::vector<PointInfo> points,
                   const Options &options, const std::filesystem::path &out);

} // namespace nnxrt
