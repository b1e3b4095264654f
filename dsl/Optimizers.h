// Optimizers: settings, state and update rule of each, read from tables/Optimizers.def.
#pragma once

#include "dsl/ScalarExpr.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nnx::dsl {

struct OptimizerSetting {
  std::string name;
  /// A flag is structural (compiled in); any other setting is a float given at run time.
  bool isFlag;
  double defaultValue; ///< 0 or 1 for a flag
  double least, greatest;
};

struct OptimizerSlot {
  std::string name;
  std::string onlyIf; ///< the flag that must be true, or empty
};

/// `target` is "w" or a slot. Later assignments see what earlier ones wrote.
struct Assignment {
  std::string target;
  ScalarExpr value;
};

/// Values of flags; one that is missing has its default.
using OptimizerFlags = std::map<std::string, bool>;

class OptimizerRow {
public:
  /// Throws std::invalid_argument, naming row and place, if the rule does not parse, uses an
  /// unknown name or never writes w.
  OptimizerRow(std::string name, std::vector<OptimizerSetting> settings,
               std::vector<OptimizerSlot> slots, const std::vector<std::string> &ruleText);

  const std::string &name() const { return rowName; }
  const std::vector<OptimizerSetting> &settings() const { return rowSettings; }
  /// Null if there is no such setting.
  const OptimizerSetting *findSetting(std::string_view name) const;

  /// State buffers in the order of kernel arguments.
  std::vector<std::string> slots(const OptimizerFlags &flags) const;
  /// Run-time hyperparameters in the order of kernel arguments: the float settings of the row in
  /// order, then "iteration" (counted from 1) if the rule reads it.
  std::vector<std::string> hyperNames(const OptimizerFlags &flags) const;
  /// The update over "w", "g", slots and hyperparameters, flags and locals resolved.
  std::vector<Assignment> rule(const OptimizerFlags &flags) const;
  /// Name and every flag, such as "sgd(nesterov=false)"; "rmsprop()" without flags.
  std::string structuralText(const OptimizerFlags &flags) const;

private:
  struct Line {
    std::string target;
    ScalarExpr value;
  };
  bool isFlagSet(std::string_view flag, const OptimizerFlags &flags) const;

  std::string rowName;
  std::vector<OptimizerSetting> rowSettings;
  std::vector<OptimizerSlot> rowSlots;
  std::vector<Line> lines;
};

const std::vector<OptimizerRow> &optimizers();

/// Null if no row has this name.
const OptimizerRow *findOptimizer(std::string_view name);

struct OptimizerChoice {
  const OptimizerRow *row;
  OptimizerFlags flags;
};

/// Reads what structuralText wrote; nothing if the text is not of that form.
std::optional<OptimizerChoice> parseOptimizerChoice(std::string_view structuralText);

} // namespace nnx::dsl
