// Rows of tables/Metrics.def.
#include "dsl/Metrics.h"

#include <cmath>

namespace nnx::dsl {

const std::vector<MetricRow> &metrics() {
  static const std::vector<MetricRow> rows = {
#define NNX_METRIC(NAME, DIRECTION, KEPT, TASK, LEAST, GREATEST)                                   \
  {NAME, Better::DIRECTION, Kept::KEPT, Task::TASK, LEAST, GREATEST},
#include "dsl/tables/Metrics.def"
  };
  return rows;
}

const MetricRow *findMetric(std::string_view name) {
  constexpr std::string_view share = "test.";
  const bool isOfTest = name.starts_with(share);
  if (isOfTest)
    name.remove_prefix(share.size());
  for (const MetricRow &row : metrics())
    if (row.name == name)
      return isOfTest && (row.kept == Kept::point || name == "seconds" ||
                          name.find('.') != std::string_view::npos)
                 ? nullptr
                 : &row;
  return nullptr;
}

std::vector<std::string> metricNames() {
  std::vector<std::string> names;
  for (const MetricRow &row : metrics())
    names.emplace_back(row.name);
  return names;
}

std::string_view whyAbsent(const MetricRow &metric, const Dataset &dataset) {
  if (metric.task == Task::numbers && dataset.targets == 0)
    return "it has classes, not numbers to predict";
  if (metric.task == Task::classes && dataset.classes == 0)
    return "it has numbers to predict, not classes";
  if (metric.name.starts_with("validation.") && !dataset.hasValidation)
    return "it has no validation share";
  return {};
}

} // namespace nnx::dsl
