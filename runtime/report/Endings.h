// How runs ended that did not end well, in sentences.
#pragma once

#include "runtime/report/Figures.h"

#include <string>
#include <vector>

namespace nnxrt {

/// What failed and why: together where all points of a value of an axis did, or of two values of
/// two axes, else point by point; and how many points were not run.
std::vector<std::string> endingSentences(const ExperimentFigures &figures);

} // namespace nnxrt
