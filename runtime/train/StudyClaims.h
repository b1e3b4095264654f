// Reading what a study claims and what its report shows.
#pragma once

#include "runtime/train/JsonNode.h"

namespace nnxrt {

/// Throws StudyError; so does a point that is not among the experiment's `points`.
Claim readClaim(const JsonNode &node, size_t points);
ReportPart readReportPart(const JsonNode &node, size_t points);

} // namespace nnxrt
