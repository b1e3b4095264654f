// What the report of an experiment is made of: the parts its `report` block names, or those that
// every experiment gets.
#pragma once

#include "runtime/report/Figures.h"

#include <vector>

namespace nnxrt {

/// Without a block: a table of all axes, a chart of all points, the curves, a heatmap where two
/// axes vary, and the confusion matrix of the best point. The kinds "points" and "curves" stand for
/// the charts that no block names.
std::vector<ReportPart> partsOf(const ExperimentFigures &figures);

/// The point of a confusion matrix, if it has figures.
const PointFigures *pointOf(const ReportPart &part, const ExperimentFigures &figures);

} // namespace nnxrt
