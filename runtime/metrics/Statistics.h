// Tests and intervals of small samples. p values are two-sided.
#pragma once

#include <cstdint>
#include <vector>

namespace nnxrt {

/// The regularized incomplete beta function I_x(a, b), a and b above 0, x in [0, 1].
double incompleteBeta(double a, double b, double x);

/// Probability of a |t| at least this large under Student's distribution.
double studentTail(double t, double freedom);

/// The t that |t| exceeds with probability `tail`.
double studentQuantile(double tail, double freedom);

/// McNemar's exact test: `first` samples that only one of two models has right, `second` that only
/// the other has. 1 where they never differ.
double mcNemarTest(int64_t first, int64_t second);

/// Student's paired test that the mean of the differences is 0; at least two are needed. Equal
/// differences give 1 where they are 0, and 0 elsewhere.
double pairedTest(const std::vector<double> &differences);

/// Holm's correction of p values for their number, in their order.
std::vector<double> holmCorrected(const std::vector<double> &values);

} // namespace nnxrt
