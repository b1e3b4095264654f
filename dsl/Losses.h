// Losses, read from tables/Losses.def.
#pragma once

#include "dsl/RowNumbers.h"

#include <cstdint>

namespace nnx::dsl {

/// What the outputs are compared with.
enum class LossTargets : uint8_t { classes, any };

struct LossRow {
  std::string name; ///< canonical, see findLoss
  RowNumbers numbers;
  std::vector<double> values; ///< of the numbers
  LossTargets targets;
  std::optional<ScalarExpr> value;      ///< of one output, over "y" and "t"; none: cross_entropy
  std::optional<ScalarExpr> derivative; ///< by "y", likewise
  std::string note;

  [[nodiscard]] bool isCrossEntropy() const { return !value; }
};

/// All rows with their defaults, in the order of the table.
const std::vector<LossRow> &losses();

/// The loss a text names, or null: a row ("huber") or a row with numbers ("huber(delta = 0.5)").
/// The result lives as long as the process; any number of threads may ask.
const LossRow *findLoss(std::string_view text);

/// The text of a row with these values of its numbers: the name alone where all are defaults.
std::string lossText(const LossRow &row, const std::vector<double> &values);

} // namespace nnx::dsl
