// Pictures of test samples that runs have wrong, in results.sqlite: the data set may be gone when a
// report is written again.
#pragma once

#include "runtime/store/Database.h"
#include "runtime/store/StudyResults.h"

#include <set>
#include <span>
#include <vector>

namespace nnxrt {

struct SampleSet;

/// The wrong samples of highest confidence, at most 24, without their pictures. A confidence that
/// is NaN is none.
std::vector<WrongSample> surestWrong(std::span<const uint16_t> labels,
                                     std::span<const uint16_t> predicted,
                                     std::span<const float> confidence);

/// Fills the pictures of the run's wrong samples, where they were kept.
void loadPictures(Database &database, StoredRun &run);

/// Takes the pictures of the run's wrong samples from the data set, fills them in and stores them.
/// Samples that are no pictures of 1 or 3 channels, or larger than 256 x 256, have none.
void keepPicturesOf(Database &database, const SampleSet &test, StoredRun &run);

/// Drops the pictures of all other runs than these rows.
void dropPictures(Database &database, const std::set<int64_t> &kept);

} // namespace nnxrt
