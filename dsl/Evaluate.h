// Gives expressions their values, and values the types expected of them.
#pragma once

#include "dsl/Signature.h"

#include <optional>

namespace nnx::dsl {

// Values that are wrong (see Value) stay wrong without a second report. A name bound to a wrong
// value therefore stands for a value not known yet, and evaluating then checks what can be checked.
class Evaluator {
public:
  Evaluator(const File &file, DiagnosticSink &sink) : file(file), sink(sink) {}

  Value evaluate(const Expr &expr, const Scope &scope);

  // Evaluates for `parameter`: converts to its type and checks its range.
  Value evaluateFor(const Parameter &parameter, const Expr &expr, const Scope &scope);

  // The default of a parameter that is not required.
  Value fallbackOf(const Parameter &parameter, const Scope &scope);

  // A value of `type`, wrong after a report. `purpose` says in messages what wants it.
  Value convert(const Value &value, Type type, std::string_view purpose, const Scope &scope);

  // A call of a network, declared or in scope, with its arguments converted; wrong after a report.
  Value evaluateNetworkCall(const Expr &call, const Scope &scope);
  bool isNetwork(std::string_view name, const Scope &scope) const;

  // Words that comparisons may name besides those of the tables: labels of axes.
  void allowWords(std::vector<std::string> words) { allowedWords = std::move(words); }

  const NetworkNode *findNetwork(std::string_view name) const;
  const ActivationNode *findDeclared(std::string_view activation) const;

  // Reports an optimizer that clips in two ways.
  bool checkClipping(const Optimizer &optimizer, SourceLocation location);

private:
  Value evaluateName(const Expr &expr, const Scope &scope);
  Value evaluateUnary(const Expr &expr, const Scope &scope);
  Value evaluateBinary(const Expr &expr, const Scope &scope);
  Value evaluateLogic(const Expr &expr, const Scope &scope);
  Value evaluateRange(const Expr &expr, const Scope &scope);
  Value evaluateElements(const Expr &expr, const Scope &scope);
  Value evaluateCall(const Expr &expr, const Scope &scope);
  Value evaluateOptimizer(const Signature &signature, const Expr &call, const Scope &scope);
  Value evaluateActivation(const Signature &signature, const Expr &call, const Scope &scope);
  Value evaluateSchedule(const Signature &signature, const Expr &call, const Scope &scope);
  std::optional<Settings> evaluateSettings(const Signature &signature, const Expr &call,
                                           const Scope &scope);
  Value evaluateLoss(const Signature &signature, const Expr &call, const Scope &scope);
  Value evaluateStop(const Expr &call, const Scope &scope);
  Value evaluateWeights(const Expr &call, const Scope &scope);
  Value evaluateInit(const Signature &signature, const Expr &call, const Scope &scope);
  Value calculate(const Expr &expr, const Value &left, const Value &right, const Scope &scope);
  Value compare(const Expr &expr, const Value &left, const Value &right, const Scope &scope);
  bool checkNotSymbol(const Value &value, const Scope &scope);
  bool checkWord(const Value &value, const Scope &scope);
  Value convertWord(const Value &value, Type type, const Scope &scope);
  Value mismatch(const Value &value, Type type, std::string_view purpose);
  bool checkRange(const Parameter &parameter, const Value &value, SourceLocation location);

  const File &file;
  DiagnosticSink &sink;
  std::vector<std::string> allowedWords;
};

// The words that are values of `type`, such as the names of all activations.
const std::vector<std::string> &wordsOf(Type type);

// A converted value as a setting; requires that it is not wrong.
SettingValue toSetting(const Value &value);

} // namespace nnx::dsl
