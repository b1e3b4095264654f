// What axes do and what points cost, as charts in the page.
#pragma once

#include "runtime/report/Figures.h"
#include "runtime/report/PageParts.h"

#include <string>

namespace nnxrt {

/// For two factors a heatmap, for three small multiples, for more parallel coordinates; what each
/// value of an axis does, and how much of the variance each axis accounts for.
void addAxisCharts(PageParts &page, const std::string &experiment,
                   const ExperimentFigures &figures);

/// The heatmap that a report block asks for.
void addHeatmap(PageParts &page, const std::string &name, const ExperimentFigures &figures,
                const ReportPart &part);

/// Score over time, and measured over predicted time.
void addCostCharts(PageParts &page, const std::string &experiment,
                   const ExperimentFigures &figures);

} // namespace nnxrt
