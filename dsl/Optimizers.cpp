// Reads tables/Optimizers.def; resolves flags and local values of a rule.
#include "dsl/Optimizers.h"

#include "dsl/ScalarParser.h"
#include "dsl/Simplify.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>

namespace nnx::dsl {
namespace {

constexpr std::string_view iterationName = "iteration";
constexpr std::string_view normName = "squared_norm";

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// Words of a choice, its default first.
std::vector<std::string> wordsOfChoice(std::string_view type) {
  std::vector<std::string> words;
#define NNX_CHOICE(TYPE, WORD)                                                                     \
  if (type == #TYPE)                                                                               \
    words.emplace_back(WORD);
#include "dsl/tables/Choices.def"
  return words;
}

// A row with what every optimizer has.
OptimizerRow withBase(std::string name, std::vector<OptimizerSetting> settings,
                      std::vector<OptimizerSlot> slots, std::vector<CarriedNumber> carried,
                      const std::vector<std::string> &rule,
                      const std::vector<OptimizerSetting> &baseSettings,
                      std::vector<std::string> baseRule) {
  for (const OptimizerSetting &setting : baseSettings)
    if (std::none_of(settings.begin(), settings.end(),
                     [&](const auto &own) { return own.name == setting.name; }))
      settings.push_back(setting);
  baseRule.insert(baseRule.end(), rule.begin(), rule.end());
  return OptimizerRow(std::move(name), std::move(settings), std::move(slots), std::move(carried),
                      baseRule);
}

std::vector<OptimizerRow> readTable() {
  using Kind = OptimizerSettingKind;
  std::vector<OptimizerSetting> baseSettings;
  std::vector<std::string> baseRule;
  std::vector<OptimizerRow> rows;
#define FLOAT(name, value, least, greatest)                                                        \
  OptimizerSetting{name, Kind::Float, value, least, greatest}
#define PART(name, value, least, greatest)                                                         \
  OptimizerSetting{name, Kind::Part, value, least, greatest}
#define FLAG(name, value) OptimizerSetting{name, Kind::Flag, value, 0, 1}
#define CHOICE(name) OptimizerSetting{name, Kind::Choice, 0, 0, 0}
#define SLOT(name) OptimizerSlot{name, "", ""}
#define SLOT_IF(name, flag) OptimizerSlot{name, flag, ""}
#define SLOT_FROM(name, setting) OptimizerSlot{name, "", setting}
#define CARRIED(name, start) CarriedNumber{name, start}
#define NNX_OPTIMIZER_BASE(settings, rule)                                                         \
  baseSettings = settings;                                                                         \
  baseRule = rule;
#define NNX_OPTIMIZER(name, settings, slots, carried, rule)                                        \
  rows.push_back(withBase(name, settings, slots, carried, rule, baseSettings, baseRule));
#include "dsl/tables/Optimizers.def"
#undef FLOAT
#undef PART
#undef FLAG
#undef CHOICE
#undef SLOT
#undef SLOT_IF
#undef SLOT_FROM
#undef CARRIED
  return rows;
}

bool readsAny(const ScalarExpr &value, const std::set<std::string> &names) {
  const std::set<std::string> read = value.variables();
  return std::any_of(read.begin(), read.end(),
                     [&](const auto &name) { return names.contains(name); });
}

} // namespace

// Reads the lines of a rule, name by name.
class OptimizerRow::RuleReader {
public:
  explicit RuleReader(OptimizerRow &row) : row(row) {
    scope.variables = {"w", "g", std::string(normName), std::string(iterationName)};
    for (const std::string &flag : row.flagNames())
      scope.flags.insert(flag);
    for (const OptimizerSetting &s : row.rowSettings)
      if (s.isNumber())
        scope.variables.insert(s.name);
    for (const OptimizerSlot &s : row.rowSlots) {
      if (!s.onlyIf.empty() && !scope.flags.count(s.onlyIf))
        fail("no flag '" + s.onlyIf + "' for a slot", s.name);
      if (!s.startFrom.empty() && !scope.variables.count(s.startFrom))
        fail("no setting '" + s.startFrom + "' for the start of a slot", s.name);
      perWeight.insert(s.name);
    }
    writable = perWeight;
    perWeight.emplace(normName);
    for (const CarriedNumber &c : row.rowCarried)
      carried.insert(c.name);
    scope.variables.insert(perWeight.begin(), perWeight.end());
    scope.variables.insert(carried.begin(), carried.end());
  }

  void read(const std::vector<std::string> &text) {
    for (const std::string &line : text)
      readLine(line);
    if (std::none_of(row.lines.begin(), row.lines.end(),
                     [](const Line &line) { return line.target == "w"; }))
      fail("w is never written", "the rule");
  }

private:
  [[noreturn]] void fail(const std::string &what, const std::string &line) const {
    throw std::invalid_argument("optimizer " + row.rowName + ": " + what + " in: " + line);
  }

