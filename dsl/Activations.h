// Activations of one number, read from tables/Activations.def.
#pragma once

#include "dsl/RowNumbers.h"
#include "dsl/ScalarParser.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nnx::dsl {

/// What a fused pool must know: Increasing (never falling) commutes with the maximum of a window;
/// with FallsThenRises the greatest value of a window is at its least or at its greatest input. Of
/// a formula nothing is known.
enum class ActivationShape : uint8_t { Increasing, FallsThenRises, Unknown };

struct ActivationRow {
  std::string name;      ///< canonical, see findActivation
  RowNumbers arguments;  ///< of a row of the table
  ScalarExpr value;      ///< f over "x"
  ScalarExpr derivative; ///< f' over "x"
  /// f' over "y" = f(x), where the table has one: the backward pass then needs no input.
  std::optional<ScalarExpr> derivativeOfOutput;
  ActivationShape shape;
  std::string note;
};

/// All rows with their defaults, in the order of the table.
const std::vector<ActivationRow> &activations();

/// The activation a text names, or null: a row ("elu"), a row with numbers ("elu(alpha = 0.5)", in
/// the order of the row), or a formula over x ("x * tanh(x)"). The result lives as long as the
/// process; any number of threads may ask.
const ActivationRow *findActivation(std::string_view text);

/// The text of a row with these values of its arguments: the name alone where all are defaults.
/// Requires one value for each argument.
std::string activationText(const ActivationRow &row, const std::vector<double> &values);

/// What a formula of an activation may name: x, and every row as a function.
ScalarScope activationScope();

} // namespace nnx::dsl
