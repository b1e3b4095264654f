// Which runs the points of a study need: points that mean the same, or differ only in how long they
// train, share one.
#pragma once

#include "runtime/train/Trainer.h"

#include <span>
#include <vector>

namespace nnxrt {

/// What a run of `point` with `dataset` is keyed by, beside its seed. `start`: the weights it
/// starts from, null for random ones.
std::string runKey(const Point &point, const Dataset &dataset, const WeightsFile *start = nullptr);

/// What a run of `point` alone will do with `dataset`. `quick`: one epoch on a fiftieth of the
/// samples.
RunInfo planRun(const PointInfo &point, int repeat, const Dataset &dataset, bool quick,
                const WeightsFile *start = nullptr);

/// Joins the requests of equal key and seed, in the order of the first of each. A joined run trains
/// as long as the longest and keeps results after the steps of each.
std::vector<RunRequest> shareRuns(std::span<const RunRequest> requests);

/// The most of `requests` that a device can train side by side: runs of one variant and batch size,
/// whatever their numbers are.
int mostTogether(std::span<const RunRequest> requests);

/// Says of each with how many others that may be, of the `atOnce` that one GPU trains.
void planTogether(std::span<RunRequest> requests, int atOnce);

/// Puts the runs with the most work first, those of equal work in their order, so that several jobs
/// end at about the same time: the last to start is short.
void orderLongestFirst(std::vector<RunRequest> &requests);

/// `run` with those of its snapshots alone; it ends with the last, and has the name of its point.
RunInfo limitedTo(const RunInfo &run, std::vector<int64_t> snapshots);

/// Names a run in tables and files: twelve hex digits of what it is keyed by. Rows of results with
/// equal names come from the same training.
std::string runName(const std::string &key, uint64_t seed, bool quick, const std::string &target);

} // namespace nnxrt
