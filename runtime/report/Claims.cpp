// Evaluation of claims, point by point.
#include "runtime/report/Claims.h"

#include "runtime/report/Format.h"
#include "runtime/report/TextWidth.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <functional>
#include <limits>
#include <map>

namespace nnxrt {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

class ClaimEvaluator {
public:
  explicit ClaimEvaluator(const PointFigures &figures) : point(figures) {}

  /// Whether the condition holds with numbers that are numbers.
  bool holds(const ClaimExpr &condition) { return truth(condition) && !sawNoNumber; }

  /// The figures that were used, each once, in the order of the condition.
  std::string used;

private:
  using Binary = bool (*)(double, double);

  bool truth(const ClaimExpr &expr) {
    static const std::map<std::string, Binary> comparisons = {
        {"<", [](double a, double b) { return a < b; }},
        {"<=", [](double a, double b) { return a <= b; }},
        {">", [](double a, double b) { return a > b; }},
        {">=", [](double a, double b) { return a >= b; }}};
    const auto &operands = expr.operands;
    if (expr.op == "not")
      return !truth(operands[0]);
    if (expr.op == "and")
      return truth(operands[0]) && truth(operands[1]);
    if (expr.op == "or")
      return truth(operands[0]) || truth(operands[1]);
    if (expr.op == "==" || expr.op == "!=")
      return isEqual(operands[0], operands[1]) == (expr.op == "==");
    const double left = number(operands[0]), right = number(operands[1]);
    return comparisons.at(expr.op)(left, right);
  }

  /// Labels compare as text, unless both sides are numbers.
  bool isEqual(const ClaimExpr &left, const ClaimExpr &right) {
    const bool isText =
        left.op == "label" || right.op == "label" || (left.op == "axis" && right.op == "axis");
    return isText ? label(left) == label(right) : number(left) == number(right);
  }

  std::string label(const ClaimExpr &expr) const {
    return expr.op == "axis" ? valueOf(expr.name) : expr.name;
  }

  const std::string &valueOf(const std::string &axis) const {
    static const std::string none;
    for (const auto &[name, value] : point.point->axes)
      if (name == axis)
        return value;
    return none;
  }

  double number(const ClaimExpr &expr) {
    const auto &operands = expr.operands;
    if (expr.op == "number")
      return expr.number;
    if (expr.op == "axis")
      return std::strtod(valueOf(expr.name).c_str(), nullptr);
    if (expr.op == "metric")
      return figure(expr, "mean", expr.name);
    if (expr.op == "reference")
      return reference(expr.name);
    if (expr.op == "abs")
      return std::abs(number(operands[0]));
    if (expr.op == "negative")
      return -number(operands[0]);
    if (operands.size() == 1)
      return figure(operands[0], expr.op, fmt::format("{}({})", expr.op, operands[0].name));
    if (expr.op == "min" || expr.op == "max")
      return extreme(expr);
    const double left = number(operands[0]), right = number(operands[1]);
    return expr.op == "+"   ? left + right
           : expr.op == "-" ? left - right
           : expr.op == "*" ? left * right
                            : left / right;
  }

  double extreme(const ClaimExpr &expr) {
    double result = number(expr.operands[0]);
    for (const ClaimExpr &operand : expr.operands) {
      const double value = number(operand);
      result = expr.op == "min" ? std::min(result, value) : std::max(result, value);
    }
    return result;
  }

  /// A metric over the repeats.
  double figure(const ClaimExpr &metric, const std::string &how, const std::string &text) {
    const MetricRow *const row = findMetric(metric.name);
    if (!row)
      return note(text, "no figure of this trainer", missing);
    if (row->unit == Unit::count)
      return note(text, countText(point.point->parameters),
                  static_cast<double>(point.point->parameters));
    std::vector<double> values;
    for (const StoredRun *run : point.runs)
      values.push_back(row->of(*point.point, *run));
    if (values.empty())
      return note(text, "no figure", missing);
    const Spread spread = spreadOf(values);
    const double value = how == "min"   ? *std::min_element(values.begin(), values.end())
                         : how == "max" ? *std::max_element(values.begin(), values.end())
                         : how == "sd"  ? spread.deviation
                                        : spread.mean;
    // A NaN among the values is no least and no greatest.
    return note(text, textOf(row->unit, value), std::isnan(spread.mean) ? missing : value);
  }

  double reference(const std::string &metric) {
    for (const auto &[name, value] : point.point->reference)
      if (name == metric)
        return note("reference." + metric, fmt::format("{}", value), value);
    return note("reference." + metric, "not published", missing);
  }

  double note(const std::string &name, const std::string &text, double value) {
    const std::string entry = name + " = " + (text.empty() ? "not a number" : text);
    if (used.find(entry) == std::string::npos)
      used += (used.empty() ? "" : ", ") + entry;
    sawNoNumber = sawNoNumber || std::isnan(value);
    return value;
  }

  const PointFigures &point;
  bool sawNoNumber = false;
};

} // namespace

std::vector<ClaimOutcome> decideClaims(const ExperimentFigures &figures) {
  std::vector<ClaimOutcome> outcomes;
  for (const Claim &claim : figures.experiment->claims) {
    ClaimOutcome outcome;
    outcome.claim = &claim;
    for (const PointFigures &point : figures.points) {
      const auto index = static_cast<size_t>(point.point - figures.experiment->points.data());
      if (std::find(claim.points.begin(), claim.points.end(), index) == claim.points.end())
        continue;
      if (point.runs.empty() && !point.results->selected)
        continue;
      ++outcome.decided;
      ClaimEvaluator evaluator(point);
      if (point.runs.empty())
        outcome.failures.push_back({&point, "no figures: " + point.status});
      else if (!evaluator.holds(claim.condition))
        outcome.failures.push_back({&point, evaluator.used});
    }
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

std::string verdictOf(const ClaimOutcome &outcome) {
  if (outcome.decided == 0)
    return "not checked";
  const std::string points = counted(static_cast<int64_t>(outcome.decided), "point");
  if (outcome.failures.empty())
    return outcome.decided == 1 ? "holds" : "holds for all " + points;
  return fmt::format("fails for {} of {}:", outcome.failures.size(), points);
}

std::string failedClaims(const StudyResults &results) {
  if (results.info->quick)
    return "";
  std::string text;
  for (const ExperimentFigures &figures : figuresOf(results))
    for (const ClaimOutcome &outcome : decideClaims(figures)) {
      if (outcome.failures.empty())
        continue;
      text += fmt::format("{}:{}:{}: claim failed: {}\n", outcome.claim->file, outcome.claim->line,
                          outcome.claim->column, printable(outcome.claim->text));
      for (const ClaimFailure &failure : outcome.failures)
        text +=
            fmt::format("  {}: {}\n", printable(failure.point->name()), printable(failure.figures));
    }
  return text;
}

} // namespace nnxrt
