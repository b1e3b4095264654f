// Comparing results point by point.
#include "runtime/report/Difference.h"

#include "runtime/report/Format.h"
#include "runtime/report/TextWidth.h"

#include <cmath>
#include <fmt/format.h>
#include <map>
#include <tuple>
#include <vector>

namespace nnxrt {

namespace {

struct Pair {
  std::string name;
  const StoredRun *left = nullptr, *right = nullptr;
};

using Place = std::tuple<std::string, std::string, int>; // experiment, label, repeat

bool isSame(double left, double right) {
  return left == right || (std::isnan(left) && std::isnan(right));
}

bool isSame(const RunResult &left, const RunResult &right) {
  return left.status == right.status && left.weightsSha256 == right.weightsSha256 &&
         left.evaluated == right.evaluated && left.test.confusion == right.test.confusion &&
         isSame(left.test.loss, right.test.loss);
}

void collect(const StoredStudy &stored, std::vector<Pair> &pairs, std::map<Place, size_t> &places,
             const StoredRun *Pair::*side) {
  for (const PointResults &point : stored.results.points) {
    const Experiment &experiment = stored.study.experiments[point.experiment];
    const std::string &label = experiment.points[point.point].label;
    for (const StoredRun &run : point.runs) {
      const auto [known, isNew] =
          places.try_emplace({experiment.name, label, run.repeat}, pairs.size());
      if (isNew)
        pairs.push_back({fmt::format("{}: {}{}", experiment.name, label,
                                     experiment.repeats > 1 || point.runs.size() > 1
                                         ? fmt::format(" (seed {})", run.seed)
                                         : std::string())});
      pairs[known->second].*side = &run;
    }
  }
}

std::string figuresOf(const StoredRun *run) {
  if (!run)
    return "none";
  const RunResult &result = run->result;
  std::string text = nameOf(result.status);
  if (result.evaluated)
    text += fmt::format(" {} {}", shareText(result.test.accuracy), lossText(result.test.loss));
  if (!result.weightsSha256.empty())
    text += " " + result.weightsSha256.substr(0, 12);
  return text;
}

std::string tableOf(const std::vector<const Pair *> &rows) {
  size_t names = 0, figures = 0;
  for (const Pair *pair : rows) {
    names = std::max(names, textWidth(pair->name));
    figures = std::max(figures, textWidth(figuresOf(pair->left)));
  }
  std::string text;
  for (const Pair *pair : rows)
    text += fmt::format("  {}   {}   {}\n", padded(printable(pair->name), names),
                        padded(figuresOf(pair->left), figures), figuresOf(pair->right));
  return text;
}

} // namespace

Difference compareResults(const StoredStudy &left, const StoredStudy &right) {
  std::vector<Pair> pairs;
  std::map<Place, size_t> places;
  collect(left, pairs, places, &Pair::left);
  collect(right, pairs, places, &Pair::right);
  std::vector<const Pair *> same, different;
  for (const Pair &pair : pairs) {
    const bool equal = pair.left && pair.right && isSame(pair.left->result, pair.right->result);
    (equal ? same : different).push_back(&pair);
  }
  Difference difference{.equal = different.empty(), .text = {}};
  if (!different.empty())
    difference.text += "different (status, test accuracy, loss, weights):\n" + tableOf(different);
  if (!same.empty())
    difference.text += "equal:\n" + tableOf(same);
  difference.text += fmt::format("{} different, {} equal\n", different.size(), same.size());
  return difference;
}

} // namespace nnxrt