  void readLine(const std::string &line) {
    const size_t equals = line.find('=');
    if (equals == std::string::npos)
      fail("no '='", line);
    const std::string target(trimmed(std::string_view(line).substr(0, equals)));
    const bool isLocal = !writable.count(target) && !carried.count(target);
    if (isLocal && (scope.variables.count(target) || scope.flags.count(target)))
      fail("'" + target + "' may not be assigned", line);
    try {
      row.lines.push_back(
          {target, parseScalarExpr(std::string_view(line).substr(equals + 1), scope)});
    } catch (const ScalarSyntaxError &e) {
      fail(e.what(), line);
    }
    const ScalarExpr &value = row.lines.back().value;
    if (readsAny(value, stale))
      fail("a local value whose slots have changed is read", line);
    if (carried.count(target) && readsAny(value, perWeight))
      fail("a carried number is made of weights", line);
    if (isLocal) {
      scope.variables.insert(target);
      sources[target] = value.variables();
      for (const std::string &name : value.variables())
        if (sources.count(name))
          sources[target].insert(sources[name].begin(), sources[name].end());
      if (readsAny(value, perWeight))
        perWeight.insert(target);
    }
    for (const auto &[local, read] : sources)
      if (local != target && read.count(target) && writable.count(target))
        stale.insert(local);
  }

