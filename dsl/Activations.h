// Activations of one number, read from tables/Activations.def.
#pragma once

#include "dsl/ScalarExpr.h"
#include "dsl/ScalarParser.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nnx::dsl {

/// What a fused pool must know: Increasing (never falling) commutes with the maximum of a window;
/// with FallsThenRises the greatest value of a window is at its least or at its greatest input.
enum class ActivationShape : uint8_t { Increasing, FallsThenRises };

struct ActivationRow {
  std::string name;
  std::string formula;   ///< as the table writes it
  ScalarExpr value;      ///< f over "x"
  ScalarExpr derivative; ///< f' over "x"
  /// f' over "y" = f(x), where the table has one: the backward pass then needs no input.
  std::optional<ScalarExpr> derivativeOfOutput;
  ActivationShape shape;
  std::string note;
};

/// All rows, in the order of the table.
const std::vector<ActivationRow> &activations();

/// Null if no row has this name.
const ActivationRow *findActivation(std::string_view name);

/// What a formula of an activation may name: x, and every row as a function.
ScalarScope activationScope();

} // namespace nnx::dsl
