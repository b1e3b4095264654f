// Parts of a report.
#include "runtime/report/Parts.h"

#include "runtime/report/PointsTable.h"

namespace nnxrt {

std::vector<ReportPart> partsOf(const ExperimentFigures &figures) {
  const Experiment &experiment = *figures.experiment;
  if (!experiment.report.empty())
    return experiment.report;
  std::vector<ReportPart> parts;
  for (const char *kind : {"table", "points", "axes", "curves", "costs", "confusion_matrix"}) {
    ReportPart &part = parts.emplace_back();
    part.kind = kind;
  }
  parts.front().rows = axesOf(experiment);
  parts.front().columns = {"validation.accuracy",
                           "validation.rmse",
                           "accuracy",
                           "precision",
                           "recall",
                           "f1",
                           "rmse",
                           "mae",
                           "r2",
                           "loss",
                           "parameters",
                           "seconds"};
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
