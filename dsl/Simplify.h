// Algebraic simplification of scalar expressions.
#pragma once

#include "dsl/ScalarExpr.h"

namespace nnx::dsl {

/// Folds constants, drops neutral parts and brings constants to the front of products. Equal to `e`
/// up to rounding wherever every part of `e` is finite (0 * x becomes 0).
ScalarExpr simplify(const ScalarExpr &e);

} // namespace nnx::dsl
