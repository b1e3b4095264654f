// Learning curves as Vega-Lite specifications, and the epochs that they and the table read.
#pragma once

#include "runtime/report/Figures.h"
#include "runtime/train/EpochMetrics.h"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace nnxrt {

/// The figures of epochs that are a number somewhere.
std::vector<const EpochMetric *> curvesOf(const ExperimentFigures &figures);

/// What the curves of an experiment have in common: which point has which colour.
struct CurveLegend {
  static constexpr size_t colours = 11; // as charts.js and report.css list them, grey following

  struct Entry {
    std::string name;
    size_t colour; // index; `colours` is the grey of the rest
  };
  std::vector<Entry> entries; // in the study's order, the rest last
  std::string axis;           // whose values have the colours; empty: each point has its own
};

/// Points with ended epochs: each its own colour, the best ones where there are more than colours.
CurveLegend legendOf(const ExperimentFigures &figures);

/// The values of an axis, each its own colour; without an axis, the points.
CurveLegend legendOf(const ExperimentFigures &figures, const std::string &axis);

/// One object per run that has epochs: point, repeat, seconds, samples per second and a list for
/// each of curvesOf, from epoch 1 on. Figures that are not finite are null. The page's script makes
/// rows {p: legend entry, k: point, h: its number, r: repeat, e: epoch, ...} of them.
nlohmann::json epochSeries(const ExperimentFigures &figures);

/// One line per point over epochs; with repeats their mean, with a band of one standard deviation.
/// `series` names the epochSeries.
nlohmann::json curveChart(const ExperimentFigures &figures, const CurveLegend &legend,
                          const std::string &series, const EpochMetric &metric);

} // namespace nnxrt
