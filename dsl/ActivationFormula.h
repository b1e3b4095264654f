// Activations that a file declares: `activation swish2(x, beta: float = 1) = x * sigmoid(beta *
// x)`.
#pragma once

#include "dsl/Ast.h"
#include "dsl/Diagnostics.h"
#include "dsl/ScalarExpr.h"

#include <optional>
#include <vector>

namespace nnx::dsl {

/// Checks the declared activations of `file`, from the first to the last, and resolves those that
/// are right and have a default for every parameter. Formulas call only what is resolved, so
/// nothing recurses and the work grows with the file.
void resolveActivations(File &file, DiagnosticSink &sink);

/// The formula of `node` over "x", with these values of its parameters, in their order. A formula
/// is made of numbers, the functions of tables/ScalarOps.def, select(condition, a, b), pi, the rows
/// of Activations.def and what `file` declares above the node. Nothing after a report; what is
/// wrong with an activation that it calls is reported there.
std::optional<ScalarExpr> formulaOf(const ActivationNode &node, const std::vector<double> &values,
                                    const File &file, DiagnosticSink &sink);

} // namespace nnx::dsl
