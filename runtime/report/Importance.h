// Which axes of an experiment mattered: shares of the variance of the score over its grid.
#pragma once

#include "runtime/report/Factors.h"

#include <optional>
#include <string>
#include <vector>

namespace nnxrt {

/// One axis, or two together beyond what each does alone.
struct VarianceShare {
  std::string name; // "act", "act × width"
  double share = 0; // of the variance over the points
};

/// Analysis of variance of a complete grid of mean scores y, one per point. A factor's share is
/// sum over its values v of n_v (mean_v - mean)^2 / sum of (y - mean)^2; that of a pair is the same
/// over pairs of values, less the shares of both. On a complete grid these are orthogonal, so they
/// add up (functional ANOVA: Hooker 2007; for hyperparameters Hutter, Hoos and Leyton-Brown 2014).
struct Importance {
  std::vector<VarianceShare> shares; // factors and pairs, largest first
  double rest = 0;                   // three and more factors together, and chance
  std::vector<std::string> left;     // values left out, since points that have them failed
  std::vector<size_t> points;        // that it was made from
  size_t factor = 0;                 // of factorsOf: that of the largest share
};

/// Nothing where the points that ended well are no complete grid of two values at least, or where
/// all scores are equal. Values of one factor that hold all points that failed are left out.
std::optional<Importance> importanceOf(const ExperimentFigures &figures,
                                       const std::vector<Factor> &factors);

} // namespace nnxrt
