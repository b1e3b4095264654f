// Results of several folders brought together.
#include "runtime/store/MergeResults.h"

#include "runtime/store/StoreError.h"
#include "runtime/train/SameStudy.h"

#include <algorithm>
#include <fmt/format.h>

namespace nnxrt {

static void demandSameStudy(const StoredStudy &first, const StoredStudy &other) {
  const auto fail = [&](const std::string &what) {
    throw StoreError(fmt::format("{} and {} hold different studies: {}", first.folder.string(),
                                 other.folder.string(), what));
  };
  if (first.info.quick != other.info.quick)
    fail("one is a quick trial");
  if (first.info.target != other.info.target)
    fail(fmt::format("compiled for {} and {}", first.info.target, other.info.target));
  if (const std::string difference = differenceOf(first.study, other.study); !difference.empty())
    fail(difference);
  const auto &left = first.study.experiments, &right = other.study.experiments;
  for (size_t e = 0; e < left.size(); ++e)
    if (left[e].repeats != right[e].repeats)
      fail(fmt::format("the repeats of experiment `{}`", left[e].name));
}

static bool isWhole(const StoredRun &run) {
  return run.result.status == RunStatus::finished || run.result.status == RunStatus::diverged;
}

static void demandSameResult(const StoredStudy &first, const StoredRun &left,
                             const StoredStudy &other, const StoredRun &right,
                             const std::string &point) {
  if (!isWhole(left) || !isWhole(right) || left.result.weightsSha256 == right.result.weightsSha256)
    return;
  throw StoreError(fmt::format(
      "{} and {} hold different results of `{}`, seed {}: weights {} and {}; train it again with "
      "--force where it is wrong, --verify says where",
      first.folder.string(), other.folder.string(), point, left.seed, left.result.weightsSha256,
      right.result.weightsSha256));
}

StudyResults mergeResults(const std::vector<std::unique_ptr<StoredStudy>> &folders) {
  const StoredStudy &first = *folders.front();
  StudyResults merged = first.results;
  /// Which folder the run of each point and repeat comes from.
  std::vector<std::vector<const StoredStudy *>> origins;
  for (const PointResults &point : merged.points)
    origins.emplace_back(point.runs.size(), &first);
  for (size_t f = 1; f < folders.size(); ++f) {
    const StoredStudy &other = *folders[f];
    demandSameStudy(first, other);
    merged.outcome.seconds += other.results.outcome.seconds;
    for (size_t p = 0; p < merged.points.size(); ++p) {
      PointResults &point = merged.points[p];
      const std::string &label =
          first.study.experiments[point.experiment].points[point.point].label;
      for (const StoredRun &run : other.results.points[p].runs) {
        const auto known = std::ranges::lower_bound(point.runs, run.repeat, {}, &StoredRun::repeat);
        const auto place = known - point.runs.begin();
        if (known == point.runs.end() || known->repeat != run.repeat) {
          point.runs.insert(known, run);
          origins[p].insert(origins[p].begin() + place, &other);
          continue;
        }
        demandSameResult(*origins[p][static_cast<size_t>(place)], *known, other, run, label);
        if (!isWhole(*known) && isWhole(run)) {
          *known = run;
          origins[p][static_cast<size_t>(place)] = &other;
        }
      }
    }
  }
  return merged;
}

} // namespace nnxrt
