// What came out of the whole study, at the head of the page.
#pragma once

#include "runtime/report/Figures.h"
#include "runtime/report/PageParts.h"

#include <vector>

namespace nnxrt {

/// Tiles of figures, and a row for each experiment.
void addOverview(PageParts &page, const StudyResults &results,
                 const std::vector<ExperimentFigures> &experiments);

} // namespace nnxrt
