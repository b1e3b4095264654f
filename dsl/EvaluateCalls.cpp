// Evaluation of calls: networks, optimizers and inits with their arguments.
#include "dsl/ActivationFormula.h"
#include "dsl/Activations.h"
#include "dsl/Evaluate.h"

#include "dsl/Losses.h"

#include <algorithm>

namespace nnx::dsl {

const NetworkNode *Evaluator::findNetwork(std::string_view name) const {
  for (const NetworkNode &node : file.networks)
    if (node.name == name)
      return &node;
  return nullptr;
}

const ActivationNode *Evaluator::findDeclared(std::string_view activation) const {
  for (const ActivationNode &node : file.activations)
    if (node.name == activation)
      return &node;
  return nullptr;
}

bool Evaluator::isNetwork(std::string_view name, const Scope &scope) const {
  const Value *value = scope.find(name);
  return value ? value->isWrong() || value->get<std::shared_ptr<const NetworkValue>>()
               : findNetwork(name) != nullptr;
}

// Where no type is expected, `constant` with settings of a schedule alone is one.
static bool isSchedule(const Expr &call) {
  const Signature *schedule = findScheduleSignature(call.text);
  const Signature *init = findInitSignature(call.text);
  return schedule &&
         (!init ||
          std::any_of(call.elements.begin(), call.elements.end(), [&](const Element &argument) {
            return schedule->find(argument.name) && !init->find(argument.name);
          }));
}

Value Evaluator::evaluateCall(const Expr &expr, const Scope &scope) {
  Value value;
  if (isNetwork(expr.text, scope))
    value = evaluateNetworkCall(expr, scope);
  else if (const Signature *signature = findOptimizerSignature(expr.text))
    value = evaluateOptimizer(*signature, expr, scope);
  else if (isSchedule(expr))
    value = evaluateSchedule(*findScheduleSignature(expr.text), expr, scope);
  else if (expr.text == "safetensors")
    value = evaluateWeights(expr, scope);
  else if (const Signature *init = findInitSignature(expr.text))
    value = evaluateInit(*init, expr, scope);
  else if (const Signature *loss = findLossSignature(expr.text))
    value = evaluateLoss(*loss, expr, scope);
  else if (expr.text == "early")
    value = evaluateStop(expr, scope);
  else if (const ActivationNode *node = findDeclared(expr.text))
    value = evaluateActivation(signatureOf(*node), expr, scope);
  else if (const Signature *activation = findActivationSignature(expr.text))
    value = evaluateActivation(*activation, expr, scope);
  else {
    std::vector<std::string> known = wordsOf(Type::optimizer);
    for (const NetworkNode &node : file.networks)
      known.push_back(node.name);
    known.emplace_back("safetensors");
    for (const Type type : {Type::init, Type::activation, Type::schedule, Type::loss, Type::stop})
      for (const std::string &name : wordsOf(type))
        known.push_back(name);
    for (const ActivationNode &node : file.activations)
      known.push_back(node.name);
    sink.report(DiagnosticId::unknown_name, expr.location, {expr.text, suggest(expr.text, known)});
  }
  value.location = expr.location;
  value.label = toText(expr);
  return value;
}

Value Evaluator::evaluateNetworkCall(const Expr &call, const Scope &scope) {
  NetworkValue base;
  if (const Value *known = scope.find(call.text)) {
    if (known->isWrong()) {
      for (const Element &argument : call.elements)
        evaluate(argument.value, scope);
      return wrong(call);
    }
    base = **known->get<std::shared_ptr<const NetworkValue>>();
  } else {
    base.node = findNetwork(call.text);
  }
  Signature signature = signatureOf(*base.node);
  Signature open = signature;
  for (Parameter &parameter : open.parameters)
    for (const auto &[name, value] : base.arguments)
      if (name == parameter.name)
        parameter.fallbackText = "given";
  auto bound = bindArguments(open, call, sink);
  if (!bound)
    return wrong(call);
  auto network = std::make_shared<NetworkValue>();
  network->node = base.node;
  bool isWrong = false;
  for (std::size_t i = 0; i < bound->size(); ++i) {
    const Parameter &parameter = signature.parameters[i];
    auto given = std::find_if(base.arguments.begin(), base.arguments.end(),
                              [&](const auto &pair) { return pair.first == parameter.name; });
    if (const Expr *argument = (*bound)[i]) {
      Value value = evaluateFor(parameter, *argument, scope);
      isWrong |= value.isWrong();
      network->arguments.emplace_back(parameter.name, std::move(value));
    } else if (given != base.arguments.end()) {
      network->arguments.push_back(*given);
    }
  }
  return isWrong ? wrong(call) : made(std::shared_ptr<const NetworkValue>(network), call);
}

// Every setting of the call, given or by default.
std::optional<Settings> Evaluator::evaluateSettings(const Signature &signature, const Expr &call,
                                                    const Scope &scope) {
  auto bound = bindArguments(signature, call, sink);
  if (!bound)
    return std::nullopt;
  std::vector<Setting> settings;
  for (std::size_t i = 0; i < bound->size(); ++i) {
    const Parameter &parameter = signature.parameters[i];
    Value value =
        (*bound)[i] ? evaluateFor(parameter, *(*bound)[i], scope) : fallbackOf(parameter, scope);
    if (!value.isWrong())
      settings.push_back({parameter.name, toSetting(value)});
  }
  if (settings.size() < bound->size())
    return std::nullopt;
  return Settings(std::move(settings));
}

Value Evaluator::evaluateSchedule(const Signature &signature, const Expr &call,
                                  const Scope &scope) {
  std::optional<Settings> settings = evaluateSettings(signature, call, scope);
  return settings ? made(Schedule{signature.name, std::move(*settings)}, call) : wrong(call);
}

Value Evaluator::evaluateOptimizer(const Signature &signature, const Expr &call,
                                   const Scope &scope) {
  std::optional<Settings> settings = evaluateSettings(signature, call, scope);
  if (!settings)
    return wrong(call);
  Optimizer optimizer{signature.name, std::move(*settings)};
  if (!checkClipping(optimizer, call.location))
    return wrong(call);
  return made(std::move(optimizer), call);
}

// As in Keras, a gradient is clipped in one way.
bool Evaluator::checkClipping(const Optimizer &optimizer, SourceLocation location) {
  std::string allowed, found;
  int count = 0;
  for (const char *name : {"clipnorm", "clipvalue", "global_clipnorm"}) {
    allowed += (allowed.empty() ? "`" : ", `") + std::string(name) + "`";
    if (optimizer.settings.getFloat(name) == 0)
      continue;
    found += (count++ ? " and `" : "`") + std::string(name) + "`";
  }
  if (count > 1)
    sink.report(DiagnosticId::clipped_twice, location, {optimizer.kind, allowed, found});
  return count <= 1;
}

// The arguments of an activation or a loss, all of them floats, in the order of its row.
static std::vector<double> numbersOf(const Settings &settings) {
  std::vector<double> values;
  for (const Setting &setting : settings)
    values.push_back(std::get<double>(setting.value));
  return values;
}

Value Evaluator::evaluateActivation(const Signature &signature, const Expr &call,
                                    const Scope &scope) {
  std::optional<Settings> settings = evaluateSettings(signature, call, scope);
  if (!settings)
    return wrong(call);
  const std::vector<double> values = numbersOf(*settings);
  const std::string name = call.elements.empty() ? call.text : toText(call);
  const ActivationNode *node = findDeclared(call.text);
  if (!node)
    return made(ActivationValue{name, activationText(*findActivation(call.text), values)}, call);
  if (!node->isWhole)
    return wrong(call);
  DiagnosticSink reported; // where it is declared
  auto formula = formulaOf(*node, values, file, reported);
  return formula ? made(ActivationValue{name, formula->text()}, call) : wrong(call);
}

Value Evaluator::evaluateLoss(const Signature &signature, const Expr &call, const Scope &scope) {
  std::optional<Settings> settings = evaluateSettings(signature, call, scope);
  if (!settings)
    return wrong(call);
  const std::vector<double> values = numbersOf(*settings);
  return made(LossValue{lossText(*findLoss(call.text), values)}, call);
}

Value Evaluator::evaluateStop(const Expr &call, const Scope &scope) {
  std::optional<Settings> settings = evaluateSettings(settingsOf("early"), call, scope);
  if (!settings)
    return wrong(call);
  return made(EarlyStop{settings->getName("metric"), settings->getInt("patience"),
                        settings->getFloat("min_delta"), settings->getName("restore") == "best"},
              call);
}

Value Evaluator::evaluateWeights(const Expr &call, const Scope &scope) {
  std::optional<Settings> settings = evaluateSettings(settingsOf("safetensors"), call, scope);
  if (!settings)
    return wrong(call);
  const std::string &file = settings->getName("file");
  if (file.empty()) {
    sink.report(DiagnosticId::type_mismatch, call.location,
                {nameOf(Type::weights), "the file of weights", "`" + toText(call) + "`"});
    return wrong(call);
  }
  return made(WeightsValue{file}, call);
}

Value Evaluator::evaluateInit(const Signature &signature, const Expr &call, const Scope &scope) {
  std::optional<Settings> settings = evaluateSettings(signature, call, scope);
  if (!settings)
    return wrong(call);
  Init init{signature.name};
  double *argument = init.argument;
  for (const Setting &setting : *settings)
    *argument++ = std::get<double>(setting.value);
  if (init.name == "uniform" && init.argument[0] > init.argument[1]) {
    sink.report(DiagnosticId::wrong_distribution, call.location,
                {call.text, "the first not above the second"});
    return wrong(call);
  }
  return made(std::move(init), call);
}

} // namespace nnx::dsl
