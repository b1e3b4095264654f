// Which points of a study are trained.
#pragma once

#include "runtime/train/Results.h"

#include <stdexcept>
#include <string>
#include <vector>

namespace nnxrt {

/// --only names what the study does not have. The message lists what it has.
struct SelectionError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The points that one of `only` ("EXPERIMENT" or "EXPERIMENT/POINT") names, all if it is empty, in
/// the study's order, each once. POINT is a label (spaces do not count) or a number from 1.
std::vector<PointInfo> selectPoints(const Study &study, const std::vector<std::string> &only);

/// Of those of `points` that a wish of --repeats names ("N", "EXPERIMENT=N", "EXPERIMENT/POINT=N"),
/// at least N runs are wanted. Throws SelectionError.
void askForRepeats(const Study &study, const std::vector<std::string> &wishes,
                   std::vector<PointInfo> &points);

} // namespace nnxrt
