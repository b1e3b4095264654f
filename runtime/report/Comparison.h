// Which points of an experiment cannot be told from the best, by paired tests.
#pragma once

#include "runtime/report/Figures.h"

#include <string>
#include <vector>

namespace nnxrt {

struct Comparison {
  bool isBest = false;
  bool isTested = false; // against the best
  bool isTold = true;    // from the best, at 5 %
  double p = 1;          // corrected for the number of points
};

/// One entry per point. With repeats, Student's paired test on the scores of equal seeds;
/// otherwise McNemar's on the predictions. Holm's correction over the points that are tested.
std::vector<Comparison> compareWithBest(const ExperimentFigures &figures);

/// What was tested and how, for a reader; empty where nothing was.
std::string comparisonNote(const ExperimentFigures &figures,
                           const std::vector<Comparison> &comparisons);

} // namespace nnxrt
