// The points of `sample N seed S { }`. Draw k of an axis depends on the seed, k and the axis's name
// alone: more draws keep the first ones, and another axis changes none.
#include "dsl/ExpandGrid.h"
#include "dsl/NestedLists.h"
#include "dsl/Philox.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace nnx::dsl {
namespace {

constexpr double maxSeed = 9007199254740991; // 2^53 - 1

// FNV-1a: tells names apart, whatever their order.
uint32_t hashOf(const std::string &name) {
  uint32_t hash = 2166136261u;
  for (char c : name)
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

// The numbers of one draw of one axis, one after the other.
class DrawNumbers {
public:
  DrawNumbers(int64_t seed, uint32_t draw, const std::string &axis)
      : key{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)},
        counter{draw, hashOf(axis), 0, 0} {}

  // 53 random bits as a number of [0, 1).
  double next() {
    PhiloxCounter bits = philox(counter, key);
    ++counter[2];
    uint64_t whole = (uint64_t{bits[0]} << 32 | bits[1]) >> 11;
    return static_cast<double>(whole) * 0x1p-53;
  }

  std::size_t below(std::size_t count) {
    return std::min(count - 1, static_cast<std::size_t>(next() * static_cast<double>(count)));
  }

private:
  PhiloxKey key;
  PhiloxCounter counter;
};

// `log(a, b)` or `uniform(a, b)`.
struct Distribution {
  bool isLog = false, isWhole = false;
  double low = 0, high = 0;

  Value draw(DrawNumbers &numbers, const Expr &expr) const {
    const double u = numbers.next();
    if (isWhole) // both ends included
      return made(static_cast<int64_t>(std::min(high, std::floor(low + u * (high - low + 1)))),
                  expr);
    double value = isLog ? std::exp(std::log(low) + u * (std::log(high) - std::log(low)))
                         : low + u * (high - low);
    // Four digits, so that a label says the value exactly.
    char text[40];
    auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, 4).ptr;
    std::from_chars(text, end, value);
    return made(std::clamp(value, low, high), expr);
  }
};

bool isDistribution(const Expr &expr) {
  return expr.kind == ExprKind::call && (expr.text == "log" || expr.text == "uniform");
}

std::optional<Distribution> readDistribution(const Expr &expr, Evaluator &evaluator,
                                             const Scope &globals, DiagnosticSink &sink) {
  Distribution result;
  result.isLog = expr.text == "log";
  std::vector<double> bounds;
  bool areWhole = !result.isLog, isWrong = false;
  for (const Element &element : expr.elements) {
    Value value = evaluator.evaluate(element.value, globals);
    isWrong = isWrong || value.isWrong();
    areWhole = areWhole && value.get<int64_t>();
    if (const int64_t *whole = value.get<int64_t>())
      bounds.push_back(static_cast<double>(*whole));
    else if (const double *real = value.get<double>())
      bounds.push_back(*real);
  }
  if (isWrong)
    return std::nullopt;
  if (expr.elements.size() != 2 || bounds.size() != 2 || bounds[0] >= bounds[1] ||
      (result.isLog && bounds[0] <= 0)) {
    sink.report(DiagnosticId::wrong_distribution, expr.location,
                {expr.text, result.isLog ? "the first above 0 and below the second"
                                         : "the first below the second"});
    return std::nullopt;
  }
  result.isWhole = areWhole;
  result.low = bounds[0];
  result.high = bounds[1];
  return result;
}

