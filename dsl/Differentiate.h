// Symbolic derivatives of scalar expressions.
#pragma once

#include "dsl/ScalarExpr.h"

#include <string_view>

namespace nnx::dsl {

/// The derivative of `e` by `variable`, simplified. Where there is none, TensorFlow's choice: abs
/// has slope 0 at 0, min and max at a tie follow their first operand, select follows the branch
/// taken, sign has slope 0.
ScalarExpr differentiate(const ScalarExpr &e, std::string_view variable);

} // namespace nnx::dsl
