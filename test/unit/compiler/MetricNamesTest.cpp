// The language and the runtime know the same figures, and agree which direction is better.
#include "dsl/Metrics.h"
#include "runtime/report/MetricTable.h"
#include "runtime/train/EpochMetrics.h"

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

TEST(MetricNames, of_epochs_are_those_of_the_runtime) {
  size_t kept = 0;
  for (const nnx::dsl::MetricRow &name : nnx::dsl::metrics()) {
    const nnxrt::EpochMetric *metric = nnxrt::epochMetric(name.name);
    EXPECT_EQ(metric != nullptr, name.kept == nnx::dsl::Kept::epoch) << name.name;
    if (metric == nullptr)
      continue;
    EXPECT_EQ(metric->higherIsBetter, name.better == nnx::dsl::Better::higher) << name.name;
    ++kept;
  }
  EXPECT_EQ(kept, nnxrt::epochMetrics().size());
}

} // namespace
