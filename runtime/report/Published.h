// A figure that others published beside ours, and whether chance explains the difference.
#pragma once

#include "runtime/report/Figures.h"
#include "runtime/report/MetricTable.h"

#include <optional>

namespace nnxrt {

struct Published {
  double published = 0, difference = 0; // difference: ours - published
  /// The difference lies within the 95 % interval that the number of test samples leaves to both
  /// figures; for shares alone.
  std::optional<bool> withinSamples;
  /// It lies within the 95 % prediction interval of one more run, by our deviation over the seeds;
  /// with repeats alone.
  std::optional<bool> withinSeeds;

  bool isBetter = false; // ours is

  /// "chance", "chance (seeds)", "chance (samples)", "better" or "worse".
  [[nodiscard]] std::string verdict() const;
  /// "good" or "bad" where the difference is no chance, else "".
  [[nodiscard]] std::string tone() const;
};

/// Nothing where the point has no published figure of that name, or no figure of ours.
std::optional<Published> publishedOf(const PointFigures &point, const MetricRow &metric);

/// Whether some point of the experiment has a published figure of that name.
bool hasPublished(const Experiment &experiment, std::string_view metric);

/// What the verdicts say, for a reader; empty for an experiment without published figures.
std::string publishedNote(const ExperimentFigures &figures);

} // namespace nnxrt
