// The figures of a report: runs of one point brought together, and what they amount to in words.
#pragma once

#include "runtime/report/MetricTable.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace nnxrt {

/// Mean and standard deviation (n - 1) over the repeats of a point.
struct Spread {
  size_t count = 0;
  double mean = 0, deviation = 0; // mean is NaN without a value; deviation 0 with one
};

Spread spreadOf(const std::vector<double> &values);

/// "± 0.0011", with as many decimals as `text` gives the mean; "" where there is none.
std::string deviationText(const Spread &spread, std::string (*text)(double));

/// "0.9880", with repeats "0.9880 ± 0.0011"; "" without a value. `text` writes one number.
std::string spreadText(const Spread &spread, std::string (*text)(double));

/// Where the true share lies with 95 % probability, given `share` of `samples`: Wilson's interval.
struct Interval {
  double low = 0, high = 0;
};
Interval wilsonInterval(double share, int64_t samples);

struct PointFigures {
  const Experiment *experiment = nullptr;
  const Point *point = nullptr;
  const PointResults *results = nullptr;
  const MetricRow *metric = nullptr;   // that which points are ranked by
  Spread score;                        // its figure, over whole runs
  std::vector<const StoredRun *> runs; // of these, those with figures
  const StoredRun *bestRun = nullptr;  // of these, the one that is best where the best is chosen
  std::string status;                  // "finished", "diverged", "2 of 3 runs diverged", "not run"
  bool hasFailed = false; // a run diverged, failed, or learnt one class for every sample

  /// Of any figure, over the same runs.
  [[nodiscard]] Spread spread(const MetricRow &metric) const;
  /// The value of an axis; empty for another name.
  [[nodiscard]] const std::string &coordinate(const std::string &axis) const;
  /// What names the point: its axes, or its network where there is none.
  [[nodiscard]] const std::string &name() const {
    return point->label.empty() ? point->network : point->label;
  }
};

/// Whether every sample gets the same class, `predicted`.
bool predictsOneClass(const Metrics &test, size_t &predicted);

/// Where the true score lies with 95 % probability: by the deviation over repeats (Student), else
/// by the number of test samples (Wilson, for shares alone).
std::optional<Interval> intervalOf(const PointFigures &point);

struct ExperimentFigures {
  const Experiment *experiment = nullptr;
  const MetricRow *metric = nullptr;    // that which points are ranked by
  const MetricRow *selection = nullptr; // that which the best is chosen by
  std::vector<PointFigures> points;     // in the study's order

  [[nodiscard]] const std::string &title() const {
    return experiment->title.empty() ? experiment->name : experiment->title;
  }
  /// The best mean score on the validation share where runs have one, else on the test set; the
  /// first among equals; null without results.
  [[nodiscard]] const PointFigures *best() const;
  /// "the validation share" or "the test set".
  [[nodiscard]] const char *selectedOn() const;
  /// Whether points run more than once, by the study or where more seeds were asked for.
  [[nodiscard]] bool hasRepeats() const;
  /// "3 repeats", or "1 to 5 repeats" where points have different numbers of runs.
  [[nodiscard]] std::string repeatsText() const;
  /// Points that have results, best first.
  [[nodiscard]] std::vector<const PointFigures *> ranking() const;
  /// "accuracy on the test set".
  [[nodiscard]] std::string scoreTitle() const {
    return std::string(metric->title) + " on the test set";
  }
  /// Whether a score is better than another.
  [[nodiscard]] bool isBetter(double score, double other) const {
    return metric->higherIsBetter ? score > other : score < other;
  }
};

/// One entry per experiment that has a selected point or a result. `results` outlives it.
std::vector<ExperimentFigures> figuresOf(const StudyResults &results);

/// The rows of results.sqlite of the best run of each experiment.
std::set<int64_t> bestRows(const StudyResults &results);

/// What came out of an experiment, in plain sentences: best point, spread, what failed and how.
std::vector<std::string> summaryOf(const ExperimentFigures &figures, const StudyResults &results);

} // namespace nnxrt