  OptimizerRow &row;
  ScalarScope scope;
  std::set<std::string> writable;
  std::set<std::string> perWeight = {"w", "g"}; // has another value for each weight
  std::set<std::string> carried, stale;
  std::map<std::string, std::set<std::string>> sources; // what locals are made of
};

OptimizerRow::OptimizerRow(std::string name, std::vector<OptimizerSetting> settings,
                           std::vector<OptimizerSlot> slots, std::vector<CarriedNumber> carried,
                           const std::vector<std::string> &ruleText)
    : rowName(std::move(name)), rowSettings(std::move(settings)), rowSlots(std::move(slots)),
      rowCarried(std::move(carried)) {
  RuleReader(*this).read(ruleText);
}

const OptimizerSetting *OptimizerRow::findSetting(std::string_view name) const {
  const auto setting = std::find_if(rowSettings.begin(), rowSettings.end(),
                                    [&](const auto &s) { return s.name == name; });
  return setting == rowSettings.end() ? nullptr : &*setting;
}

std::vector<std::string> OptimizerRow::flagNames() const {
  std::vector<std::string> names;
  for (const OptimizerSetting &s : rowSettings)
    if (s.kind == OptimizerSettingKind::Flag)
      names.push_back(s.name);
    else if (s.kind == OptimizerSettingKind::Part)
      names.push_back("has_" + s.name);
    else if (s.kind == OptimizerSettingKind::Choice)
      for (const std::string &word : wordsOfChoice(s.name))
        if (word != wordsOfChoice(s.name).front())
          names.push_back(word);
  return names;
}

bool OptimizerRow::hasFlag(const std::string &flag) const {
  const std::vector<std::string> names = flagNames();
  return std::find(names.begin(), names.end(), flag) != names.end();
}

OptimizerFlags OptimizerRow::flagsOf(const Settings &values) const {
  OptimizerFlags flags;
  for (const OptimizerSetting &s : rowSettings)
    if (s.kind == OptimizerSettingKind::Flag)
      flags[s.name] = values.getBool(s.name);
    else if (s.kind == OptimizerSettingKind::Part)
      flags["has_" + s.name] = values.getFloat(s.name) != 0;
    else if (s.kind == OptimizerSettingKind::Choice)
      flags[values.getName(s.name)] = true;
  const std::vector<std::string> known = flagNames();
  std::erase_if(flags, [&](const auto &flag) { // the default word of a choice
    return std::find(known.begin(), known.end(), flag.first) == known.end();
  });
  return flags;
}

bool OptimizerRow::isFlagSet(const std::string &flag, const OptimizerFlags &flags) const {
  if (const auto given = flags.find(flag); given != flags.end())
    return given->second;
  const OptimizerSetting *setting = findSetting(flag);
  return setting && setting->kind == OptimizerSettingKind::Flag && setting->defaultValue != 0;
}

std::vector<OptimizerSlot> OptimizerRow::slots(const OptimizerFlags &flags) const {
  std::vector<OptimizerSlot> present;
  for (const OptimizerSlot &s : rowSlots)
    if (s.onlyIf.empty() || isFlagSet(s.onlyIf, flags))
      present.push_back(s);
  return present;
}

OptimizerRow::Resolved OptimizerRow::resolve(const OptimizerFlags &flags) const {
  std::map<std::string, ScalarExpr> known; // flags and locals of a weight
  for (const std::string &flag : flagNames())
    known.emplace(flag, isFlagSet(flag, flags) ? 1.0 : 0.0);
  std::set<std::string> stored = {"w", "g"}, absent, perWeight = {"w", "g", std::string(normName)};
  for (const OptimizerSlot &s : rowSlots)
    absent.insert(s.name);
  for (const OptimizerSlot &s : slots(flags)) {
    absent.erase(s.name);
    stored.insert(s.name);
    perWeight.insert(s.name);
  }
  Resolved result;
  for (const Line &line : lines) {
    const ScalarExpr value = simplify(line.value.substitute(known));
    if (stored.count(line.target)) {
      if (!(value == ScalarExpr::variable(line.target)))
        result.rule.push_back({line.target, value});
    } else if (absent.count(line.target)) {
      continue;
    } else if (readsAny(value, perWeight)) {
      known.insert_or_assign(line.target, value);
    } else {
      result.numbers.push_back({line.target, value});
    }
  }
  // Numbers that nothing reads are not there.
  std::set<std::string> wanted;
  for (const Assignment &a : result.rule)
    wanted.merge(a.value.variables());
  for (size_t i = result.numbers.size(); i-- > 0;)
    if (wanted.count(result.numbers[i].target))
      wanted.merge(result.numbers[i].value.variables());
    else
      result.numbers.erase(result.numbers.begin() + static_cast<std::ptrdiff_t>(i));
  return result;
}

std::vector<Assignment> OptimizerRow::numbers(const OptimizerFlags &flags) const {
  return resolve(flags).numbers;
}

std::vector<Assignment> OptimizerRow::rule(const OptimizerFlags &flags) const {
  return resolve(flags).rule;
}

std::vector<Hyper> OptimizerRow::hypers(const OptimizerFlags &flags) const {
  constexpr double given = std::numeric_limits<double>::quiet_NaN();
  const Resolved resolved = resolve(flags);
  std::vector<Hyper> result;
  for (const OptimizerSetting &s : rowSettings)
    if (s.isNumber() &&
        (s.kind == OptimizerSettingKind::Float || isFlagSet("has_" + s.name, flags)))
      result.push_back({s.name, given});
  bool counts = false;
  for (const Assignment &a : resolved.rule)
    counts = counts || a.value.variables().count(std::string(iterationName));
  for (const Assignment &a : resolved.numbers) {
    counts = counts || a.value.variables().count(std::string(iterationName));
    const auto carried = std::find_if(rowCarried.begin(), rowCarried.end(),
                                      [&](const auto &c) { return c.name == a.target; });
    result.push_back({a.target, carried == rowCarried.end() ? 0.0 : carried->start});
  }
  if (counts)
    result.push_back({std::string(iterationName), given});
  return result;
}

std::vector<std::string> OptimizerRow::kernelHypers(const OptimizerFlags &flags) const {
  std::set<std::string> read;
  for (const Assignment &a : rule(flags))
    read.merge(a.value.variables());
  std::vector<std::string> names;
  for (const Hyper &hyper : hypers(flags))
    if (read.count(hyper.name))
      names.push_back(hyper.name);
  return names;
}

bool OptimizerRow::readsNorm(const OptimizerFlags &flags) const {
  const std::vector<Assignment> assignments = rule(flags);
  return std::any_of(assignments.begin(), assignments.end(), [](const Assignment &a) {
    return a.value.variables().count(std::string(normName)) != 0;
  });
}

bool OptimizerRow::isNormGlobal(const OptimizerFlags &flags) const {
  return isFlagSet("has_global_clipnorm", flags);
}

std::string OptimizerRow::structuralText(const OptimizerFlags &flags) const {
  std::string inner;
  for (const std::string &flag : flagNames()) {
    const OptimizerSetting *setting = findSetting(flag);
    const bool isOwn = setting && setting->kind == OptimizerSettingKind::Flag;
    if (isOwn || isFlagSet(flag, flags))
      inner += (inner.empty() ? "" : ", ") + flag + (isFlagSet(flag, flags) ? "=true" : "=false");
  }
  return rowName + "(" + inner + ")";
}

bool isStated(const OptimizerRow &row, const Setting &setting) {
  switch (row.findSetting(setting.name)->kind) {
  case OptimizerSettingKind::Part:
    return std::get<double>(setting.value) != 0;
  case OptimizerSettingKind::Choice:
    return std::get<std::string>(setting.value) != wordsOfChoice(setting.name).front();
  default:
    return true;
  }
}

const std::vector<OptimizerRow> &optimizers() {
  static const std::vector<OptimizerRow> rows = readTable();
  return rows;
}

const OptimizerRow &storedGradient() {
  static const OptimizerRow row("store", {}, {}, {}, {"w = g"});
  return row;
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
  if (!choice.row && structuralText == storedGradient().structuralText({}))
    choice.row = &storedGradient();
  if (!choice.row)
    return {};
  std::string_view rest = structuralText.substr(open + 1, structuralText.size() - open - 2);
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view item = trimmed(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    const size_t equals = item.find('=');
    const std::string flag(item.substr(0, equals));
    if (equals == std::string_view::npos || !choice.row->hasFlag(flag))
      return {};
    const std::string_view value = item.substr(equals + 1);
    if (value != "true" && value != "false")
      return {};
    choice.flags[flag] = value == "true";
  }
  return choice;
}

} // namespace nnx::dsl
