// Names of declarations: each once, lets evaluated, all of them used.
#include "dsl/BlockParser.h"
#include "dsl/Checker.h"

#include <algorithm>

namespace nnx::dsl {

const Parameter *findBlockSetting(std::string_view owner, const SettingNode &setting,
                                  DiagnosticSink &sink) {
  const Signature &signature = settingsOf(owner);
  if (const Parameter *parameter = signature.find(setting.name))
    return parameter;
  std::vector<std::string> known = signature.names();
  if (owner == "experiment")
    known.insert(known.end(), std::begin(experimentWords), std::end(experimentWords));
  sink.report(DiagnosticId::unknown_setting, setting.location,
              {setting.name, owner, suggest(setting.name, known)});
  return nullptr;
}

// Experiments have names of their own; the others meet in expressions, so they share theirs.
void Checker::checkNames() {
  std::map<std::string, SourceLocation> seen, experiments;
  auto declare = [&](std::map<std::string, SourceLocation> &names, const auto &nodes) {
    for (const auto &node : nodes) {
      auto [first, isNew] = names.try_emplace(node.name, node.location);
      if (isNew)
        continue;
      // Order of declaration, whatever the order of kinds.
      bool isLaterOne = isBefore(first->second, node.location);
      const SourceLocation &second = isLaterOne ? node.location : first->second;
      const SourceLocation &other = isLaterOne ? first->second : node.location;
      sink.report(DiagnosticId::declared_twice, second, {node.name},
                  {"first in " +
                   (other.file == second.file ? "line " : file.paths[other.file] + ":") +
                   std::to_string(other.line)});
    }
  };
  declare(seen, file.lets);
  declare(seen, file.activations);
  declare(seen, file.datasets);
  declare(seen, file.networks);
  declare(seen, file.trainings);
  declare(experiments, file.experiments);
  for (const NetworkNode &node : file.networks)
    if (findLayer(node.name) || findJoinKind(node.name) || node.name == "branch")
      sink.report(DiagnosticId::reserved_name, node.location, {node.name, "a layer"});
  for (const LetNode &node : file.lets)
    if (node.name == "classes")
      sink.report(DiagnosticId::reserved_name, node.location,
                  {node.name, "the number of classes of the data set"});
}

void Checker::checkLets() {
  Evaluator evaluator(file, sink);
  for (const LetNode &let : file.lets) {
    Value value = evaluator.evaluate(let.value, globals);
    globals.set(let.name, std::move(value));
  }
}

void Checker::checkUnused() {
  std::set<std::string, std::less<>> used;
  auto use = [&](const std::string &name) { used.insert(name); };
  auto useAll = [&](const std::vector<SettingNode> &settings) {
    for (const SettingNode &setting : settings)
      forEachName(setting.value, use);
  };
  auto useBody = [&](const std::vector<Statement> &body, const auto &self) -> void {
    for (const Statement &statement : body) {
      if (statement.kind != StatementKind::join)
        forEachName(statement.expr, use);
      const bool isUsedOutside = used.erase(statement.variable) > 0; // another name
      self(statement.body, self);
      self(statement.otherwise, self);
      if (!statement.variable.empty() && !used.contains(statement.variable))
        sink.report(DiagnosticId::unused_declaration, statement.variableLocation,
                    {"counter", statement.variable});
      used.erase(statement.variable);
      if (isUsedOutside)
        use(statement.variable);
    }
  };
  for (const LetNode &let : file.lets)
    forEachName(let.value, use);
  for (const ActivationNode &node : file.activations)
    forEachName(node.formula, use);
  for (const DatasetNode &node : file.datasets)
    useAll(node.settings);
  for (const TrainingNode &node : file.trainings) {
    useAll(node.settings);
    use(node.base);
  }
  for (const ExperimentNode &node : file.experiments) {
    useAll(node.settings);
    for (const AxisNode &axis : node.axes)
      forEachName(axis.values, use);
    if (node.where)
      forEachName(*node.where, use);
    if (node.sample) {
      forEachName(node.sample->count, use);
      forEachName(node.sample->seed, use);
    }
    for (const ReferenceNode &reference : node.references)
      for (const ReferenceRowNode &row : reference.rows)
        useAll(row.figures);
    for (const ClaimNode &claim : node.claims) {
      forEachName(claim.condition, use);
      if (claim.where)
        forEachName(*claim.where, use);
    }
    if (node.train) {
      forEachName(node.train->network, use);
      use(node.train->dataset);
      use(node.train->training);
      useAll(node.train->overrides);
    }
  }
  for (const NetworkNode &node : file.networks) {
    std::set<std::string, std::less<>> outside = std::move(used);
    used.clear();
    useBody(node.body, useBody);
    for (const ParameterNode &parameter : node.parameters)
      if (parameter.fallback)
        forEachName(*parameter.fallback, use);
    for (const ParameterNode &parameter : node.parameters)
      if (!used.contains(parameter.name))
        sink.report(DiagnosticId::unused_parameter, parameter.location,
                    {parameter.name, node.name});
    used.merge(outside);
  }
  auto warn = [&](const auto &nodes, const char *kind) {
    for (const auto &node : nodes)
      if (!used.contains(node.name))
        sink.report(DiagnosticId::unused_declaration, node.location, {kind, node.name});
  };
  warn(file.lets, "value");
  warn(file.activations, "activation");
  warn(file.datasets, "data set");
  warn(file.networks, "network");
  warn(file.trainings, "training");
}

} // namespace nnx::dsl
