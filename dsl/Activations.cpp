// Turns the rows of tables/Activations.def, and texts that name activations, into trees, once each.
#include "dsl/Activations.h"

#include "dsl/Differentiate.h"
#include "dsl/Simplify.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>

namespace nnx::dsl {
namespace {

struct Text {
  const char *name;
  RowNumbers arguments;
  const char *formula;
  ActivationShape shape;
  const char *derivativeOfOutput, *note;
};

// A row as it is written: its trees still name the arguments.
struct Pattern {
  RowNumbers arguments;
  ScalarExpr value;
  std::optional<ScalarExpr> derivativeOfOutput;
  ActivationShape shape;
  std::string note;
};

using Patterns = std::vector<std::pair<std::string, Pattern>>;

const Pattern *findAmong(const Patterns &patterns, std::string_view name) {
  const auto found = std::find_if(patterns.begin(), patterns.end(),
                                  [&](const auto &pair) { return pair.first == name; });
  return found == patterns.end() ? nullptr : &found->second;
}

ScalarScope scopeOver(const Patterns &patterns, std::set<std::string> variables) {
  ScalarScope scope;
  scope.variables = std::move(variables);
  for (const auto &[name, pattern] : patterns)
    scope.functionNames.insert(name);
  scope.function = [&patterns](std::string_view name) -> std::optional<ScalarExpr> {
    const Pattern *pattern = findAmong(patterns, name);
    if (!pattern)
      return std::nullopt;
    return withValues(pattern->value, pattern->arguments, fallbacksOf(pattern->arguments));
  };
  return scope;
}

ScalarExpr parseText(const Text &row, const char *text, const ScalarScope &scope) {
  try {
    return parseScalarExpr(text, scope);
  } catch (const ScalarSyntaxError &e) {
    throw std::invalid_argument(std::string("activation ") + row.name + ": " + e.what() +
                                ", at byte " + std::to_string(e.offset) + " of " + text);
  }
}

// A row may call the rows above it.
Patterns readTable() {
  const Text texts[] = {
#define NNX_ACTIVATION_ARGUMENT(name, fallback, least, greatest)                                   \
  RowNumber{name, fallback, least, greatest}
#define NNX_ACTIVATION(name, arguments, formula, shape, derivativeOfOutput, note)                  \
  {name, {arguments}, formula, ActivationShape::shape, derivativeOfOutput, note},
#include "dsl/tables/Activations.def"
  };
  Patterns patterns;
  for (const Text &text : texts) {
    std::set<std::string> names;
    for (const RowNumber &argument : text.arguments)
      names.insert(argument.name);
    auto parse = [&](const char *formula, const char *variable) {
      std::set<std::string> variables = names;
      variables.insert(variable);
      return parseText(text, formula, scopeOver(patterns, variables));
    };
    std::optional<ScalarExpr> ofOutput;
    if (*text.derivativeOfOutput)
      ofOutput = parse(text.derivativeOfOutput, "y");
    patterns.push_back(
        {text.name, {text.arguments, parse(text.formula, "x"), ofOutput, text.shape, text.note}});
  }
  return patterns;
}

const Patterns &table() {
  static const Patterns patterns = readTable();
  return patterns;
}

ActivationRow makeRow(std::string name, const Pattern &pattern, const std::vector<double> &values) {
  const ScalarExpr value = withValues(pattern.value, pattern.arguments, values);
  std::optional<ScalarExpr> ofOutput;
  if (pattern.derivativeOfOutput)
    ofOutput = simplify(withValues(*pattern.derivativeOfOutput, pattern.arguments, values));
  return {std::move(name), pattern.arguments, value,       differentiate(value, "x"),
          ofOutput,        pattern.shape,     pattern.note};
}

std::optional<ActivationRow> readActivation(std::string_view text) {
  const std::string_view name = text.substr(0, text.find('('));
  if (const Pattern *pattern = findAmong(table(), name))
    if (auto values = readRowText(text, name, pattern->arguments))
      return makeRow(std::string(text), *pattern, *values);
  try {
    const ScalarExpr value = parseScalarExpr(text, activationScope());
    if (!value.variables().contains("x"))
      return std::nullopt;
    return ActivationRow{
        std::string(text),        {}, value, differentiate(value, "x"), std::nullopt,
        ActivationShape::Unknown, ""};
  } catch (const ScalarSyntaxError &) {
    return std::nullopt;
  }
}

} // namespace

const std::vector<ActivationRow> &activations() {
  static const std::vector<ActivationRow> rows = [] {
    std::vector<ActivationRow> result;
    for (const auto &[name, pattern] : table())
      result.push_back(makeRow(name, pattern, fallbacksOf(pattern.arguments)));
    return result;
  }();
  return rows;
}

const ActivationRow *findActivation(std::string_view text) {
  for (const ActivationRow &row : activations())
    if (row.name == text)
      return &row;
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<const ActivationRow>, std::less<>> others;
  const std::lock_guard lock(mutex);
  auto found = others.find(text);
  if (found == others.end()) {
    std::unique_ptr<const ActivationRow> row;
    if (auto read = readActivation(text))
      row = std::make_unique<const ActivationRow>(std::move(*read));
    found = others.emplace(text, std::move(row)).first;
  }
  return found->second.get();
}

std::string activationText(const ActivationRow &row, const std::vector<double> &values) {
  return rowText(row.name.substr(0, row.name.find('(')), row.arguments, values);
}

ScalarScope activationScope() {
  return scopeOver(table(), {"x"});
}

} // namespace nnx::dsl
