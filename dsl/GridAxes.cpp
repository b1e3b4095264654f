// The axes of a grid and their product.
#include "dsl/ExpandGrid.h"
#include "dsl/Labels.h"
#include "dsl/Metrics.h"
#include "dsl/NestedLists.h"

#include <algorithm>

namespace nnx::dsl {
namespace {

std::string joinedNames(const AxisNode &axis) {
  std::string result;
  for (const std::string &name : axis.names)
    result += (result.empty() ? "" : ", ") + name;
  return axis.names.size() > 1 ? "(" + result + ")" : result;
}

// Two texts for a row: its labels, and its numbers, since 0.1 and 0.10 are one value.
std::vector<std::string> keysOf(const Values &row) {
  std::string labels = "label", numbers = "number";
  bool hasNumbers = true;
  for (const Value &value : row) {
    hasNumbers = hasNumbers && (value.get<int64_t>() || value.get<double>());
    labels += "|" + value.label;
    numbers += "|" + toText(value);
  }
  if (!hasNumbers)
    return {labels};
  return {labels, numbers};
}

} // namespace

std::optional<Values> readRow(const AxisNode &axis, const Value &item, DiagnosticSink &sink) {
  auto labelled = [](Values values) {
    for (Value &value : values)
      value.label = std::string(wordOf(value.label));
    return values;
  };
  if (axis.names.size() == 1)
    return labelled({item});
  const auto *tuple = item.get<std::shared_ptr<const ListValue>>();
  if (!tuple || !(*tuple)->isTuple || (*tuple)->items.size() != axis.names.size()) {
    sink.report(DiagnosticId::wrong_tuple, item.location,
                {joinedNames(axis), static_cast<int64_t>(axis.names.size()),
                 tuple ? toText(item) : describe(item)});
    return std::nullopt;
  }
  if (item.label != toText(item)) {
    sink.report(DiagnosticId::labelled_tuple, item.location, {});
    return std::nullopt;
  }
  return labelled((*tuple)->items);
}

namespace {

bool addRow(const AxisNode &axis, const Value &item, std::vector<Values> &rows,
            std::set<std::string> &seen, DiagnosticSink &sink) {
  auto row = readRow(axis, item, sink);
  if (!row)
    return false;
  bool isNew = true;
  for (std::string &key : keysOf(*row))
    isNew = seen.insert(std::move(key)).second && isNew;
  if (!isNew) {
    sink.report(DiagnosticId::repeated_axis_value, item.location,
                {joinedNames(axis), "`" + item.label + "`"});
    return false;
  }
  rows.push_back(std::move(*row));
  return true;
}

// Each axis name once.
bool checkAxisNames(const ExperimentNode &node, DiagnosticSink &sink) {
  std::map<std::string, SourceLocation> seen;
  bool isRight = true;
  for (const AxisNode &axis : node.axes)
    for (std::size_t i = 0; i < axis.names.size(); ++i) {
      // A claim or a column could mean either; `loss` is a setting that many grids vary.
      if (findMetric(axis.names[i]) && !settingsOf("training").find(axis.names[i])) {
        sink.report(DiagnosticId::reserved_name, axis.locations[i], {axis.names[i], "a metric"});
        isRight = false;
      }
      if (!seen.try_emplace(axis.names[i], axis.locations[i]).second) {
        sink.report(DiagnosticId::declared_twice, axis.locations[i], {axis.names[i]},
                    {"first in line " + std::to_string(seen[axis.names[i]].line)});
        isRight = false;
      }
    }
  return isRight;
}

} // namespace

std::optional<Candidates> readCandidates(const ExperimentNode &node, const File &file,
                                         const Scope &globals, DiagnosticSink &sink) {
  bool isRight = checkAxisNames(node, sink);
  if (node.sample) {
    auto drawn = drawSample(node, file, globals, sink);
    return isRight ? std::move(drawn) : std::nullopt;
  }
  Evaluator evaluator(file, sink);
  Candidates result;
  for (const AxisNode &axis : node.axes) {
    Value value = evaluator.evaluate(withNestedLists(axis.values), globals);
    const auto *list = value.get<std::shared_ptr<const ListValue>>();
    if (!list || (*list)->isTuple) {
      if (!value.isWrong())
        sink.report(DiagnosticId::wrong_axis, axis.values.location, {describe(value)});
      isRight = false;
      continue;
    }
    if ((*list)->items.empty()) {
      sink.report(DiagnosticId::empty_axis, axis.values.location, {joinedNames(axis)});
      isRight = false;
    }
    AxisValues values{&axis, {}};
    std::set<std::string> keys;
    for (const Value &item : (*list)->items)
      isRight = addRow(axis, item, values.rows, keys, sink) && isRight;
    result.axes.push_back(std::move(values));
  }
  if (!isRight)
    return std::nullopt;
  return result;
}

void forEachPoint(const Candidates &candidates,
                  const std::function<bool(const RowIndices &)> &visit) {
  const std::vector<AxisValues> &axes = candidates.axes;
  if (candidates.drawn) {
    for (const RowIndices &rows : *candidates.drawn)
      if (!visit(rows))
        return;
    return;
  }
  RowIndices rows(axes.size());
  for (;;) {
    if (!visit(rows))
      return;
    std::size_t axis = axes.size();
    while (axis > 0 && ++rows[axis - 1] == axes[axis - 1].rows.size())
      rows[--axis] = 0;
    if (axis == 0)
      return;
  }
}

} // namespace nnx::dsl
