// Networks by themselves: names, arguments and constant values of every statement, taken or not.
// Parameters stand for values that are not known yet.
#include "dsl/Checker.h"

#include <algorithm>

namespace nnx::dsl {

void Checker::checkParameters(const NetworkNode &node) {
  std::set<std::string> seen = {"classes"};
  for (const ParameterNode &parameter : node.parameters) {
    if (!seen.insert(parameter.name).second)
      sink.report(DiagnosticId::declared_twice, parameter.location, {parameter.name});
    if (!findParameterType(parameter.type))
      sink.report(DiagnosticId::unknown_type, parameter.typeLocation,
                  {parameter.type, suggest(parameter.type, parameterTypeNames())});
  }
}

Scope Checker::scopeOfUnknowns(const NetworkNode &node) {
  Scope scope(&globals);
  scope.set("classes", Value());
  for (const ParameterNode &parameter : node.parameters)
    scope.set(parameter.name, Value());
  return scope;
}

void Checker::checkCall(const Expr &call, const Scope &scope) {
  Evaluator evaluator(file, sink);
  if (const Signature *layer = findLayer(call.text)) {
    auto bound = bindArguments(*layer, call, sink);
    for (std::size_t i = 0; bound && i < bound->size(); ++i)
      if ((*bound)[i])
        evaluator.evaluateFor(layer->parameters[i], *(*bound)[i], scope);
  } else if (evaluator.isNetwork(call.text, scope)) {
    evaluator.evaluateNetworkCall(call, scope);
  } else {
    std::vector<std::string> known = layerNames();
    for (const NetworkNode &node : file.networks)
      known.push_back(node.name);
    sink.report(DiagnosticId::unknown_layer, call.location, {call.text, suggest(call.text, known)});
  }
}

void Checker::checkBody(const NetworkNode &node, const std::vector<Statement> &body,
                        const Scope &scope) {
  Evaluator evaluator(file, sink);
  for (const Statement &statement : body) {
    if (statement.kind == StatementKind::call) {
      checkCall(statement.expr, scope);
      continue;
    }
    if (statement.kind == StatementKind::join || statement.kind == StatementKind::arm) {
      checkBody(node, statement.body, scope);
      continue;
    }
    Scope inner(&scope);
    Value value = evaluator.evaluate(statement.expr, scope);
    if (statement.kind == StatementKind::branch) {
      evaluator.convert(value, Type::boolean, "`if`", scope);
    } else {
      const auto *list = value.get<std::shared_ptr<const ListValue>>();
      if (!list || (*list)->isTuple)
        evaluator.convert(value, Type::integer, "`repeat`", scope);
      if (!statement.variable.empty())
        inner.set(statement.variable, Value());
    }
    checkBody(node, statement.body, inner);
    checkBody(node, statement.otherwise, scope);
  }
}

void Checker::checkNetworks() {
  for (const NetworkNode &node : file.networks)
    checkParameters(node);
  for (const NetworkNode &node : file.networks) {
    std::size_t before = sink.errorCount();
    Evaluator evaluator(file, sink);
    Signature signature = signatureOf(node);
    Scope scope = scopeOfUnknowns(node);
    for (const Parameter &parameter : signature.parameters)
      if (parameter.fallback)
        evaluator.evaluateFor(parameter, *parameter.fallback, scope);
    checkBody(node, node.body, scope);
    if (sink.errorCount() != before)
      broken.insert(&node);
  }
}

} // namespace nnx::dsl
