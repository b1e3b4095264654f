// The language and the runtime know the same figures, and agree which direction is better.
#include "dsl/Metrics.h"
#include "runtime/report/MetricTable.h"

#include <gtest/gtest.h>

namespace {

TEST(MetricNames, are_those_of_the_runtime) {
  const auto &names = nnx::dsl::metrics();
  ASSERT_EQ(names.size(), nnxrt::metricTable().size());
  for (const nnx::dsl::MetricRow &name : names) {
    const nnxrt::MetricRow *row = nnxrt::findMetric(name.name);
    ASSERT_NE(row, nullptr) << name.name;
    EXPECT_EQ(row->higherIsBetter, name.better == nnx::dsl::Better::higher) << name.name;
  }
}

} // namespace
