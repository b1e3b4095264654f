// The page's part on runs that diverged: what overflowed first, and the norms that led there.
#pragma once

#include "runtime/report/Figures.h"

#include <string>

namespace nnxrt {

/// Empty where no run of the experiment diverged.
std::string autopsiesHtml(const ExperimentFigures &figures);

} // namespace nnxrt
