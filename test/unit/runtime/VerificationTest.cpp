// What a verification says of runs that were trained again.
#include "runtime/main/Verification.h"

#include "test/unit/runtime/StudyFixture.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <utility>

namespace nnxrt {
namespace {

/// A result that ends where the runs of the study do.
RunResult resultFor(const RunInfo &run) {
  RunResult result = fixture::finishedRun(10, 1000, 10);
  result.steps = run.steps;
  return result;
}

TEST(Verification, lines_are_in_the_studys_order_whatever_ends_first) {
  const Study study = fixture::studyOfActivations(2);
  const StudyInfo info = fixture::infoOf(study);
  StudyResults results;
  results.info = &info;
  for (size_t p = 0; p < 2; ++p) {
    PointResults point{.experiment = 0, .point = p, .selected = true, .runs = {}};
    for (int repeat = 0; repeat < 2; ++repeat) {
      StoredRun run;
      run.repeat = repeat;
      run.result = resultFor(fixture::runOf(study, p, repeat));
      point.runs.push_back(run);
    }
    results.points.push_back(point);
  }
  Verification verification(results);
  for (const auto &[point, repeat] : {std::pair(1, 1), {0, 1}, {1, 0}, {0, 0}}) {
    const RunInfo run = fixture::runOf(study, static_cast<size_t>(point), repeat);
    RunResult result = resultFor(run);
    if (point == 1 && repeat == 0)
      result.weightsSha256 = std::string(64, 'b');
    verification.runEnded(run, result);
  }
  EXPECT_EQ(verification.differences(), 1U);
  const uint64_t seed = study.experiments[0].points[0].settings.seed;
  const std::string name = study.experiments[0].name;
  const auto start = [&](const char *what, const char *act, uint64_t of) {
    return fmt::format("{}  {}/act = {}, seed {}: ", what, name, act, of);
  };
  EXPECT_THAT(verification.text(),
              testing::MatchesRegex(start("same     ", "relu", seed) + "[^\n]*\n" +
                                    start("same     ", "relu", seed + 1) + "[^\n]*\n" +
                                    start("different", "tanh", seed) + "[^\n]*\n" +
                                    start("same     ", "tanh", seed + 1) + "[^\n]*\n"));
}

} // namespace
} // namespace nnxrt
