// Compares the experiments of two studies, and the points of each.
#include "runtime/train/SameStudy.h"

#include <algorithm>
#include <fmt/format.h>

namespace nnxrt {

std::string differenceOf(const Study &study, const Study &other) {
  const auto &left = study.experiments, &right = other.experiments;
  if (!std::ranges::equal(left, right, {}, &Experiment::name, &Experiment::name))
    return "the list of experiments";
  for (size_t e = 0; e < left.size(); ++e) {
    const auto &points = left[e].points, &others = right[e].points;
    if (points.size() != others.size())
      return fmt::format("the number of points of experiment `{}`", left[e].name);
    for (size_t p = 0; p < points.size(); ++p)
      if (points[p].label != others[p].label || points[p].key != others[p].key)
        return fmt::format("point {}/{} ({})", left[e].name, p + 1, points[p].label);
  }
  return {};
}

} // namespace nnxrt
