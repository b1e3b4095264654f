// The figures of one point class by class, in the page.
#pragma once

#include "runtime/report/Figures.h"
#include "runtime/report/PageParts.h"

#include <string>

namespace nnxrt {

/// Confusion matrix, figures of each class, reliability, and the test samples that the point has
/// most confidently wrong. `name` tells charts apart.
void addClasses(PageParts &page, const std::string &name, const Study &study,
                const ExperimentFigures &figures, const PointFigures &point);

} // namespace nnxrt
