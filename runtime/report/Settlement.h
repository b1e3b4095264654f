// What comparisons with the best points of a study are undecided, and how many more seeds each of
// them takes.
#pragma once

#include "runtime/report/Figures.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace nnxrt {

/// What stands in the way of a comparison that is undecided.
enum class Doubt : uint8_t {
  fewSeeds, // more seeds tell, if the difference is what it seems to be
  oneSeed,  // how much seeds differ is not known: some must be tried first
  tooMany,  // more seeds than wanted would be needed
  unpaired, // the points start from different seeds
  equal     // the same figures with every seed
};

/// A point that cannot be told from the best.
struct OpenComparison {
  size_t point = 0;  // of the experiment
  size_t seeds = 0;  // that both points have
  double ahead = 0;  // by which the best is better, mean over these
  double spread = 0; // standard deviation of that over these
  Doubt doubt = Doubt::equal;
  int needed = 0;     // seeds of both; 0: no number helps
  size_t runs = 0;    // that are missing for it
  double seconds = 0; // that these take
};

struct OpenExperiment {
  ExperimentFigures figures;
  size_t best = 0;     // of figures.points
  size_t compared = 0; // points with results, the best left out
  std::vector<OpenComparison> open;
};

/// Lives no longer than the results it is made from.
struct Settlement {
  std::vector<OpenExperiment> experiments; // those that have two points with results
  /// By experiment and point: how many seeds it gets.
  std::map<std::pair<size_t, size_t>, int> wanted;
  size_t runs = 0;    // that are missing, those that points share once
  double seconds = 0; // that they take together, as long as measured before
};

/// The seeds that are tried where points have one. 2 give a deviation, but Student's test with 2
/// tells a difference above 12.7 of its standard errors alone, with 5 above 2.8; and 5 know the
/// deviation to a factor of 2.4 (the upper limit at 95 %: sqrt(4 / 0.711) by chi-square).
inline constexpr int firstSeeds = 5;

/// The comparisons of the report (compareWithBest). For a mean difference d with deviation s over n
/// seeds, the fewest n at which the paired test at the level that Holm's correction leaves tells an
/// effect d / s with probability 0.8 (pairedPower). `most`: what would take more is left open.
Settlement settlementOf(const StudyResults &results, int most);

/// For a terminal. `folder` stands in the hint on how to go on.
std::string settlementText(const Settlement &settlement, const StudyResults &results,
                           const std::string &folder);

/// The same as one JSON object.
std::string settlementJson(const Settlement &settlement, const StudyResults &results);

/// Arguments for the trainer of the study that train what is missing.
std::vector<std::string> settlementArguments(const Settlement &settlement,
                                             const StudyResults &results);

} // namespace nnxrt
