// Runs repeat, if and joins, and infers each layer's shape from those it takes.
#include "dsl/Unroll.h"

#include "dsl/Layers.h"

#include <algorithm>

namespace nnx::dsl {

std::string toText(LayerKind kind, const Settings &settings) {
  const Signature &signature = settingsOf(nameOf(kind));
  DiagnosticSink unused;
  File file;
  Evaluator evaluator(file, unused);
  std::string result = std::string(nameOf(kind)) + "(";
  bool isFirst = true;
  std::size_t place = 0;
  for (const Setting &setting : settings) {
    const Parameter &parameter = signature.parameters[place++];
    bool isDefault = false;
    if (parameter.fallbackText.starts_with("= "))
      isDefault = setting.value == (*settings.begin()).value;
    else if (!parameter.isRequired())
      isDefault = setting.value == toSetting(evaluator.fallbackOf(parameter, Scope()));
    bool isLeading = place == 1;
    if (isDefault && !isLeading)
      continue;
    result += std::string(isFirst ? "" : ", ") + (isLeading ? "" : setting.name + " = ") +
              toText(setting.value);
    isFirst = false;
  }
  return result + ")";
}

std::optional<Network> Unroller::run(const NetworkValue &value, const Shape &input,
                                     int64_t classCount) {
  sample = input;
  classes = classCount;
  try {
    unrollNetwork(value);
  } catch (const Stop &) {
    sink.setContext({});
    return std::nullopt;
  }
  if (network.layers.empty()) {
    sink.report(DiagnosticId::empty_network, value.node->location, {value.node->name});
    return std::nullopt;
  }
  return std::move(network);
}

void Unroller::enter(const std::string &place) {
  places.push_back(place);
  showPlace();
}

void Unroller::leave() {
  places.pop_back();
  showPlace();
}

void Unroller::showPlace() {
  std::string context;
  for (const std::string &place : places)
    context += (context.empty() ? "" : ", ") + place;
  sink.setContext(std::move(context));
}

void Unroller::unrollNetwork(const NetworkValue &value) {
  const NetworkNode &node = *value.node;
  if (broken.contains(&node))
    throw Stop();
  if (std::find(open.begin(), open.end(), &node) != open.end()) {
    sink.report(DiagnosticId::recursive_network, node.location, {node.name});
    throw Stop();
  }
  open.push_back(&node);
  enter("in `" + node.name + "`");
  Scope scope(&globals);
  Value classCount;
  classCount.data = classes;
  classCount.label = std::to_string(classes);
  if (classes > 0) // none where there are numbers to predict
    scope.set("classes", classCount);
  for (const Parameter &parameter : signatureOf(node).parameters) {
    auto given = std::find_if(value.arguments.begin(), value.arguments.end(),
                              [&](const auto &pair) { return pair.first == parameter.name; });
    Value bound =
        given == value.arguments.end() ? evaluator.fallbackOf(parameter, scope) : given->second;
    if (bound.isWrong())
      throw Stop();
    scope.set(parameter.name, std::move(bound));
  }
  unrollBody(node.body, scope);
  leave();
  open.pop_back();
}

void Unroller::unrollBody(const std::vector<Statement> &body, const Scope &scope) {
  for (const Statement &statement : body)
    unrollStatement(statement, scope);
}

void Unroller::unrollStatement(const Statement &statement, const Scope &scope) {
  if (++statements > maxStatements) {
    sink.report(DiagnosticId::network_too_long, statement.location,
                {open.front()->name, maxStatements, "statements"});
    throw Stop();
  }
  if (statement.kind == StatementKind::repeat) {
    unrollRepeat(statement, scope);
  } else if (statement.kind == StatementKind::branch) {
    Value condition =
        evaluator.convert(evaluator.evaluate(statement.expr, scope), Type::boolean, "`if`", scope);
    if (condition.isWrong())
      throw Stop();
    unrollBody(*condition.get<bool>() ? statement.body : statement.otherwise, scope);
  } else if (statement.kind == StatementKind::join) {
    unrollJoin(statement, scope);
  } else if (statement.kind == StatementKind::arm) {
    unrollArm(statement, scope);
  } else if (std::optional<LayerKind> kind = findLayerKind(statement.expr.text)) {
    addLayer(*kind, statement.expr, scope);
  } else {
    Value callee = evaluator.evaluateNetworkCall(statement.expr, scope);
    if (callee.isWrong())
      throw Stop();
    unrollNetwork(**callee.get<std::shared_ptr<const NetworkValue>>());
  }
}

void Unroller::unrollRepeat(const Statement &statement, const Scope &scope) {
  Value count = evaluator.evaluate(statement.expr, scope);
  Values items;
  if (auto list = count.get<std::shared_ptr<const ListValue>>(); list && !(*list)->isTuple) {
    items = (*list)->items;
  } else {
    count = evaluator.convert(count, Type::integer, "`repeat`", scope);
    if (count.isWrong())
      throw Stop();
    int64_t times = *count.get<int64_t>();
    if (times < 0 || times > maxRepeat) {
      sink.report(DiagnosticId::wrong_repeat, statement.expr.location, {times, maxRepeat});
      throw Stop();
    }
    for (int64_t i = 1; i <= times; ++i) {
      Value item;
      item.data = i;
      item.label = std::to_string(i);
      items.push_back(std::move(item));
    }
  }
  for (const Value &item : items) {
    Scope inner(&scope);
    bool isNamed = !statement.variable.empty();
    if (isNamed)
      inner.set(statement.variable, item);
    enter("repeat " + (isNamed ? statement.variable + " = " : "") + item.label);
    if (++statements > maxStatements) {
      sink.report(DiagnosticId::network_too_long, statement.location,
                  {open.front()->name, maxStatements, "statements"});
      throw Stop();
    }
    unrollBody(statement.body, inner);
    leave();
  }
}

void Unroller::unrollJoin(const Statement &statement, const Scope &scope) {
  joins.push_back({current, {}});
  unrollBody(statement.body, scope);
  std::vector<int> ends = std::move(joins.back().ends);
  joins.pop_back();
  if (ends.size() < 2) {
    sink.report(DiagnosticId::too_few_branches, statement.location,
                {statement.expr.text, static_cast<int64_t>(ends.size())});
    throw Stop();
  }
  addJoin(*findJoinKind(statement.expr.text), statement, ends);
}

void Unroller::unrollArm(const Statement &statement, const Scope &scope) {
  std::size_t join = joins.size() - 1; // joins inside of the branch are closed when it ends
  current = joins[join].start;
  enter("branch " + std::to_string(joins[join].ends.size() + 1));
  unrollBody(statement.body, scope);
  leave();
  joins[join].ends.push_back(current);
}

Settings Unroller::readSettings(const Signature &signature, const Expr &call, const Scope &scope) {
  auto bound = bindArguments(signature, call, sink);
  if (!bound)
    throw Stop();
  std::vector<Setting> settings;
  bool isWrong = false;
  for (std::size_t i = 0; i < bound->size(); ++i) {
    const Parameter &parameter = signature.parameters[i];
    if (!(*bound)[i] && parameter.fallbackText.starts_with("= ")) {
      for (const Setting &setting : settings)
        if (setting.name == parameter.fallbackText.substr(2)) {
          settings.push_back({parameter.name, setting.value});
          break;
        }
      continue;
    }
    Value value = (*bound)[i] ? evaluator.evaluateFor(parameter, *(*bound)[i], scope)
                              : evaluator.fallbackOf(parameter, scope);
    isWrong |= value.isWrong();
    if (!value.isWrong())
      settings.push_back({parameter.name, toSetting(value)});
    else
      settings.push_back({parameter.name, false});
  }
  if (isWrong)
    throw Stop();
  return Settings(std::move(settings));
}

void Unroller::addLayer(LayerKind kind, const Expr &call, const Scope &scope) {
  LayerInstance layer;
  layer.kind = kind;
  layer.settings = readSettings(settingsOf(call.text), call, scope);
  if (layer.kind == LayerKind::activation && layer.settings.getName("function") == "softmax") {
    layer.kind = LayerKind::softmax;
    layer.settings = Settings();
  }
  layer.inputs = {current};
  layer.location = call.location;
  layer.text = toText(layer.kind, layer.settings);
  append(std::move(layer));
}

void Unroller::addJoin(LayerKind kind, const Statement &statement, const std::vector<int> &inputs) {
  LayerInstance layer;
  layer.kind = kind;
  layer.inputs = inputs;
  layer.location = statement.location;
  for (int input : inputs)
    layer.text += (layer.text.empty() ? std::string(nameOf(kind)) + " { " : ", ") +
                  (input < 0 ? "input" : network.layers[static_cast<std::size_t>(input)].name);
  layer.text += " }";
  append(std::move(layer));
}

Shape Unroller::outputOf(int layer) const {
  return layer < 0 ? sample : network.layers[static_cast<std::size_t>(layer)].output;
}

void Unroller::append(LayerInstance layer) {
  if (static_cast<int64_t>(network.layers.size()) >= maxLayers) {
    sink.report(DiagnosticId::network_too_long, layer.location,
                {open.front()->name, maxLayers, "layers"});
    throw Stop();
  }
  std::vector<Shape> inputs;
  for (int input : layer.inputs)
    inputs.push_back(outputOf(input));
  LayerResult result = layerSizes(layer.kind, layer.settings, inputs);
  if (const LayerProblem *problem = std::get_if<LayerProblem>(&result)) {
    sink.report(problem->id, layer.location, problem->arguments);
    throw Stop();
  }
  const LayerSizes &sizes = std::get<LayerSizes>(result);
  layer.name = std::string(nameOf(layer.kind)) + "_" + std::to_string(++counts[layer.kind]);
  layer.input = inputs.front();
  layer.output = sizes.output;
  layer.parameters = sizes.parameters;
  layer.flops = sizes.flops;
  network.parameters += layer.parameters;
  if (network.parameters > maxElements ||
      __builtin_add_overflow(network.flops, layer.flops, &network.flops)) {
    sink.report(DiagnosticId::too_many_elements, layer.location,
                {open.front()->name, "parameters", maxElements});
    throw Stop();
  }
  current = static_cast<int>(network.layers.size());
  network.layers.push_back(std::move(layer));
}

} // namespace nnx::dsl
