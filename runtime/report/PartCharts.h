// Charts that a `report` block asks for, as Vega-Lite specifications.
#pragma once

#include "runtime/report/Figures.h"

#include <nlohmann/json_fwd.hpp>

namespace nnxrt {

/// A cell per point by two axes, coloured by a metric and with its figure.
nlohmann::json heatmapChart(const ExperimentFigures &figures, const ReportPart &part);

/// A bar per point by one axis, grouped and coloured by another if there is one.
nlohmann::json barChart(const ExperimentFigures &figures, const ReportPart &part);

} // namespace nnxrt
