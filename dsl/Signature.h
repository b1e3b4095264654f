// What a layer, block, optimizer, init or network accepts, and how arguments find their place.
#pragma once

#include "dsl/Diagnostics.h"
#include "dsl/Value.h"

namespace nnx::dsl {

struct Parameter {
  std::string name;
  Type type{};
  std::string fallbackText;       // text of the language; "" if a value must be given
  const Expr *fallback = nullptr; // of a network's parameter
  double least = 0, greatest = 0; // of numbers, if least < greatest
  bool isRequired() const { return fallbackText.empty() && !fallback; }
};

// "between 1 and 65536", "at least 0"; empty if every value of the type is right.
std::string describeRange(const Parameter &parameter);

struct Signature {
  std::string name;
  std::vector<Parameter> parameters;
  bool wantsNames = false; // networks: a bare name stands for `name = name`, whatever its place

  const Parameter *find(std::string_view parameter) const;
  std::vector<std::string> names() const;
};

// Rows of Settings.def of one owner: a layer, "dataset", "training" or "experiment".
const Signature &settingsOf(std::string_view owner);
const Signature *findSettings(std::string_view owner); // null if there are none
const Signature *findLayer(std::string_view name);
std::optional<LayerKind> findLayerKind(std::string_view name);
std::optional<LayerKind> findJoinKind(std::string_view name); // add, concat
std::vector<std::string> layerNames();

const Signature *findOptimizerSignature(std::string_view name);
const Signature *findScheduleSignature(std::string_view name);
std::vector<std::string> scheduleNames();
// Whether the learning rate of a step depends on how many there will be.
bool needsLength(const Schedule &schedule);
const Signature *findInitSignature(std::string_view name);
std::vector<std::string> initNames();
// Rows of Activations.def; the argument x is none of them.
const Signature *findActivationSignature(std::string_view name);
const Signature *findLossSignature(std::string_view name);

// Requires that every type of the node's parameters exists.
Signature signatureOf(const NetworkNode &node);
Signature signatureOf(const ActivationNode &node);

// The argument of each parameter, or null where none is given. Reports unknown, repeated, missing
// and surplus arguments and returns nothing then.
std::optional<std::vector<const Expr *>> bindArguments(const Signature &signature, const Expr &call,
                                                       DiagnosticSink &sink);

} // namespace nnx::dsl
