// What points cost beside what they reach, as Vega-Lite specifications.
#pragma once

#include "runtime/report/Figures.h"

#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace nnxrt {

/// Seconds that `nnxc plan` predicts for a run, on one core; nothing where the work is not known.
std::optional<double> predictedSeconds(const Point &point, const StoredRun &run);

/// Score over the time of a run; the size of a dot is its memory.
nlohmann::json costChart(const ExperimentFigures &figures);

/// Measured over predicted seconds, with the line where both are equal. Null where nothing is
/// predicted.
nlohmann::json predictionChart(const ExperimentFigures &figures);

} // namespace nnxrt
