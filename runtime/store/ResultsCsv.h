// results.csv: one row per point and repeat.
#pragma once

#include "runtime/store/StudyResults.h"

#include <string>

namespace nnxrt {

/// RFC 4180 with "\n": experiment, one column per axis name of the study (`axis_` before a name
/// that a fixed column has), repeat, seed, epochs, loss, accuracy, precision, recall, f1, seconds,
/// status, weights,
/// run (rows of equal run come from one training). Rows of points without a run are left out;
/// figures that do not exist are empty.
std::string csvOf(const StudyResults &results);

/// One field: in quotes where it needs them.
std::string csvField(std::string_view text);

} // namespace nnxrt
