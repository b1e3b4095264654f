// Predicted times and what a budget leaves out.
#include "runtime/main/TimeBudget.h"
#include "test/unit/runtime/StudyFixture.h"

#include <gmock/gmock.h>

namespace nnxrt {
namespace {

using namespace fixture;
using ::testing::AllOf;
using ::testing::HasSubstr;

struct TimeBudgetTest : ::testing::Test {
  Study study = studyOfActivations();

  TimeBudgetTest() {
    study.experiments[0].points[0].flops = 1000;
    study.experiments[0].points[1].flops = 4000;
  }
};

TEST_F(TimeBudgetTest, predicts_from_measured_operations) {
  TimeBudget budget(1000);
  const RunInfo light = runOf(study, 0), heavy = runOf(study, 1);
  EXPECT_FALSE(budget.predict(light));
  EXPECT_TRUE(budget.mayStart(light)) << "of the first run nothing is known";
  // 60,000 samples in 2 s, and 10,000 test samples in 0.2 s; six epochs.
  budget.epochEnded(light, epochOf(1, 0.9));
  EXPECT_NEAR(*budget.predict(light), 6 * 2.2, 1e-6);
  EXPECT_NEAR(*budget.predict(heavy), 4 * 6 * 2.2, 1e-6);
}

TEST_F(TimeBudgetTest, counts_the_validation_share) {
  TimeBudget budget(1000);
  RunInfo with = runOf(study, 0), without = with;
  with.validationSamples = 30000;
  budget.epochEnded(with, epochOf(1, 0.9)); // 40,000 samples in 0.2 s
  EXPECT_NEAR(*budget.predict(with), 6 * 2.2, 1e-6);
  EXPECT_NEAR(*budget.predict(without), 6 * 2.05, 1e-6);
}

TEST_F(TimeBudgetTest, leaves_out_what_does_not_fit_and_says_so) {
  TimeBudget budget(30);
  const RunInfo light = runOf(study, 0), heavy = runOf(study, 1);
  budget.learnEarlier(*light.point.point, 30000);
  EXPECT_NEAR(*budget.predict(light), 6 * (2 + 1.0 / 9), 1e-6);
  EXPECT_TRUE(budget.mayStart(light));
  EXPECT_EQ(budget.summary(), "");
  EXPECT_FALSE(budget.mayStart(heavy));
  EXPECT_THAT(budget.summary(), AllOf(HasSubstr("leaves out 1 run"),
                                      HasSubstr("activations/act = tanh, about 51 s")));
}

TEST_F(TimeBudgetTest, nothing_starts_when_the_time_is_over) {
  TimeBudget budget(0);
  EXPECT_FALSE(budget.mayStart(runOf(study, 0)));
}

} // namespace
} // namespace nnxrt
