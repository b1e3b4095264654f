// What varies in an experiment: axes, and axes that move together as one.
#pragma once

#include "runtime/report/Figures.h"

#include <string>
#include <vector>

namespace nnxrt {

struct Factor {
  std::string name;                // "act", "convs, hidden"
  std::vector<std::string> values; // labels, in the file's order
  std::vector<size_t> of;          // the value of each point of ExperimentFigures, by index
};

/// The factors of more than one value, in the file's order.
std::vector<Factor> factorsOf(const ExperimentFigures &figures);

/// Whether no two of these points (indices) have the same values.
bool areApart(const std::vector<Factor> &factors, const std::vector<size_t> &points);

/// Whether each combination of values is exactly one of these points.
bool isGrid(const std::vector<Factor> &factors, const std::vector<size_t> &points);

/// The indices of all points.
std::vector<size_t> allPoints(const ExperimentFigures &figures);

/// "act = relu"; with axes that move together "(convs, hidden) = (2, 2)".
std::string assignmentText(const Factor &factor, size_t value);

} // namespace nnxrt
