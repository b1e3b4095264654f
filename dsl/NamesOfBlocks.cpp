// Names in the blocks of declarations.
#include "dsl/NameBuilder.h"

#include "dsl/Evaluate.h"
#include "dsl/Metrics.h"

namespace nnx::dsl {

// The optimizer that is meant or, where a value decides that, one with this setting.
static const Signature *optimizerWith(std::string_view part, std::string_view meant) {
  const Signature *found = findOptimizerSignature(meant);
  if (!found)
    for (const std::string &name : wordsOf(Type::optimizer))
      if (found = findOptimizerSignature(name); found->find(part))
        return found;
  return found;
}

void NameBuilder::visitSettings(const std::vector<SettingNode> &settings, std::string_view owner,
                                std::string_view optimizer) {
  const Signature &signature = settingsOf(owner);
  for (const SettingNode &setting : settings) {
    const Parameter *parameter = signature.find(setting.name);
    Wanted wanted = parameter;
    if (!setting.part.empty()) {
      const Signature *parts = optimizerWith(setting.part, optimizer);
      parameter = parts ? parts->find(setting.part) : nullptr;
      wanted = parameter;
      mentionRow(owner, setting.name, setting.location);
      if (parameter)
        mentionRow(parts->name, setting.part, setting.partLocation);
    } else if (!setting.isBare && parameter) {
      mentionRow(owner, setting.name, setting.location);
    }
    visitArgument(setting.value, wanted, setting.isBare);
    if (setting.isBare && parameter)
      mentionRow(owner, setting.name, setting.location);
  }
}

std::string NameBuilder::optimizerOf(const std::vector<SettingNode> &settings,
                                     std::string base) const {
  auto named = [](const std::vector<SettingNode> &list) -> std::string {
    for (const SettingNode &setting : list)
      if (setting.name == "optimizer" && setting.part.empty())
        return setting.value.text;
    return {};
  };
  std::string found = named(settings);
  for (std::size_t steps = 0; found.empty() && steps <= file.trainings.size(); ++steps)
    for (const TrainingNode &node : file.trainings)
      if (node.name == base) {
        found = named(node.settings);
        base = node.base;
        break;
      }
  return found;
}

void NameBuilder::visitActivation(const ActivationNode &node, int id) {
  const std::size_t around = locals.size();
  push(declare(DeclarationKind::variable, node.variable, node.variableLocation, 0, id));
  for (int parameter : all[static_cast<std::size_t>(id)].children)
    push(parameter);
  visit(node.formula, Type::activation);
  locals.resize(around);
  for (const ParameterNode &parameter : node.parameters)
    if (parameter.fallback)
      visit(*parameter.fallback);
}

void NameBuilder::visitNetwork(const NetworkNode &node, int id) {
  for (int parameter : all[static_cast<std::size_t>(id)].children)
    push(parameter);
  for (const ParameterNode &parameter : node.parameters)
    if (parameter.fallback)
      visit(*parameter.fallback, findParameterType(parameter.type));
  visitBody(node.body, id);
  locals.clear();
}

void NameBuilder::visitBody(const std::vector<Statement> &body, int owner) {
  for (const Statement &statement : body) {
    const std::size_t around = locals.size();
    if (statement.kind == StatementKind::call) {
      visitLayer(statement.expr);
    } else if (statement.kind == StatementKind::join) {
      mentionRow("layer", statement.expr.text, statement.location);
    } else if (statement.kind != StatementKind::arm) {
      visit(statement.expr);
      if (!statement.variable.empty())
        push(declare(DeclarationKind::variable, statement.variable, statement.variableLocation, 0,
                     owner));
    }
    visitBody(statement.body, owner);
    locals.resize(around);
    visitBody(statement.otherwise, owner);
  }
}

void NameBuilder::visitLayer(const Expr &call) {
  const Signature *layer = findLayer(call.text);
  if (!layer)
    return visit(call, Type::network);
  mentionRow("layer", call.text, call.location);
  visitArguments(call, layer);
}

std::optional<Type> NameBuilder::typeOfAxis(const ExperimentNode &node,
                                            std::string_view axis) const {
  if (!node.train)
    return std::nullopt;
  const Expr &network = node.train->network;
  if (network.text == axis)
    return Type::network;
  if (auto called = globals.find(network.text); called != globals.end()) {
    const std::vector<int> &parameters = all[static_cast<std::size_t>(called->second)].children;
    for (std::size_t i = 0; i < network.elements.size(); ++i) {
      const Element &argument = network.elements[i];
      if (argument.value.kind != ExprKind::name || argument.value.text != axis)
        continue;
      int target = findParameter(called->second, argument.name.empty() ? axis : argument.name);
      if (target < 0 && i < parameters.size())
        target = parameters[i];
      return target < 0 ? std::nullopt : all[static_cast<std::size_t>(target)].type;
    }
  }
  for (const SettingNode &setting : node.train->overrides)
    if (setting.value.kind == ExprKind::name && setting.value.text == axis && setting.part.empty())
      if (const Parameter *parameter = settingsOf("training").find(setting.name))
        return parameter->type;
  return std::nullopt;
}

void NameBuilder::visitExperiment(const ExperimentNode &node, int id) {
  for (const AxisNode &axis : node.axes)
    visit(axis.values, axis.names.size() == 1 ? typeOfAxis(node, axis.names[0]) : std::nullopt);
  for (const AxisNode &axis : node.axes)
    for (std::size_t i = 0; i < axis.names.size(); ++i)
      push(declare(DeclarationKind::axis, axis.names[i], axis.locations[i], i, id,
                   typeOfAxis(node, axis.names[i])));
  if (node.where)
    visit(*node.where);
  if (node.sample) {
    visit(node.sample->count);
    visit(node.sample->seed);
  }
  visitSettings(node.settings, "experiment", "");
  if (node.train) {
    visit(node.train->network, Type::network);
    mentionGlobal(node.train->dataset, node.train->datasetLocation);
    mentionGlobal(node.train->training, node.train->trainingLocation);
    visitSettings(node.train->overrides, "training",
                  optimizerOf(node.train->overrides, node.train->training));
  }
  visitOutcome(node);
  locals.clear();
}

void NameBuilder::visitOutcome(const ExperimentNode &node) {
  auto nameOf = [](const SettingNode &setting) {
    return setting.name + (setting.part.empty() ? "" : "." + setting.part);
  };
  mayNameMetrics = true;
  for (const ReferenceNode &reference : node.references)
    for (const ReferenceRowNode &row : reference.rows) {
      for (const SettingNode &coordinate : row.coordinates) {
        int axis = resolve(coordinate.name);
        if (axis >= 0)
          mention(axis, coordinate.location);
        visit(coordinate.value, axis < 0 ? std::nullopt : all[static_cast<std::size_t>(axis)].type);
      }
      for (const SettingNode &figure : row.figures) {
        if (const MetricRow *metric = findMetric(nameOf(figure)))
          mentionRow("metric", metric->name, figure.location);
        visit(figure.value);
      }
    }
  for (const ClaimNode &claim : node.claims) {
    visit(claim.condition);
    if (claim.where)
      visit(*claim.where);
  }
  for (const ReportPartNode &part : node.report) {
    mentionRow("report", part.kind, part.location);
    for (const SettingNode &setting : part.settings) {
      mentionRow(part.kind, setting.name, setting.location);
      visit(setting.value);
    }
  }
  mayNameMetrics = false;
}

} // namespace nnx::dsl
