// One set of results from several folders of the same study, such as those of shards.
#pragma once

#include "runtime/store/ResultReader.h"

#include <memory>
#include <vector>

namespace nnxrt {

/// Each point and repeat from the first folder that has a whole result, else from the first that
/// has any. Throws StoreError where folders hold different studies, or different results of the
/// same run; the message names both. The info is that of the first, which outlives the result.
StudyResults mergeResults(const std::vector<std::unique_ptr<StoredStudy>> &folders);

} // namespace nnxrt
