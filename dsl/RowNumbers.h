// The numbers that a row of a table takes, such as the alpha of elu and the delta of huber.
#pragma once

#include "dsl/ScalarExpr.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nnx::dsl {

struct RowNumber {
  std::string name;
  double fallback, least, greatest;
};
using RowNumbers = std::vector<RowNumber>;

std::vector<double> fallbacksOf(const RowNumbers &numbers);

/// `row` with these values, one for each number: "elu(alpha = 0.5)"; the name alone where all are
/// defaults.
std::string rowText(const std::string &row, const RowNumbers &numbers,
                    const std::vector<double> &values);

/// The values in a text that rowText wrote with every number; nothing for any other text.
std::optional<std::vector<double>> readRowText(std::string_view text, std::string_view row,
                                               const RowNumbers &numbers);

/// A tree over the names of numbers, with the values in their places.
ScalarExpr withValues(const ScalarExpr &tree, const RowNumbers &numbers,
                      const std::vector<double> &values);

} // namespace nnx::dsl
