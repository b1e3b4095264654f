// Types of claims: numbers, truths, labels of axes, and figures with a value for each repeat.
#include "dsl/Claims.h"

#include "dsl/Labels.h"
#include "dsl/Metrics.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace nnx::dsl {
namespace {

constexpr std::string_view referencePart = "reference.";
constexpr std::array aggregates = {"mean", "min", "max", "sd"};

bool isNumber(std::string_view text) {
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool isAxisOfNumbers(const Axis &axis) {
  return std::all_of(axis.values.begin(), axis.values.end(),
                     [](const std::string &value) { return isNumber(value); });
}

// Names of the metrics whose published figures an expression uses.
void collectReferences(const ClaimExpr &expr, std::vector<std::string> &names) {
  if (expr.op == "reference")
    names.push_back(expr.name);
  for (const ClaimExpr &operand : expr.operands)
    collectReferences(operand, names);
}

bool hasMetric(const ClaimExpr &expr) {
  return expr.op == "metric" || std::any_of(expr.operands.begin(), expr.operands.end(), hasMetric);
}

bool hasReference(const Point &point, const std::string &metric) {
  return std::any_of(point.reference.begin(), point.reference.end(),
                     [&](const auto &figure) { return figure.first == metric; });
}

// The label that `name` means; null if there is none.
const std::string *findLabel(const std::vector<std::string> &labels, std::string_view name) {
  auto found = std::find_if(labels.begin(), labels.end(),
                            [&](const std::string &label) { return isNamed(label, name); });
  return found == labels.end() ? nullptr : &*found;
}

// A label as the value it was written from, as far as comparisons tell.
Value valueOf(const std::string &label) {
  Value value;
  int64_t whole = 0;
  auto [end, error] = std::from_chars(label.data(), label.data() + label.size(), whole);
  double real = 0;
  if (error == std::errc() && end == label.data() + label.size())
    value.data = whole;
  else if (isNumber(label) &&
           std::from_chars(label.data(), label.data() + label.size(), real).ec == std::errc())
    value.data = real;
  else if (label == "true" || label == "false")
    value.data = label == "true";
  else
    value.data = Symbol{label};
  value.label = label;
  return value;
}

} // namespace

const Axis *ClaimReader::findAxis(std::string_view name) const {
  for (const Axis &axis : experiment.axes)
    if (axis.name == name)
      return &axis;
  return nullptr;
}

std::vector<std::string> ClaimReader::knownNames() const {
  std::vector<std::string> names = metricNames();
  for (const std::string &metric : metricNames())
    names.push_back(std::string(referencePart) + metric);
  for (const Axis &axis : experiment.axes)
    names.push_back(axis.name);
  for (std::string &name : globals.names())
    names.push_back(std::move(name));
  return names;
}

std::optional<Claim> ClaimReader::read(const ClaimNode &node) {
  try {
    Claim claim;
    claim.condition = checkOperand(node.condition, "expect", Kind::truth);
    if (!hasMetric(claim.condition))
      sink.report(DiagnosticId::wrong_operand, node.condition.location,
                  {"expect", "a metric", "`" + toText(node.condition) + "`"});
    claim.points = pointsOf(node, claim.condition);
    claim.text = toText(node.condition) + (node.where ? " where " + toText(*node.where) : "");
    claim.location = node.condition.location;
    return claim;
  } catch (const Wrong &) {
    return std::nullopt;
  }
}

// `where` compares as that of a grid; a point without a published figure that the condition uses is
// left out.
std::vector<int> ClaimReader::pointsOf(const ClaimNode &node, const ClaimExpr &condition) {
  std::vector<std::string> references, labels;
  collectReferences(condition, references);
  for (const Axis &axis : experiment.axes)
    for (const std::string &label : axis.values)
      labels.push_back(label);
  Evaluator evaluator(file, sink);
  evaluator.allowWords(std::move(labels));
  std::vector<int> kept, withReferences;
  for (std::size_t p = 0; p < experiment.points.size(); ++p) {
    const Point &point = experiment.points[p];
    Scope scope(&globals);
    for (std::size_t a = 0; a < experiment.axes.size(); ++a)
      scope.set(experiment.axes[a].name, valueOf(point.coordinates[a]));
    if (node.where) {
      Value value = evaluator.convert(evaluator.evaluate(*node.where, scope), Type::boolean,
                                      "`where`", scope);
      if (value.isWrong())
        throw Wrong();
      if (!*value.get<bool>())
        continue;
    }
    kept.push_back(static_cast<int>(p));
    if (std::all_of(references.begin(), references.end(),
                    [&](const std::string &metric) { return hasReference(point, metric); }))
      withReferences.push_back(static_cast<int>(p));
  }
  if (kept.empty() && node.where && !experiment.points.empty())
    sink.report(DiagnosticId::no_points, node.where->location, {experiment.name});
  else if (withReferences.empty() && !kept.empty())
    sink.report(DiagnosticId::no_published, node.condition.location,
                {experiment.name, references.front()});
  return withReferences;
}

ClaimReader::Typed ClaimReader::check(const Expr &expr) {
  switch (expr.kind) {
  case ExprKind::integer:
    return {{"number", "", static_cast<double>(expr.integer), {}}, Kind::number};
  case ExprKind::real:
    return {{"number", "", expr.real, {}}, Kind::number};
  case ExprKind::string:
  case ExprKind::boolean:
    return {{"label", expr.text, 0, {}}, Kind::label};
  case ExprKind::name:
    return checkName(expr);
  case ExprKind::call:
    return checkCall(expr);
  case ExprKind::unary:
  case ExprKind::binary:
    return checkOperation(expr);
  default:
    if (expr.kind != ExprKind::wrong)
      sink.report(DiagnosticId::wrong_operand, expr.location,
                  {"expect", "metrics, axes and numbers", "`" + toText(expr) + "`"});
    throw Wrong();
  }
}

ClaimReader::Typed ClaimReader::checkMetric(const Expr &expr, std::string_view name) {
  const MetricRow *metric = findMetric(name);
  if (!metric) {
    sink.report(DiagnosticId::unknown_word, expr.location,
                {"metric", name, suggest(name, metricNames())});
    throw Wrong();
  }
  if (std::string_view why = whyAbsent(*metric, dataset); !why.empty()) {
    sink.report(DiagnosticId::absent_metric, expr.location, {dataset.name, metric->name, why});
    throw Wrong();
  }
  bool isSingle = experiment.repeats == 1 || metric->kept == Kept::point;
  return {{"metric", std::string(metric->name), 0, {}}, isSingle ? Kind::number : Kind::figures};
}

ClaimReader::Typed ClaimReader::checkName(const Expr &expr) {
  std::string_view name = expr.text;
  if (name.starts_with(referencePart)) {
    Typed figure = checkMetric(expr, name.substr(referencePart.size()));
    return {{"reference", figure.expr.name, 0, {}}, Kind::number};
  }
  if (findMetric(name))
    return checkMetric(expr, name);
  if (const Axis *axis = findAxis(name))
    return {{"axis", axis->name, 0, {}}, isAxisOfNumbers(*axis) ? Kind::number : Kind::label};
  if (const Value *known = globals.find(name)) {
    if (const int64_t *whole = known->get<int64_t>())
      return {{"number", "", static_cast<double>(*whole), {}}, Kind::number};
    if (const double *real = known->get<double>())
      return {{"number", "", *real, {}}, Kind::number};
  }
  for (const Axis &axis : experiment.axes)
    if (findLabel(axis.values, name))
      return {{"label", expr.text, 0, {}}, Kind::label};
  sink.report(DiagnosticId::unknown_name, expr.location, {name, suggest(name, knownNames())});
  throw Wrong();
}

ClaimExpr ClaimReader::checkOperand(const Expr &expr, std::string_view op, Kind kind) {
  Typed typed = check(expr);
  if (typed.kind == kind)
    return std::move(typed.expr);
  if (typed.kind == Kind::figures && kind == Kind::number)
    sink.report(DiagnosticId::claim_of_repeats, expr.location,
                {typed.expr.name, experiment.repeats});
  else
    sink.report(DiagnosticId::wrong_operand, expr.location,
                {op, kind == Kind::truth ? "true or false" : "numbers", "`" + toText(expr) + "`"});
  throw Wrong();
}

// mean, min, max, sd of a metric; min and max of several numbers; abs.
ClaimReader::Typed ClaimReader::checkCall(const Expr &expr) {
  const std::string &name = expr.text;
  bool isAggregate = std::find(aggregates.begin(), aggregates.end(), name) != aggregates.end();
  if (!isAggregate && name != "abs") {
    std::vector<std::string> known(aggregates.begin(), aggregates.end());
    known.emplace_back("abs");
    sink.report(DiagnosticId::unknown_name, expr.location, {name, suggest(name, known)});
    throw Wrong();
  }
  ClaimExpr result{name, "", 0, {}};
  bool isOfNumbers = (name == "min" || name == "max") && expr.elements.size() > 1;
  if (name == "abs" || isOfNumbers)
    for (const Element &element : expr.elements)
      result.operands.push_back(checkOperand(element.value, name, Kind::number));
  else if (expr.elements.size() == 1) {
    Typed operand = check(expr.elements[0].value);
    if (operand.expr.op == "metric" && (name != "sd" || operand.kind == Kind::figures))
      result.operands.push_back(std::move(operand.expr));
  }
  if (result.operands.empty() || (name == "abs" && result.operands.size() != 1)) {
    sink.report(DiagnosticId::wrong_operand, expr.location,
                {name,
                 name == "abs"  ? "a number"
                 : name == "sd" ? "a metric of several repeats"
                                : "a metric",
                 "`" + toText(expr) + "`"});
    throw Wrong();
  }
  return {std::move(result), Kind::number};
}

ClaimReader::Typed ClaimReader::checkOperation(const Expr &expr) {
  const std::string &op = expr.text;
  if (op == "==" || op == "!=")
    return checkEqual(expr);
  bool isLogic = op == "and" || op == "or" || op == "not";
  bool isComparison = op == "<" || op == "<=" || op == ">" || op == ">=";
  if (op == "//") {
    sink.report(DiagnosticId::wrong_operand, expr.location, {"expect", "`/`", "`//`"});
    throw Wrong();
  }
  ClaimExpr result{expr.kind == ExprKind::unary && op == "-" ? "negative" : op, "", 0, {}};
  for (const Element &element : expr.elements)
    result.operands.push_back(
        checkOperand(element.value, op, isLogic ? Kind::truth : Kind::number));
  return {std::move(result), isLogic || isComparison ? Kind::truth : Kind::number};
}

// Numbers with numbers, an axis with one of its labels.
ClaimReader::Typed ClaimReader::checkEqual(const Expr &expr) {
  Typed left = check(expr.elements[0].value), right = check(expr.elements[1].value);
  for (const auto &[side, at] : {std::pair(&left, 0), std::pair(&right, 1)})
    if (side->kind == Kind::figures || side->kind == Kind::truth)
      checkOperand(expr.elements[static_cast<std::size_t>(at)].value, expr.text, Kind::number);
  if (left.kind != right.kind) {
    sink.report(
        DiagnosticId::not_comparable, expr.location,
        {"`" + toText(expr.elements[0].value) + "`", "`" + toText(expr.elements[1].value) + "`"});
    throw Wrong();
  }
  for (const auto &[axisSide, labelSide, at] :
       {std::tuple(&left, &right, 1), std::tuple(&right, &left, 0)}) {
    const Axis *axis = axisSide->expr.op == "axis" ? findAxis(axisSide->expr.name) : nullptr;
    if (!axis || labelSide->expr.op != "label")
      continue;
    if (const std::string *label = findLabel(axis->values, labelSide->expr.name)) {
      labelSide->expr.name = *label; // as the runtime compares it
      continue;
    }
    sink.report(DiagnosticId::unknown_word,
                expr.elements[static_cast<std::size_t>(at)].value.location,
                {"value of axis `" + axis->name + "`", labelSide->expr.name,
                 suggest(labelSide->expr.name, axis->values)});
    throw Wrong();
  }
  ClaimExpr result{expr.text, "", 0, {}};
  result.operands = {std::move(left.expr), std::move(right.expr)};
  return {std::move(result), Kind::truth};
}

} // namespace nnx::dsl
