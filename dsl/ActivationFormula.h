// Activations that a file declares: `activation swish2(x, beta: float = 1) = x * sigmoid(beta *
// x)`.
#pragma once

#include "dsl/Ast.h"
#include "dsl/Diagnostics.h"
#include "dsl/ScalarExpr.h"

#include <optional>
#include <vector>

namespace nnx::dsl {

/// The formula of `node` over "x", with these values of its parameters, in their order. A formula
/// is made of numbers, the functions of tables/ScalarOps.def, select(condition, a, b), pi, the rows
/// of Activations.def and what `file` declares above the node. Nothing after a report. Requires
/// that the parameters of the node are right (checkActivations).
std::optional<ScalarExpr> formulaOf(const ActivationNode &node, const std::vector<double> &values,
                                    const File &file, DiagnosticSink &sink);

} // namespace nnx::dsl
