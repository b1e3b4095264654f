// Everything that is decided before the first run: data, runs, and how many of them at once.
#pragma once

#include "runtime/main/CommandLine.h"
#include "runtime/train/Schedule.h"

#include <vector>

namespace nnxrt {

struct StudyPlan {
  std::shared_ptr<Device> device; // null: the processor
  StudyInfo info;
  std::vector<RunRequest> requests; // of this shard, equal points joined
  Placement placement;
};

/// "x86-64-linux-avx2-...", with "-opencl" behind it where that is the device: results of one are
/// no results of another.
std::string targetOf(const nnxrt_study &compiled, const Options &options);

/// As --jobs, --threads and --together say; without --jobs a device has as many runs for each of
/// its GPUs as that can train side by side. Tells `requests` how many those are.
Placement placeRuns(std::span<RunRequest> requests, const Options &options, const Device *device);

/// Opens the device, loads the data sets of `points` and plans their runs. Throws DataError,
/// DeviceError, StudyError.
StudyPlan planStudy(const nnxrt_study &compiled, const Study &study,
                    const std::vector<PointInfo> &points, const Options &options);

/// What would be trained, for --dry-run.
void printPlan(const StudyPlan &plan);

} // namespace nnxrt
