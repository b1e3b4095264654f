// Reads tables/Optimizers.def; resolves flags and local values of a rule.
#include "dsl/Optimizers.h"

#include "dsl/ScalarParser.h"
#include "dsl/Simplify.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

namespace nnx::dsl {
namespace {

constexpr std::string_view iterationName = "iteration";

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

[[noreturn]] void failRow(const std::string &row, const std::string &what,
                          const std::string &line) {
  throw std::invalid_argument("optimizer " + row + ": " + what + " in: " + line);
}

std::vector<OptimizerRow> readTable() {
#define NNX_LIST(...) {__VA_ARGS__}
#define FLOAT(name, value, least, greatest) OptimizerSetting{name, false, value, least, greatest}
#define FLAG(name, value) OptimizerSetting{name, true, value, 0, 1}
#define SLOT(name) OptimizerSlot{name, ""}
#define SLOT_IF(name, flag) OptimizerSlot{name, flag}
#define NNX_OPTIMIZER(name, settings, slots, rule) OptimizerRow(name, settings, slots, rule),
  return {
#include "dsl/tables/Optimizers.def"
  };
#undef NNX_LIST
#undef FLOAT
#undef FLAG
#undef SLOT
#undef SLOT_IF
}

} // namespace

OptimizerRow::OptimizerRow(std::string name, std::vector<OptimizerSetting> settings,
                           std::vector<OptimizerSlot> slots,
                           const std::vector<std::string> &ruleText)
    : rowName(std::move(name)), rowSettings(std::move(settings)), rowSlots(std::move(slots)) {
  std::set<std::string> writable = {"w"}, locals;
  ScalarScope scope;
  scope.variables = {"w", "g", std::string(iterationName)};
  for (const OptimizerSetting &s : rowSettings)
    (s.isFlag ? scope.flags : scope.variables).insert(s.name);
  for (const OptimizerSlot &s : rowSlots) {
    if (!s.onlyIf.empty() && !scope.flags.count(s.onlyIf))
      failRow(rowName, "no flag '" + s.onlyIf + "' for a slot", s.name);
    scope.variables.insert(s.name);
    writable.insert(s.name);
  }
  bool writesWeight = false;
  for (const std::string &line : ruleText) {
    const size_t equals = line.find('=');
    if (equals == std::string::npos)
      failRow(rowName, "no '='", line);
    const std::string target(trimmed(std::string_view(line).substr(0, equals)));
    const bool local = !writable.count(target);
    if (local && (scope.variables.count(target) || scope.flags.count(target)))
      failRow(rowName, "'" + target + "' may not be assigned", line);
    try {
      lines.push_back({target, parseScalarExpr(std::string_view(line).substr(equals + 1), scope)});
    } catch (const ScalarSyntaxError &e) {
      failRow(rowName, e.what(), line);
    }
    if (local)
      scope.variables.insert(target);
    writesWeight = writesWeight || target == "w";
  }
  if (!writesWeight)
    failRow(rowName, "w is never written", "the rule");
}

const OptimizerSetting *OptimizerRow::findSetting(std::string_view name) const {
  const auto setting = std::find_if(rowSettings.begin(), rowSettings.end(),
                                    [&](const auto &s) { return s.name == name; });
  return setting == rowSettings.end() ? nullptr : &*setting;
}

bool OptimizerRow::isFlagSet(std::string_view flag, const OptimizerFlags &flags) const {
  const auto given = flags.find(std::string(flag));
  return given != flags.end() ? given->second : findSetting(flag)->defaultValue != 0;
}

std::vector<std::string> OptimizerRow::slots(const OptimizerFlags &flags) const {
  std::vector<std::string> names;
  for (const OptimizerSlot &s : rowSlots)
    if (s.onlyIf.empty() || isFlagSet(s.onlyIf, flags))
      names.push_back(s.name);
  return names;
}

std::vector<std::string> OptimizerRow::hyperNames(const OptimizerFlags &flags) const {
  std::vector<std::string> names;
  for (const OptimizerSetting &s : rowSettings)
    if (!s.isFlag)
      names.push_back(s.name);
  for (const Assignment &a : rule(flags))
    if (a.value.variables().count(std::string(iterationName))) {
      names.emplace_back(iterationName);
      break;
    }
  return names;
}

std::vector<Assignment> OptimizerRow::rule(const OptimizerFlags &flags) const {
  std::map<std::string, ScalarExpr> known;
  for (const OptimizerSetting &s : rowSettings)
    if (s.isFlag)
      known.emplace(s.name, isFlagSet(s.name, flags) ? 1.0 : 0.0);
  std::set<std::string> stored = {"w"};
  for (const std::string &slot : slots(flags))
    stored.insert(slot);
  const auto isAbsentSlot = [&](const std::string &name) {
    return !stored.count(name) && std::any_of(rowSlots.begin(), rowSlots.end(),
                                              [&](const auto &s) { return s.name == name; });
  };
  std::vector<Assignment> result;
  for (const Line &line : lines) {
    ScalarExpr value = simplify(line.value.substitute(known));
    if (stored.count(line.target))
      result.push_back({line.target, value});
    else if (!isAbsentSlot(line.target))
      known.insert_or_assign(line.target, value);
  }
  return result;
}

std::string OptimizerRow::structuralText(const OptimizerFlags &flags) const {
  std::string inner;
  for (const OptimizerSetting &s : rowSettings)
    if (s.isFlag)
      inner +=
          (inner.empty() ? "" : ", ") + s.name + (isFlagSet(s.name, flags) ? "=true" : "=false");
  return rowName + "(" + inner + ")";
}

const std::vector<OptimizerRow> &optimizers() {
  static const std::vector<OptimizerRow> rows = readTable();
  return rows;
}

const OptimizerRow *findOptimizer(std::string_view name) {
  const auto &rows = optimizers();
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const auto &r) { return r.name() == name; });
  return row == rows.end() ? nullptr : &*row;
}

std::optional<OptimizerChoice> parseOptimizerChoice(std::string_view structuralText) {
  const size_t open = structuralText.find('(');
  if (open == std::string_view::npos || !structuralText.ends_with(')'))
    return {};
  OptimizerChoice choice{findOptimizer(structuralText.substr(0, open)), {}};
  if (!choice.row)
    return {};
  std::string_view rest = structuralText.substr(open + 1, structuralText.size() - open - 2);
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view item = trimmed(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    const size_t equals = item.find('=');
    const OptimizerSetting *setting = choice.row->findSetting(item.substr(0, equals));
    if (equals == std::string_view::npos || !setting || !setting->isFlag)
      return {};
    const std::string_view value = item.substr(equals + 1);
    if (value != "true" && value != "false")
      return {};
    choice.flags[setting->name] = value == "true";
  }
  return choice;
}

} // namespace nnx::dsl
