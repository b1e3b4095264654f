// The figures that a study may name (tables/Metrics.def).
#pragma once

#include "dsl/Study.h"

namespace nnx::dsl {

enum class Better : uint8_t { higher, lower };
enum class Kept : uint8_t { epoch, run, point };
enum class Task : uint8_t { classes, numbers, any };

struct MetricRow {
  std::string_view name;
  Better better{};
  Kept kept{};
  Task task{};
  double least{}, greatest{}; // what it can be, both included
};

const std::vector<MetricRow> &metrics();

// The row that `name` means, with or without `test.` in front; null if there is none.
const MetricRow *findMetric(std::string_view name);
std::vector<std::string> metricNames();

// Why a training on `dataset` has no such figure; empty where it has one.
std::string_view whyAbsent(const MetricRow &metric, const Dataset &dataset);

} // namespace nnx::dsl
