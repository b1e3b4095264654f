// Float(32) functions that vectorise, call no C math library, and let NaN and infinity through.
//
// Halide's own exp, log, max, min and clamp do not: its exp gives 0 for NaN and for +inf, its log
// 89 for NaN, its max and min either operand. Its code is compiled under fast-math, in which LLVM
// may assume that no NaN exists; tests for NaN are therefore made on the bits, by integer
// comparison.
#pragma once

#include <Halide.h>

namespace nnx::kernels {

/// Division as IEEE has it; the fast form is an estimate that differs between processors and makes
/// NaN of 1 / inf.
Halide::Expr exactQuotient(const Halide::Expr &a, const Halide::Expr &b);

/// 0 below -87.33 (no denormals), inf above 88.72.
Halide::Expr floatExp(const Halide::Expr &x);
/// exp(x) - 1, accurate near 0.
Halide::Expr floatExpm1(const Halide::Expr &x);
/// -inf at 0 and for denormals, NaN below 0.
Halide::Expr floatLog(const Halide::Expr &x);
/// log(1 + x), accurate near 0.
Halide::Expr floatLog1p(const Halide::Expr &x);
/// exp(b * log(a)): NaN where a < 0. The relative error grows with |b * log(a)|.
Halide::Expr floatPow(const Halide::Expr &a, const Halide::Expr &b);
Halide::Expr floatErf(const Halide::Expr &x);
Halide::Expr floatTanh(const Halide::Expr &x);
/// 1 / (1 + exp(-x))
Halide::Expr floatSigmoid(const Halide::Expr &x);
/// log(1 + exp(x))
Halide::Expr floatSoftplus(const Halide::Expr &x);
Halide::Expr floatSqrt(const Halide::Expr &x);
/// NaN if either is NaN.
Halide::Expr floatMin(const Halide::Expr &a, const Halide::Expr &b);
Halide::Expr floatMax(const Halide::Expr &a, const Halide::Expr &b);

} // namespace nnx::kernels
