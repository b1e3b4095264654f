// Turns the rows of tables/Losses.def into trees.
#include "dsl/Losses.h"

#include "dsl/Differentiate.h"
#include "dsl/ScalarParser.h"
#include "dsl/Simplify.h"

#include <memory>
#include <mutex>
#include <stdexcept>

namespace nnx::dsl {
namespace {

struct Text {
  const char *name;
  RowNumbers numbers;
  LossTargets targets;
  const char *formula, *note;
};

const std::vector<Text> &texts() {
  static const std::vector<Text> rows = {
#define NNX_LOSS_NUMBER(name, fallback, least, greatest) RowNumber{name, fallback, least, greatest}
#define NNX_LOSS(name, numbers, targets, formula, note)                                            \
  {name, {numbers}, LossTargets::targets, formula, note},
#include "dsl/tables/Losses.def"
  };
  return rows;
}

LossRow makeRow(const Text &row, std::vector<double> values) {
  std::string name = rowText(row.name, row.numbers, values);
  std::optional<ScalarExpr> value, derivative;
  if (*row.formula) {
    ScalarScope scope;
    scope.variables = {"y", "t"};
    for (const RowNumber &number : row.numbers)
      scope.variables.insert(number.name);
    try {
      value = simplify(withValues(parseScalarExpr(row.formula, scope), row.numbers, values));
    } catch (const ScalarSyntaxError &e) {
      throw std::invalid_argument(std::string("loss ") + row.name + ": " + e.what() + ", at byte " +
                                  std::to_string(e.offset) + " of " + row.formula);
    }
    derivative = differentiate(*value, "y");
  }
  return {std::move(name), row.numbers, std::move(values), row.targets,
          value,           derivative,  row.note};
}

} // namespace

const std::vector<LossRow> &losses() {
  static const std::vector<LossRow> rows = [] {
    std::vector<LossRow> result;
    for (const Text &text : texts())
      result.push_back(makeRow(text, fallbacksOf(text.numbers)));
    return result;
  }();
  return rows;
}

const LossRow *findLoss(std::string_view text) {
  for (const LossRow &row : losses())
    if (row.name == text)
      return &row;
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<const LossRow>, std::less<>> others;
  const std::lock_guard lock(mutex);
  if (const auto known = others.find(text); known != others.end())
    return known->second.get();
  for (const Text &row : texts())
    if (auto values = readRowText(text, row.name, row.numbers))
      return others.emplace(text, std::make_unique<const LossRow>(makeRow(row, std::move(*values))))
          .first->second.get();
  return nullptr;
}

std::string lossText(const LossRow &row, const std::vector<double> &values) {
  return rowText(row.name.substr(0, row.name.find('(')), row.numbers, values);
}

} // namespace nnx::dsl
