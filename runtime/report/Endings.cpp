// Failures of an experiment in words.
#include "runtime/report/Endings.h"

#include "runtime/report/AutopsyText.h"
#include "runtime/report/Factors.h"
#include "runtime/report/Format.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <set>

namespace nnxrt {

static std::string endingOf(const StoredRun &run) {
  const RunResult &result = run.result;
  std::string text =
      result.status == RunStatus::finished ? "trained to the end" : nameOf(result.status);
  if (result.divergedStep > 0) {
    text = fmt::format("diverged in step {}", countText(result.divergedStep));
    if (run.stepsPerEpoch > 0)
      text = fmt::format("diverged in epoch {}, step {}",
                         (result.divergedStep - 1) / run.stepsPerEpoch + 1,
                         countText((result.divergedStep - 1) % run.stepsPerEpoch + 1));
    if (run.autopsy)
      text += "; " + overflowText(*run.autopsy);
  } else if (result.status != RunStatus::finished) {
    text += fmt::format(" in epoch {}", result.epochs);
    if (!result.message.empty())
      text += ": " + result.message;
  }
  size_t predicted = 0;
  if (result.evaluated && predictsOneClass(result.test, predicted)) {
    if (!std::isfinite(result.test.loss))
      text += fmt::format("; its outputs are not finite numbers and are read as class {}, which "
                          "gives accuracy {}",
                          predicted, shareText(result.test.accuracy));
    else
      text += fmt::format("; it predicts class {} for every sample, which gives accuracy {}",
                          predicted, shareText(result.test.accuracy));
  }
  return text;
}

static bool isRemarkable(const StoredRun &run) {
  size_t predicted = 0;
  if (run.result.status == RunStatus::running)
    return false;
  return run.result.status != RunStatus::finished || run.result.divergedStep > 0 ||
         (run.result.evaluated && predictsOneClass(run.result.test, predicted));
}

namespace {

/// What became of the runs of several points.
struct Endings {
  size_t diverged = 0, failed = 0, oneClass = 0;
  int64_t firstStep = 0, lastStep = 0; // of those that diverged

  void add(const StoredRun &run) {
    size_t predicted = 0;
    const int64_t step = run.result.divergedStep;
    if (step > 0) {
      firstStep = diverged == 0 ? step : std::min(firstStep, step);
      lastStep = std::max(lastStep, step);
      ++diverged;
    } else if (run.result.status == RunStatus::failed) {
      ++failed;
    } else if (run.result.evaluated && predictsOneClass(run.result.test, predicted)) {
      ++oneClass;
    }
  }

  [[nodiscard]] std::string text() const {
    std::string all;
    const auto add = [&](size_t count, const std::string &what) {
      if (count > 0)
        all += fmt::format("{}{} {}", all.empty() ? "" : ", ",
                           counted(static_cast<int64_t>(count), "run"), what);
    };
    add(diverged, firstStep == lastStep ? fmt::format("diverged in step {}", countText(firstStep))
                                        : fmt::format("diverged (in step {} to {})",
                                                      countText(firstStep), countText(lastStep)));
    add(oneClass, "predicted one class for every sample");
    add(failed, "failed");
    return all;
  }
};

/// Says together what failed at a value of an axis, or at two values of two axes.
class Groups {
public:
  explicit Groups(const ExperimentFigures &figures)
      : figures(figures), factors(factorsOf(figures)) {
    std::map<Assignments, std::vector<size_t>> single, pairs;
    for (const size_t p : allPoints(figures))
      for (size_t first = 0; first < factors.size(); ++first) {
        const std::pair one(first, factors[first].of[p]);
        single[{one}].push_back(p);
        for (size_t second = first + 1; second < factors.size(); ++second)
          pairs[{one, {second, factors[second].of[p]}}].push_back(p);
      }
    for (const auto *const groups : {&single, &pairs})
      for (const auto &[assignments, points] : *groups)
        say(assignments, points);
  }

  std::set<size_t> told; // points
  std::vector<std::string> sentences;

private:
  using Assignments = std::vector<std::pair<size_t, size_t>>; // factors, and a value of each

  void say(const Assignments &assignments, const std::vector<size_t> &points) {
    if (points.size() < 2 || !std::ranges::all_of(points, [&](size_t p) {
          return figures.points[p].hasFailed && !told.contains(p);
        }))
      return;
    Endings endings;
    for (const size_t p : points)
      for (const StoredRun &run : figures.points[p].results->runs)
        endings.add(run);
    told.insert(points.begin(), points.end());
    std::string at;
    for (const auto &[factor, value] : assignments)
      at += (at.empty() ? "" : ", ") + assignmentText(factors[factor], value);
    sentences.push_back(
        fmt::format("All {} points with {} failed: {}.", points.size(), at, endings.text()));
  }

  const ExperimentFigures &figures;
  const std::vector<Factor> factors;
};

} // namespace

std::vector<std::string> endingSentences(const ExperimentFigures &figures) {
  constexpr size_t named = 6; // the table tells the rest
  Groups groups(figures);
  std::vector<std::string> sentences = std::move(groups.sentences);
  size_t said = 0, others = 0, notRun = 0;
  for (size_t p = 0; p < figures.points.size(); ++p) {
    const PointFigures &point = figures.points[p];
    notRun += point.results->runs.empty() ? 1 : 0;
    if (groups.told.contains(p))
      continue;
    for (const StoredRun &run : point.results->runs) {
      if (!isRemarkable(run))
        continue;
      if (said++ >= named) {
        ++others;
        continue;
      }
      const std::string repeat =
          figures.hasRepeats() ? fmt::format(" (repeat {})", run.repeat) : "";
      sentences.push_back(fmt::format("{}{} {}.", point.name(), repeat, endingOf(run)));
    }
  }
  if (others > 0)
    sentences.push_back(fmt::format("{} more did not end well; the table marks them.",
                                    counted(static_cast<int64_t>(others), "run")));
  if (notRun > 0)
    sentences.push_back(fmt::format("{} not run.", notRun == 1
                                                       ? std::string("1 point was")
                                                       : fmt::format("{} points were", notRun)));
  return sentences;
}

} // namespace nnxrt
