// The figures that a study may name (tables/Metrics.def).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nnx::dsl {

enum class Better : uint8_t { higher, lower };
enum class Kept : uint8_t { epoch, run, point };

struct MetricRow {
  std::string_view name;
  Better better{};
  Kept kept{};
};

const std::vector<MetricRow> &metrics();

// The row that `name` means, with or without `test.` in front; null if there is none.
const MetricRow *findMetric(std::string_view name);
std::vector<std::string> metricNames();

} // namespace nnx::dsl
