// `nnxc report --tensorboard`: results as folders of events.
#pragma once

#include "runtime/store/StudyResults.h"

#include <filesystem>

namespace nnx::tensorboard {

// Writes EXPERIMENT/POINT/events.out.tfevents.nnx below `folder` for each run of each point, with
// repeats EXPERIMENT/POINT/seed SEED/..., and returns how many. Throws nnxrt::StoreError.
size_t writeEvents(const nnxrt::StudyResults &results, const std::filesystem::path &folder);

} // namespace nnx::tensorboard
