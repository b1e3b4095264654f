// A scalar expression compiled for repeated evaluation in double precision.
#pragma once

#include "dsl/ScalarExpr.h"

#include <span>
#include <string>
#include <vector>

namespace nnx::dsl {

/// Straight-line code; equal subtrees are computed once. Safe to call from several threads.
class ScalarProgram {
public:
  /// `inputs` names the values of each call, in order. Throws std::out_of_range for a variable of
  /// `e` that is not among them.
  ScalarProgram(const ScalarExpr &e, const std::vector<std::string> &inputs);

  double operator()(std::span<const double> values) const;
  double operator()(double value) const { return (*this)(std::span<const double>(&value, 1)); }

private:
  struct Step {
    ScalarOp op;
    uint32_t operands[3]; ///< earlier steps; of a Variable the place among the inputs
    double constant;
  };
  std::vector<Step> steps;
};

} // namespace nnx::dsl
