// Learning curves in the page.
#pragma once

#include "runtime/report/Figures.h"
#include "runtime/report/PageParts.h"

#include <string>

namespace nnxrt {

/// Training and test figures over epochs, and all epochs as a table.
void addCurves(PageParts &page, const std::string &experiment, const ExperimentFigures &figures);

/// The one chart that a report block asks for.
void addCurve(PageParts &page, const std::string &experiment, const std::string &name,
              const ExperimentFigures &figures, const ReportPart &part);

} // namespace nnxrt
