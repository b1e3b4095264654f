// What the report of an experiment is made of: the parts its `report` block names, or those that
// every experiment gets.
#pragma once

#include "runtime/report/Figures.h"

#include <vector>

namespace nnxrt {

/// Without a block: a table of all axes, charts of all points, of what the axes do, of the curves
/// and of what points cost, and the figures of the best point by class. The kinds "points", "axes",
/// "curves" and "costs" stand for the charts that no block names.
std::vector<ReportPart> partsOf(const ExperimentFigures &figures);

/// The point of a confusion matrix, if it has figures.
const PointFigures *pointOf(const ReportPart &part, const ExperimentFigures &figures);

} // namespace nnxrt
