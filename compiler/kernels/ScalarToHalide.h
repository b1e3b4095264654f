// Float code for scalar expressions: vectorised forms without a call of the C math library.
#pragma once

#include "dsl/ScalarExpr.h"

#include <Halide.h>
#include <map>
#include <string>

namespace nnx::kernels {

/// `values` gives a Float(32) expression for each variable. Throws std::out_of_range for one that
/// is missing. The result is Float(32); docs/activations.md states its error.
Halide::Expr toHalide(const dsl::ScalarExpr &e, const std::map<std::string, Halide::Expr> &values);

} // namespace nnx::kernels
