// Charts over the axes of an experiment, as Vega-Lite specifications.
#pragma once

#include "runtime/report/Importance.h"

#include <nlohmann/json_fwd.hpp>

namespace nnxrt {

/// A cell per point by two factors, coloured by a metric and with its figure.
nlohmann::json heatmapChart(const ExperimentFigures &figures, const Factor &x, const Factor &y,
                            const MetricRow &metric);

/// Such a heatmap for each value of a third factor. The page's script sets its columns by the room
/// that there is.
nlohmann::json smallMultiples(const ExperimentFigures &figures, const Factor &x, const Factor &y,
                              const Factor &each, const MetricRow &metric);

/// A line per point through its value of each factor, coloured by the score, which stands last.
nlohmann::json parallelChart(const ExperimentFigures &figures, const std::vector<Factor> &factors);

/// Every point by each of its values, with the mean of each value: what an axis does to the score.
nlohmann::json effectsChart(const ExperimentFigures &figures, const std::vector<Factor> &factors);

/// Shares of variance as bars.
nlohmann::json importanceChart(const Importance &importance, size_t factors);

/// The mean of a metric by one axis, grouped and coloured by another if there is one, with one
/// standard deviation over the runs of a bar.
nlohmann::json barChart(const ExperimentFigures &figures, const ReportPart &part);

/// A factor of one axis alone.
Factor factorOf(const ExperimentFigures &figures, const std::string &axis);

} // namespace nnxrt
