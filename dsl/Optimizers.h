// Optimizers: settings, state and update rule of each, read from tables/Optimizers.def.
#pragma once

#include "dsl/ScalarExpr.h"
#include "dsl/Study.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nnx::dsl {

enum class OptimizerSettingKind : uint8_t {
  Float,
  Part,   ///< a Float whose being other than 0 is compiled in
  Flag,   ///< compiled in
  Choice, ///< compiled in: a word of tables/Choices.def
};

struct OptimizerSetting {
  std::string name;
  OptimizerSettingKind kind;
  double defaultValue; ///< 0 or 1 for a flag; of a choice 0, its first word
  double least, greatest;

  bool isNumber() const {
    return kind == OptimizerSettingKind::Float || kind == OptimizerSettingKind::Part;
  }
};

struct OptimizerSlot {
  std::string name;
  std::string onlyIf;    ///< the flag that must be true, or empty
  std::string startFrom; ///< the setting whose value it starts at, or empty: zero
};

/// A number that goes from step to step, one for all weights.
struct CarriedNumber {
  std::string name;
  double start;
};

struct Assignment {
  std::string target;
  ScalarExpr value;
};

/// A run-time number of a step. `start` is its value before the first step; NaN: whoever trains
/// gives it, a setting once, "iteration" before each step.
struct Hyper {
  std::string name;
  double start;
};

/// Which flags are true: those of the row, "has_<name>" for a part, the word of a choice unless it
/// is the first. A Flag that is missing has its default, any other is false.
using OptimizerFlags = std::map<std::string, bool>;

class OptimizerRow {
public:
  /// Throws std::invalid_argument, naming row and place, if the rule does not parse, uses an
  /// unknown name, computes a carried number from weights, reads a local value after a slot that it
  /// was made of has changed, or never writes w.
  OptimizerRow(std::string name, std::vector<OptimizerSetting> settings,
               std::vector<OptimizerSlot> slots, std::vector<CarriedNumber> carried,
               const std::vector<std::string> &ruleText);

  const std::string &name() const { return rowName; }
  const std::vector<OptimizerSetting> &settings() const { return rowSettings; }
  /// Null if there is no such setting.
  const OptimizerSetting *findSetting(std::string_view name) const;

  bool hasFlag(const std::string &flag) const;
  /// The flags that these values of the row's settings give.
  OptimizerFlags flagsOf(const Settings &values) const;
  /// State buffers in the order of kernel arguments.
  std::vector<OptimizerSlot> slots(const OptimizerFlags &flags) const;
  /// Every run-time number: the settings that are one, in order, without the parts that are not
  /// there; then what `numbers` assigns; then "iteration" if something reads it.
  std::vector<Hyper> hypers(const OptimizerFlags &flags) const;
  /// Those of `hypers` that the rule reads: the arguments of a kernel, in the same order.
  std::vector<std::string> kernelHypers(const OptimizerFlags &flags) const;
  /// Done once before each step, in order, over hypers: the new values of hypers.
  std::vector<Assignment> numbers(const OptimizerFlags &flags) const;
  /// Done for each weight, in order, over "w", "g", slots and hypers, flags and locals resolved.
  /// Targets are "w", a slot, or "g", which later lines read.
  std::vector<Assignment> rule(const OptimizerFlags &flags) const;
  /// Whether the rule reads squared_norm: the whole gradient must be there before the update.
  bool readsNorm(const OptimizerFlags &flags) const;
  /// Whether the norm is that of all gradients together, not of each parameter's own.
  bool isNormGlobal(const OptimizerFlags &flags) const;
  /// Name and flags, such as "sgd(nesterov=false)" or "adam(amsgrad=false, has_weight_decay=true)":
  /// those of the row always, others where they are true.
  std::string structuralText(const OptimizerFlags &flags) const;

private:
  struct Line {
    std::string target;
    ScalarExpr value;
  };
  class RuleReader;
  struct Resolved {
    std::vector<Assignment> numbers, rule;
  };
  Resolved resolve(const OptimizerFlags &flags) const;
  bool isFlagSet(const std::string &flag, const OptimizerFlags &flags) const;
  /// Every flag, in the order of the settings.
  std::vector<std::string> flagNames() const;

  std::string rowName;
  std::vector<OptimizerSetting> rowSettings;
  std::vector<OptimizerSlot> rowSlots;
  std::vector<CarriedNumber> rowCarried;
  std::vector<Line> lines;
};

const std::vector<OptimizerRow> &optimizers();

/// What stands for an optimizer where a gradient itself is wanted: w = g. It has no name in the
/// language; its structural text is "store()".
const OptimizerRow &storedGradient();

/// Null if no row has this name.
const OptimizerRow *findOptimizer(std::string_view name);

struct OptimizerChoice {
  const OptimizerRow *row;
  OptimizerFlags flags;
};

/// Whether texts name this setting: parts that are not there and choices at their default stay
/// unsaid.
bool isStated(const OptimizerRow &row, const Setting &setting);

/// Reads what structuralText wrote; nothing if the text is not of that form.
std::optional<OptimizerChoice> parseOptimizerChoice(std::string_view structuralText);

} // namespace nnx::dsl
