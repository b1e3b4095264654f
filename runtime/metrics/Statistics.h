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

/// Probability that Student's paired test on `pairs` (2 or more) tells at `level` when the mean of
/// the differences is `effect` of their standard deviations from 0: that of a |T| beyond the
/// quantile, T of the noncentral t distribution with freedom pairs - 1 and shift
/// effect * sqrt(pairs) (Cohen, Statistical Power Analysis for the Behavioral Sciences, 1988, 2.3).
double pairedPower(double effect, int64_t pairs, double level);

/// The fewest pairs, up to `most`, that reach `power`; 0: more.
int64_t pairsNeeded(double effect, double level, double power, int64_t most);

/// Holm's correction of p values for their number, in their order.
std::vector<double> holmCorrected(const std::vector<double> &values);

/// What Holm's correction demands of each p value: `level` divided by how many are not smaller.
std::vector<double> holmLevels(const std::vector<double> &values, double level);

} // namespace nnxrt