// What one axis is drawn from.
class DrawnAxis {
public:
  DrawnAxis(const AxisNode &axis, const File &file, const Scope &globals, DiagnosticSink &sink)
      : axis(axis), globals(globals), sink(sink), evaluator(file, sink) {
    if (isDistribution(axis.values) && axis.names.size() == 1) {
      distribution = readDistribution(axis.values, evaluator, globals, sink);
      isRight = distribution.has_value();
      return;
    }
    Expr all = withNestedLists(axis.values); // wrong items are wrong whether they are drawn or not
    Value value = evaluator.evaluate(all, globals);
    const auto *list = value.get<std::shared_ptr<const ListValue>>();
    if (!list || (*list)->isTuple || (*list)->items.empty()) {
      if (list && !(*list)->isTuple)
        sink.report(DiagnosticId::empty_axis, axis.values.location, {axis.names[0]});
      else if (!value.isWrong())
        sink.report(DiagnosticId::wrong_axis, axis.values.location, {describe(value)});
      return;
    }
    items = (*list)->items;
    isRight = std::all_of(items.begin(), items.end(),
                          [&](const Value &item) { return readRow(axis, item, sink).has_value(); });
  }

  bool isRight = false;

  // Requires isRight.
  Values draw(DrawNumbers &numbers) {
    if (distribution)
      return {distribution->draw(numbers, axis.values)};
    if (axis.values.kind != ExprKind::list)
      return *readRow(axis, items[numbers.below(items.size())], sink);
    const Element &written = axis.values.elements[numbers.below(axis.values.elements.size())];
    Element element = withPicked(written, [&](std::size_t count) { return numbers.below(count); });
    Value value = evaluator.evaluate(element.value, globals);
    if (!element.name.empty())
      value.label = element.name;
    return *readRow(axis, value, sink);
  }

  const AxisNode &axis;

private:
  const Scope &globals;
  DiagnosticSink &sink;
  Evaluator evaluator;
  std::optional<Distribution> distribution;
  Values items;
};

std::string labelsOf(const Values &row) {
  std::string result;
  for (const Value &value : row)
    result += value.label + "\n";
  return result;
}

// The rows of an axis that were drawn, each once.
class DrawnRows {
public:
  std::size_t add(Values row) {
    auto [found, isNew] = places.try_emplace(labelsOf(row), rows.size());
    if (isNew)
      rows.push_back(std::move(row));
    return found->second;
  }
  std::vector<Values> rows;

private:
  std::map<std::string, std::size_t> places;
};

} // namespace

std::optional<Candidates> drawSample(const ExperimentNode &node, const File &file,
                                     const Scope &globals, DiagnosticSink &sink) {
  Evaluator evaluator(file, sink);
  Value count = evaluator.evaluateFor({.name = "sample",
                                       .type = Type::integer,
                                       .fallbackText = "",
                                       .least = 1,
                                       .greatest = static_cast<double>(GridExpander::maxPoints)},
                                      node.sample->count, globals);
  Value seed = evaluator.evaluateFor(
      {.name = "seed", .type = Type::integer, .fallbackText = "", .least = 0, .greatest = maxSeed},
      node.sample->seed, globals);
  std::vector<DrawnAxis> axes;
  bool isRight = !count.isWrong() && !seed.isWrong();
  for (const AxisNode &axis : node.axes) {
    axes.emplace_back(axis, file, globals, sink);
    isRight = isRight && axes.back().isRight;
  }
  if (!isRight)
    return std::nullopt;
  Candidates result;
  result.drawn.emplace();
  std::vector<DrawnRows> drawn(axes.size());
  std::set<RowIndices> seen;
  for (int64_t k = 0; k < *count.get<int64_t>(); ++k) {
    RowIndices rows;
    for (std::size_t a = 0; a < axes.size(); ++a) {
      DrawNumbers numbers(*seed.get<int64_t>(), static_cast<uint32_t>(k), axes[a].axis.names[0]);
      rows.push_back(drawn[a].add(axes[a].draw(numbers)));
    }
    if (seen.insert(rows).second)
      result.drawn->push_back(std::move(rows));
  }
  for (std::size_t a = 0; a < axes.size(); ++a)
    result.axes.push_back({&axes[a].axis, std::move(drawn[a].rows)});
  return result;
}

} // namespace nnx::dsl
