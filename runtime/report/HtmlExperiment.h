// The section of the page on one experiment.
#pragma once

#include "runtime/report/Figures.h"
#include "runtime/report/PageParts.h"

namespace nnxrt {

/// Appends summary, tables, charts and the details of each point; `number` tells experiments apart.
void addExperiment(PageParts &page, const StudyResults &results, size_t number,
                   const ExperimentFigures &figures);

} // namespace nnxrt
