// Numbers of rows in texts and trees.
#include "dsl/RowNumbers.h"

#include "dsl/ScalarParser.h"

#include <algorithm>
#include <map>

namespace nnx::dsl {

std::vector<double> fallbacksOf(const RowNumbers &numbers) {
  std::vector<double> values;
  for (const RowNumber &number : numbers)
    values.push_back(number.fallback);
  return values;
}

std::string rowText(const std::string &row, const RowNumbers &numbers,
                    const std::vector<double> &values) {
  if (values == fallbacksOf(numbers))
    return row;
  std::string text = row;
  for (size_t i = 0; i < values.size(); ++i)
    text += (i ? ", " : "(") + numbers[i].name + " = " + ScalarExpr(values[i]).text();
  return text + ")";
}

std::optional<std::vector<double>> readRowText(std::string_view text, std::string_view row,
                                               const RowNumbers &numbers) {
  if (!text.starts_with(row) || !text.substr(row.size()).starts_with('(') || !text.ends_with(')'))
    return std::nullopt;
  std::string_view list = text.substr(row.size() + 1, text.size() - row.size() - 2);
  std::vector<double> values;
  for (const RowNumber &number : numbers) {
    const std::string start = (values.empty() ? "" : ", ") + number.name + " = ";
    if (!list.starts_with(start))
      return std::nullopt;
    list.remove_prefix(start.size());
    const size_t end = std::min(list.find(','), list.size());
    try {
      values.push_back(parseScalarExpr(list.substr(0, end), ScalarScope()).evaluate({}));
    } catch (const ScalarSyntaxError &) {
      return std::nullopt;
    }
    list.remove_prefix(end);
  }
  return list.empty() ? std::optional(std::move(values)) : std::nullopt;
}

ScalarExpr withValues(const ScalarExpr &tree, const RowNumbers &numbers,
                      const std::vector<double> &values) {
  std::map<std::string, ScalarExpr> known;
  for (size_t i = 0; i < values.size(); ++i)
    known.emplace(numbers[i].name, ScalarExpr(values[i]));
  return known.empty() ? tree : tree.substitute(known);
}

} // namespace nnx::dsl
