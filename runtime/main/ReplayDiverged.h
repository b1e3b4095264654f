// What --autopsy does: runs that diverged are replayed to the step that did, and looked into.
#pragma once

#include "runtime/main/CommandLine.h"
#include "runtime/train/Results.h"

#include <nnxrt/abi.h>

#include <vector>

namespace nnxrt {

/// Keeps in the results folder `out` what it finds, and writes the report again. Exit status: 0, or
/// 1 where a replay was not the run that is kept. Throws what reading, planning and training throw.
int replayDiverged(const nnxrt_study &compiled, const Study &study, std::vector<PointInfo> points,
                   const Options &options, const std::filesystem::path &out);

} // namespace nnxrt
