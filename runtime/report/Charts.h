// Charts of a report as Vega-Lite specifications.
#pragma once

#include "runtime/report/Figures.h"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace nnxrt {

/// What the curves of an experiment have in common: which point has which colour.
struct CurveLegend {
  static constexpr size_t colours = 11; // as report.js and report.css list them, grey following

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

/// The field of curveRows that holds a metric: "va" for "accuracy".
const char *curveField(const std::string &metric);

/// Accuracy of each point with its 95 % interval (one run) or standard deviation (repeats), best
/// first. Points far below the others stand at the left edge, with their value.
nlohmann::json accuracyChart(const ExperimentFigures &figures);

/// Rows {p: legend entry, k: point, e: epoch, ta, tl, va, vl}: training and test accuracy and loss,
/// means over repeats; a figure that is not finite is null.
nlohmann::json curveRows(const ExperimentFigures &figures, const CurveLegend &legend);

/// One line per point over epochs, of `field` of the rows in the data set `data`.
nlohmann::json curveChart(const ExperimentFigures &figures, const CurveLegend &legend,
                          const std::string &data, const char *field);

/// Counts by true and predicted class, coloured by the share of the true class.
nlohmann::json confusionChart(const Metrics &metrics, const std::vector<std::string> &classes);

/// Names of the classes of a point's data set; numbers where the file gives none.
std::vector<std::string> classNames(const DatasetSpec &dataset);

/// Accuracy below which a point would squeeze the scale of the others.
double accuracyFloor(const std::vector<const PointFigures *> &ranking);

} // namespace nnxrt
