// Which points of an experiment cannot be told from the best, by paired tests.
#pragma once

#include "runtime/report/Figures.h"

#include <string>
#include <utility>
#include <vector>

namespace nnxrt {

struct Comparison {
  bool isBest = false;
  bool isTested = false; // against the best
  bool isTold = true;    // from the best, at 5 %
  double p = 1;          // corrected for the number of points
  bool isPaired = false; // tested over seeds, not over the predictions of one
  double level = 0;      // what Holm's correction demands of the uncorrected p at its rank
};

/// The scores of runs of both points that started from the same seed.
std::vector<std::pair<const StoredRun *, const StoredRun *>> pairsOf(const PointFigures &a,
                                                                     const PointFigures &b);

/// Of those, how much better the first is.
std::vector<double> differencesOf(const PointFigures &best, const PointFigures &other);

/// One entry per point. Where both points have several seeds in common, Student's paired test on
/// their scores; otherwise McNemar's on the predictions. Holm's correction over the points that are
/// tested.
std::vector<Comparison> compareWithBest(const ExperimentFigures &figures);

/// What was tested and how, for a reader; empty where nothing was.
std::string comparisonNote(const std::vector<Comparison> &comparisons);

} // namespace nnxrt
