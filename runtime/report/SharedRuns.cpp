// Runs that several rows of the results come from, by their names.
#include "runtime/report/SharedRuns.h"

#include "runtime/report/Format.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <set>

namespace nnxrt {

std::vector<const StoredRun *> distinctRuns(const StudyResults &results) {
  std::vector<const StoredRun *> distinct;
  std::map<std::string, size_t> places;
  for (const PointResults &point : results.points) {
    for (const StoredRun &run : point.runs) {
      const auto [known, isNew] = places.try_emplace(run.name, distinct.size());
      if (isNew)
        distinct.push_back(&run);
      else if (run.result.steps > distinct[known->second]->result.steps)
        distinct[known->second] = &run;
    }
  }
  return distinct;
}

static std::string labelOf(const StudyResults &results, const PointResults &point) {
  return results.info->study->experiments[point.experiment].points[point.point].label;
}

/// The points that the run of this name gave results to.
static std::vector<const PointResults *> pointsOf(const StudyResults &results,
                                                  const std::string &name) {
  std::vector<const PointResults *> points;
  for (const PointResults &point : results.points)
    if (std::ranges::find(point.runs, name, &StoredRun::name) != point.runs.end())
      points.push_back(&point);
  return points;
}

std::vector<size_t> sharesOf(const ExperimentFigures &figures, const StudyResults &results) {
  std::map<std::string, std::set<const PointResults *>> users;
  for (const PointResults &point : results.points)
    for (const StoredRun &run : point.runs)
      users[run.name].insert(&point);
  std::vector<size_t> shares;
  for (const PointFigures &point : figures.points) {
    std::set<const PointResults *> all{point.results};
    for (const StoredRun &run : point.results->runs)
      all.insert(users[run.name].begin(), users[run.name].end());
    shares.push_back(all.size() - 1);
  }
  return shares;
}

static std::string sentenceOf(const std::vector<const PointResults *> &points, size_t experiment,
                              const StudyResults &results) {
  std::vector<std::string> here, elsewhere;
  for (const PointResults *point : points) {
    if (point->experiment == experiment)
      here.push_back(labelOf(results, *point));
    else
      elsewhere.push_back(fmt::format("{}: {}",
                                      results.info->study->experiments[point->experiment].name,
                                      labelOf(results, *point)));
  }
  std::string text =
      fmt::format("{} {} one run", fmt::join(here, "; "), here.size() > 1 ? "share" : "shares");
  if (!elsewhere.empty())
    text += fmt::format(" with {}", fmt::join(elsewhere, "; "));
  return text + ".";
}

std::vector<std::string> sharingSentences(const ExperimentFigures &figures,
                                          const StudyResults &results) {
  constexpr size_t named = 40; // the column of runs tells the rest
  std::vector<std::string> sentences;
  std::vector<std::vector<const PointResults *>> told;
  size_t others = 0;
  for (const PointFigures &point : figures.points) {
    for (const StoredRun &run : point.results->runs) {
      const std::vector<const PointResults *> points = pointsOf(results, run.name);
      if (points.size() < 2 || std::ranges::find(told, points) != told.end())
        continue;
      told.push_back(points);
      if (sentences.size() < named)
        sentences.push_back(sentenceOf(points, point.results->experiment, results));
      else
        ++others;
    }
  }
  if (others > 0)
    sentences.push_back(fmt::format("{} more share runs; rows of equal run in results.csv do.",
                                    counted(static_cast<int64_t>(others), "group of points")));
  return sentences;
}

} // namespace nnxrt
