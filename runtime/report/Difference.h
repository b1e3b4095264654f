// Two results of a study, or of two versions of it, side by side.
#pragma once

#include "runtime/store/ResultReader.h"

#include <string>

namespace nnxrt {

struct Difference {
  bool equal = true;
  std::string text; // a table, points that differ first, and a closing line
};

/// Points are matched by experiment, label and repeat. Results are equal when status, figures on
/// the test set and weights are; what they took is not compared.
Difference compareResults(const StoredStudy &left, const StoredStudy &right);

} // namespace nnxrt
