// What --verify does: some finished runs are trained again and compared with what is kept of them.
#pragma once

#include "runtime/main/CommandLine.h"
#include "runtime/report/Progress.h"
#include "runtime/train/Results.h"

#include <nnxrt/abi.h>

#include <vector>

namespace nnxrt {

/// Compares with the report that --against names, else with the results folder `out`. Exit status:
/// 0 the same, 1 not, 130 interrupted. Throws what reading, planning and training throw.
int verifyStudy(const nnxrt_study &compiled, const Study &study, std::vector<PointInfo> points,
                const Options &options, const std::filesystem::path &out,
                const ProgressStyle &style);

} // namespace nnxrt
