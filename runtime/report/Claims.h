// Decides what the study claims (`expect`) from its figures.
#pragma once

#include "runtime/report/Figures.h"

#include <string>
#include <vector>

namespace nnxrt {

struct ClaimFailure {
  const PointFigures *point = nullptr;
  std::string figures; // "accuracy = 0.9801, reference.accuracy = 0.9875", or why there are none
};

struct ClaimOutcome {
  const Claim *claim = nullptr;
  size_t decided = 0; // points that it was checked for; the others were left out of this run
  std::vector<ClaimFailure> failures;
};

/// Every claim of an experiment. A figure that is not a number fails it; so does a selected point
/// without figures.
std::vector<ClaimOutcome> decideClaims(const ExperimentFigures &figures);

/// "holds for all 3 points", "fails for 1 of 3 points:", "not checked".
std::string verdictOf(const ClaimOutcome &outcome);

/// What failed, with place, point and numbers, for a terminal; empty where nothing did. A quick
/// trial claims nothing.
std::string failedClaims(const StudyResults &results);

} // namespace nnxrt
