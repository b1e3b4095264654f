// Published figures and chance.
#include "runtime/report/Published.h"

#include "runtime/metrics/Statistics.h"
#include "runtime/report/Format.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace nnxrt {

static constexpr double tail = 0.05;
static constexpr double normalQuantile = 1.959963984540054; // exceeded with probability `tail`

std::string Published::verdict() const {
  if (withinSamples.value_or(false) && withinSeeds.value_or(true))
    return "chance";
  if (withinSeeds.value_or(false))
    return withinSamples ? "chance (seeds)" : "chance";
  if (withinSamples.value_or(false))
    return "chance (samples)";
  return difference == 0 ? "" : isBetter ? "better" : "worse";
}

std::string Published::tone() const {
  const std::string text = verdict();
  return text == "better" ? "good" : text == "worse" ? "bad" : "";
}

std::optional<Published> publishedOf(const PointFigures &point, const MetricRow &metric) {
  const auto &figures = point.point->reference;
  const auto found = std::find_if(figures.begin(), figures.end(),
                                  [&](const auto &figure) { return figure.first == metric.name; });
  const Spread ours = point.spread(metric);
  if (found == figures.end() || ours.count == 0)
    return std::nullopt;
  Published result;
  result.published = found->second;
  result.difference = ours.mean - found->second;
  result.isBetter = (result.difference > 0) == metric.higherIsBetter;
  const double distance = std::abs(result.difference);
  if (metric.unit == Unit::share && point.bestRun->result.test.classes > 0) {
    const auto samples = static_cast<double>(point.bestRun->result.test.samples);
    const auto variance = [&](double share) {
      return std::max(0.0, share * (1 - share)) / samples;
    };
    result.withinSamples =
        distance <= normalQuantile * std::sqrt(variance(result.published) + variance(ours.mean));
  }
  if (ours.count > 1) {
    const auto count = static_cast<double>(ours.count);
    result.withinSeeds =
        distance <= studentQuantile(tail, count - 1) * ours.deviation * std::sqrt(1 + 1 / count);
  }
  return result;
}

bool hasPublished(const Experiment &experiment, std::string_view metric) {
  return std::any_of(experiment.points.begin(), experiment.points.end(), [&](const Point &point) {
    return std::any_of(point.reference.begin(), point.reference.end(),
                       [&](const auto &figure) { return figure.first == metric; });
  });
}

std::string publishedNote(const ExperimentFigures &figures) {
  const auto &points = figures.experiment->points;
  if (std::all_of(points.begin(), points.end(),
                  [](const Point &point) { return point.reference.empty(); }))
    return "";
  const bool repeats = figures.hasRepeats();
  return fmt::format(
      "Published figures stand beside ours, with ours - published as the difference. \"chance\" "
      "marks one within the 95 % interval that the number of test samples leaves to both "
      "figures{}; others are \"better\" or \"worse\".",
      repeats ? " (samples) and within that of one more run, by the deviation over seeds (seeds)"
              : "; it says nothing about other seeds, since each point ran once");
}

} // namespace nnxrt
