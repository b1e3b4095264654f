// Parts of a report.
#include "runtime/report/Parts.h"

#include "runtime/report/PointsTable.h"

#include <set>

namespace nnxrt {

/// The two axes that vary, if every pair of their values is one point.
static std::vector<std::string> heatmapAxes(const Experiment &experiment) {
  std::vector<std::string> axes;
  for (const Axis &axis : experiment.axes)
    if (axis.values.size() > 1)
      axes.push_back(axis.name);
  if (axes.size() != 2)
    return {};
  std::set<std::vector<std::string>> places;
  for (const Point &point : experiment.points) {
    std::vector<std::string> place;
    for (const auto &[name, value] : point.axes)
      if (name == axes[0] || name == axes[1])
        place.push_back(value);
    if (!places.insert(std::move(place)).second)
      return {};
  }
  return axes;
}

std::vector<ReportPart> partsOf(const ExperimentFigures &figures) {
  const Experiment &experiment = *figures.experiment;
  if (!experiment.report.empty())
    return experiment.report;
  ReportPart table, points, curves, heatmap, confusion;
  table.kind = "table";
  table.rows = axesOf(experiment);
  table.columns = {"accuracy", "precision", "recall", "f1", "loss", "parameters", "seconds"};
  points.kind = "points";
  curves.kind = "curves";
  confusion.kind = "confusion_matrix";
  std::vector<ReportPart> parts{table, points, curves};
  if (const auto axes = heatmapAxes(experiment); !axes.empty()) {
    heatmap.kind = "heatmap";
    heatmap.x = axes[1]; // the axis written last varies fastest: along the row
    heatmap.y = axes[0];
    heatmap.color = "accuracy";
    parts.push_back(heatmap);
  }
  parts.push_back(confusion);
  return parts;
}

const PointFigures *pointOf(const ReportPart &part, const ExperimentFigures &figures) {
  if (part.point < 0)
    return figures.best();
  const Point &wanted = figures.experiment->points[static_cast<size_t>(part.point)];
  for (const PointFigures &point : figures.points)
    if (point.point == &wanted)
      return point.bestRun ? &point : nullptr;
  return nullptr;
}

} // namespace nnxrt
