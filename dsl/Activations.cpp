// Turns the rows of tables/Activations.def into trees, once.
#include "dsl/Activations.h"

#include "dsl/Differentiate.h"
#include "dsl/ScalarParser.h"
#include "dsl/Simplify.h"

#include <algorithm>
#include <stdexcept>

namespace nnx::dsl {
namespace {

struct Text {
  const char *name, *formula;
  ActivationShape shape;
  const char *derivativeOfOutput, *note;
};

constexpr Text texts[] = {
#define NNX_ACTIVATION(name, formula, shape, derivativeOfOutput, note)                             \
  {name, formula, ActivationShape::shape, derivativeOfOutput, note},
#include "dsl/tables/Activations.def"
};

const ActivationRow *findAmong(const std::vector<ActivationRow> &rows, std::string_view name) {
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const auto &r) { return r.name == name; });
  return row == rows.end() ? nullptr : &*row;
}

ScalarScope scopeOver(const std::vector<ActivationRow> &rows, const char *variable) {
  ScalarScope scope;
  scope.variables = {variable};
  for (const ActivationRow &row : rows)
    scope.functionNames.insert(row.name);
  scope.function = [&rows](std::string_view name) -> std::optional<ScalarExpr> {
    const ActivationRow *row = findAmong(rows, name);
    return row ? std::optional(row->value) : std::nullopt;
  };
  return scope;
}

ScalarExpr parseRow(const Text &row, const char *text, const ScalarScope &scope) {
  try {
    return parseScalarExpr(text, scope);
  } catch (const ScalarSyntaxError &e) {
    throw std::invalid_argument(std::string("activation ") + row.name + ": " + e.what() +
                                ", at byte " + std::to_string(e.offset) + " of " + text);
  }
}

/// A row may call the rows above it.
std::vector<ActivationRow> readTable() {
  std::vector<ActivationRow> rows;
  for (const Text &text : texts) {
    const ScalarExpr value = parseRow(text, text.formula, scopeOver(rows, "x"));
    std::optional<ScalarExpr> ofOutput;
    if (*text.derivativeOfOutput)
      ofOutput = simplify(parseRow(text, text.derivativeOfOutput, scopeOver(rows, "y")));
    rows.push_back({text.name, text.formula, value, differentiate(value, "x"), ofOutput, text.shape,
                    text.note});
  }
  return rows;
}

} // namespace

const std::vector<ActivationRow> &activations() {
  static const std::vector<ActivationRow> rows = readTable();
  return rows;
}

const ActivationRow *findActivation(std::string_view name) {
  return findAmong(activations(), name);
}

ScalarScope activationScope() {
  return scopeOver(activations(), "x");
}

} // namespace nnx::dsl
