// Signatures from the tables, and the binding of arguments to them.
#include "dsl/Signature.h"

#include "dsl/Activations.h"
#include "dsl/Evaluate.h"
#include "dsl/Losses.h"
#include "dsl/Optimizers.h"

#include <cmath>
#include <map>

namespace nnx::dsl {
namespace {

std::map<std::string, Signature, std::less<>> readSettings() {
  std::map<std::string, Signature, std::less<>> result;
#define NNX_LAYER(NAME) result[#NAME].name = #NAME;
#define NNX_JOIN(NAME) result[#NAME].name = #NAME;
#include "dsl/tables/Layers.def"
  auto add = [&](const char *owner, Parameter parameter) {
    Signature &signature = result[owner];
    signature.name = owner;
    signature.parameters.push_back(std::move(parameter));
  };
#define NNX_SETTING(OWNER, NAME, TYPE, DEFAULT, LEAST, GREATEST)                                   \
  add(#OWNER, {NAME, Type::TYPE, DEFAULT, nullptr, LEAST, GREATEST});
#include "dsl/tables/Settings.def"
  return result;
}

Parameter parameterOf(const OptimizerSetting &setting) {
  Parameter parameter{setting.name, Type::real, toText(setting.defaultValue)};
  parameter.least = setting.least;
  parameter.greatest = setting.greatest;
  if (setting.kind == OptimizerSettingKind::Flag) {
    parameter.type = Type::boolean;
    parameter.fallbackText = setting.defaultValue != 0 ? "true" : "false";
  } else if (setting.kind == OptimizerSettingKind::Choice) {
    parameter.type = Type::decay;
    parameter.fallbackText = wordsOf(parameter.type).front();
  }
  return parameter;
}

std::map<std::string, Signature, std::less<>> readOptimizers() {
  std::map<std::string, Signature, std::less<>> result;
  for (const OptimizerRow &row : optimizers()) {
    Signature signature{row.name(), {}};
    for (const OptimizerSetting &setting : row.settings())
      signature.parameters.push_back(parameterOf(setting));
    result[row.name()] = std::move(signature);
  }
  return result;
}

std::map<std::string, Signature, std::less<>> readSchedules() {
  std::map<std::string, Signature, std::less<>> result;
#define SCHEDULE_FLOAT(NAME, DEFAULT, LEAST, GREATEST)                                             \
  {NAME, Type::real, DEFAULT, nullptr, LEAST, GREATEST}
#define SCHEDULE_FLAG(NAME, DEFAULT) {NAME, Type::boolean, DEFAULT}
#define NNX_SCHEDULE(NAME, NEEDSLENGTH, ...) result[#NAME] = {#NAME, {__VA_ARGS__}};
#include "dsl/tables/Schedules.def"
#undef SCHEDULE_FLOAT
#undef SCHEDULE_FLAG
  return result;
}

std::map<std::string, Signature, std::less<>> readInits() {
  std::map<std::string, Signature, std::less<>> result;
#define NNX_INIT_ARGUMENT(NAME, DEFAULT, LEAST)                                                    \
  {NAME, Type::real, toText(double(DEFAULT)), nullptr, LEAST, INFINITY}
#define NNX_INIT(NAME, ...) result[#NAME] = {#NAME, {__VA_ARGS__}};
#include "dsl/tables/Inits.def"
  return result;
}

Signature signatureOf(const std::string &row, const RowNumbers &numbers) {
  Signature signature{row, {}};
  for (const RowNumber &number : numbers)
    signature.parameters.push_back(
        {number.name, Type::real, toText(number.fallback), nullptr, number.least, number.greatest});
  return signature;
}

std::map<std::string, Signature, std::less<>> readActivations() {
  std::map<std::string, Signature, std::less<>> result;
  for (const ActivationRow &row : activations())
    result[row.name] = signatureOf(row.name, row.arguments);
  return result;
}

std::map<std::string, Signature, std::less<>> readLosses() {
  std::map<std::string, Signature, std::less<>> result;
  for (const LossRow &row : losses())
    result[row.name] = signatureOf(row.name, row.numbers);
  return result;
}

const auto &allSettings() {
  static const auto table = readSettings();
  return table;
}
const auto &allOptimizers() {
  static const auto table = readOptimizers();
  return table;
}
const auto &allActivations() {
  static const auto table = readActivations();
  return table;
}
const auto &allLosses() {
  static const auto table = readLosses();
  return table;
}
const auto &allSchedules() {
  static const auto table = readSchedules();
  return table;
}
const auto &allInits() {
  static const auto table = readInits();
  return table;
}

template <typename Map> const Signature *findIn(const Map &map, std::string_view name) {
  auto found = map.find(name);
  return found == map.end() ? nullptr : &found->second;
}

// The parameter an argument is for, or null after a report.
const Parameter *findTarget(const Signature &signature, const Element &argument, std::size_t place,
                            DiagnosticSink &sink) {
  auto refuse = [&](SourceLocation location, const std::string &name) {
    sink.report(DiagnosticId::unknown_setting, location,
                {name, signature.name, suggest(name, signature.names())});
    return nullptr;
  };
  if (!argument.name.empty()) {
    const Parameter *target = signature.find(argument.name);
    return target ? target : refuse(argument.nameLocation, argument.name);
  }
  if (argument.value.kind == ExprKind::name) {
    if (const Parameter *target = signature.find(argument.value.text))
      return target;
    if (signature.wantsNames)
      return refuse(argument.value.location, argument.value.text);
  }
  if (place < signature.parameters.size())
    return &signature.parameters[place];
  sink.report(DiagnosticId::too_many_arguments, argument.value.location,
              {signature.name, static_cast<int64_t>(signature.parameters.size())});
  return nullptr;
}

} // namespace

const Parameter *Signature::find(std::string_view parameter) const {
  for (const Parameter &candidate : parameters)
    if (candidate.name == parameter)
      return &candidate;
  return nullptr;
}

std::vector<std::string> Signature::names() const {
  std::vector<std::string> result;
  for (const Parameter &parameter : parameters)
    result.push_back(parameter.name);
  return result;
}

const Signature &settingsOf(std::string_view owner) {
  return allSettings().find(owner)->second;
}

const Signature *findSettings(std::string_view owner) {
  return findIn(allSettings(), owner);
}

std::optional<LayerKind> findLayerKind(std::string_view name) {
#define NNX_LAYER(NAME)                                                                            \
  if (name == #NAME)                                                                               \
    return LayerKind::NAME;
#include "dsl/tables/Layers.def"
  return std::nullopt;
}

std::optional<LayerKind> findJoinKind(std::string_view name) {
#define NNX_LAYER(NAME)
#define NNX_JOIN(NAME)                                                                             \
  if (name == #NAME)                                                                               \
    return LayerKind::NAME;
#include "dsl/tables/Layers.def"
  return std::nullopt;
}

const Signature *findLayer(std::string_view name) {
  return findLayerKind(name) ? &settingsOf(name) : nullptr;
}

std::vector<std::string> layerNames() {
  return {
#define NNX_LAYER(NAME) #NAME,
#include "dsl/tables/Layers.def"
  };
}

const Signature *findOptimizerSignature(std::string_view name) {
  return findIn(allOptimizers(), name);
}
const Signature *findScheduleSignature(std::string_view name) {
  return findIn(allSchedules(), name);
}

std::vector<std::string> scheduleNames() {
  std::vector<std::string> result;
  for (const auto &[name, signature] : allSchedules())
    result.push_back(name);
  return result;
}

bool needsLength(const Schedule &schedule) {
#define NNX_SCHEDULE(NAME, NEEDSLENGTH, ...)                                                       \
  if (schedule.kind == #NAME)                                                                      \
    return NEEDSLENGTH;
#include "dsl/tables/Schedules.def"
  return false;
}

const Signature *findInitSignature(std::string_view name) {
  return findIn(allInits(), name);
}

const Signature *findActivationSignature(std::string_view name) {
  return findIn(allActivations(), name);
}

const Signature *findLossSignature(std::string_view name) {
  return findIn(allLosses(), name);
}

std::vector<std::string> initNames() {
  std::vector<std::string> result;
  for (const auto &[name, signature] : allInits())
    result.push_back(name);
  return result;
}

Signature signatureOf(const NetworkNode &node) {
  Signature signature{node.name, {}, true};
  for (const ParameterNode &parameter : node.parameters) {
    Type type = findParameterType(parameter.type).value_or(Type::integer);
    signature.parameters.push_back(
        {parameter.name, type, {}, parameter.fallback ? &*parameter.fallback : nullptr});
  }
  return signature;
}

Signature signatureOf(const ActivationNode &node) {
  Signature signature{node.name, {}};
  for (const ParameterNode &parameter : node.parameters)
    signature.parameters.push_back(
        {parameter.name, Type::real, {}, parameter.fallback ? &*parameter.fallback : nullptr});
  return signature;
}

std::optional<std::vector<const Expr *>> bindArguments(const Signature &signature, const Expr &call,
                                                       DiagnosticSink &sink) {
  std::vector<const Expr *> bound(signature.parameters.size());
  bool isRight = true;
  for (std::size_t place = 0; place < call.elements.size(); ++place) {
    const Element &argument = call.elements[place];
    const Parameter *target = findTarget(signature, argument, place, sink);
    if (!target) {
      isRight = false;
      continue;
    }
    const Expr *&slot = bound[static_cast<std::size_t>(target - signature.parameters.data())];
    if (slot) {
      sink.report(DiagnosticId::given_twice,
                  argument.name.empty() ? argument.value.location : argument.nameLocation,
                  {target->name});
      isRight = false;
    }
    slot = &argument.value;
  }
  for (std::size_t i = 0; i < bound.size(); ++i)
    if (isRight && !bound[i] && signature.parameters[i].isRequired()) {
      sink.report(
          DiagnosticId::missing_setting, call.location,
          {signature.name, signature.parameters[i].name, nameOf(signature.parameters[i].type)});
      isRight = false;
    }
  if (!isRight)
    return std::nullopt;
  return bound;
}

} // namespace nnx::dsl
