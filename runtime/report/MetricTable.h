// The figures that reports, references and claims name: where each comes from and how it reads. The
// names are those of dsl/tables/Metrics.def.
#pragma once

#include "runtime/store/StudyResults.h"

#include <string>
#include <string_view>
#include <vector>

namespace nnxrt {

enum class Unit { share, loss, seconds, count };

struct MetricRow {
  std::string_view name;  // "macro_f1"
  std::string_view title; // "macro F1"
  Unit unit{};
  bool higherIsBetter = true;
  double (*of)(const Point &point, const StoredRun &run) = nullptr;
};

const std::vector<MetricRow> &metricTable();

/// Null for a name that there is not.
const MetricRow *findMetric(std::string_view name);

/// What writes a figure as people read it.
using FigureWriter = std::string (*)(double);
FigureWriter writerOf(Unit unit);
std::string textOf(Unit unit, double value);

} // namespace nnxrt
