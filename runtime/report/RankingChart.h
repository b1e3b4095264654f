// The points of an experiment, best first, as a Vega-Lite specification.
#pragma once

#include "runtime/report/Figures.h"

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <vector>

namespace nnxrt {

/// Most points that the chart shows.
inline constexpr size_t rankedPoints = 25;

/// The best points with their 95 % intervals. Points far below the others stand at the edge, with
/// their value.
nlohmann::json rankingChart(const ExperimentFigures &figures);

/// Whether the chart names points by their values alone, in the order of the axes: names of more
/// than two axes are too long for it.
bool namesByValues(const ExperimentFigures &figures);

/// Scores that a scale shows: from the best to somewhat beyond the median; points that lie far
/// below would squeeze the others. Lower bound first.
std::array<double, 2> scaleOf(const ExperimentFigures &figures);

/// The points whose score lies outside that scale.
std::vector<const PointFigures *> belowScale(const ExperimentFigures &figures);

} // namespace nnxrt
