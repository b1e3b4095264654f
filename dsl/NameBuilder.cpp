// Names in scope, calls and their arguments.
#include "dsl/NameBuilder.h"

#include "dsl/Evaluate.h"
#include "dsl/Metrics.h"

#include <algorithm>
#include <array>

namespace nnx::dsl {
namespace {

constexpr std::string_view referencePart = "reference.";

// The types whose words a table has, those first that a word most often means.
constexpr std::array wordTypes = {Type::optimizer, Type::activation, Type::schedule,   Type::init,
                                  Type::padding,   Type::loss,       Type::divergence, Type::decay,
                                  Type::missing,   Type::unseen,     Type::direction,  Type::stop,
                                  Type::restore,   Type::statistics};

const std::map<std::string, std::vector<Type>, std::less<>> &typesOfWords() {
  static const auto table = [] {
    std::map<std::string, std::vector<Type>, std::less<>> result;
    for (Type type : wordTypes)
      for (const std::string &word : wordsOf(type))
        result[word].push_back(type);
    return result;
  }();
  return table;
}

// The type a word is a value of: the wanted one, or the likeliest.
Wanted typeOfWord(std::string_view word, const Wanted &wanted) {
  auto found = typesOfWords().find(word);
  if (found == typesOfWords().end())
    return {};
  const std::vector<Type> &types = found->second;
  if (wanted.isKnown && std::find(types.begin(), types.end(), wanted.type) != types.end())
    return wanted;
  return types.front();
}

const Signature *findSignature(Type type, std::string_view name) {
  switch (type) {
  case Type::optimizer:
    return findOptimizerSignature(name);
  case Type::schedule:
    return findScheduleSignature(name);
  case Type::loss:
    return findLossSignature(name);
  case Type::stop:
    return findSettings(name);
  case Type::init:
    return findInitSignature(name);
  case Type::activation:
    return findActivationSignature(name);
  default:
    return nullptr;
  }
}

} // namespace

void NameBuilder::run() {
  declareAll();
  for (const LetNode &node : file.lets)
    visit(node.value);
  for (std::size_t i = 0; i < file.activations.size(); ++i)
    visitActivation(file.activations[i], activations[i]);
  for (const DatasetNode &node : file.datasets) {
    visitSettings(node.settings, "dataset", "");
    for (const Expr &change : node.augment) {
      mentionRow("augmentation", change.text, change.location);
      visitArguments(change, findSettings(change.text));
    }
  }
  for (std::size_t i = 0; i < file.networks.size(); ++i)
    visitNetwork(file.networks[i], networks[i]);
  for (const TrainingNode &node : file.trainings) {
    if (!node.base.empty())
      mentionGlobal(node.base, node.baseLocation);
    visitSettings(node.settings, "training", optimizerOf(node.settings, node.base));
  }
  for (std::size_t i = 0; i < file.experiments.size(); ++i)
    visitExperiment(file.experiments[i], experiments[i]);
  std::stable_sort(places.begin(), places.end(), [](const Mention &a, const Mention &b) {
    return isBefore(a.location, b.location);
  });
}

int NameBuilder::declare(DeclarationKind kind, const std::string &name,
                         const SourceLocation &location, std::size_t place, int owner,
                         std::optional<Type> type) {
  int id = static_cast<int>(all.size());
  all.push_back({kind, name, location, place, owner, type, {}});
  places.push_back({location, id, {}, {}});
  return id;
}

void NameBuilder::declareParameters(const std::vector<ParameterNode> &nodes, int owner) {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const int id = declare(DeclarationKind::parameter, nodes[i].name, nodes[i].location, i, owner,
                           findParameterType(nodes[i].type));
    all[static_cast<std::size_t>(owner)].children.push_back(id);
  }
}

void NameBuilder::declareAll() {
  declareAll(DeclarationKind::let, file.lets);
  activations = declareAll(DeclarationKind::activation, file.activations);
  declareAll(DeclarationKind::dataset, file.datasets);
  networks = declareAll(DeclarationKind::network, file.networks);
  declareAll(DeclarationKind::training, file.trainings);
  experiments = declareAll(DeclarationKind::experiment, file.experiments);
  for (std::size_t i = 0; i < activations.size(); ++i)
    declareParameters(file.activations[i].parameters, activations[i]);
  for (std::size_t i = 0; i < networks.size(); ++i)
    declareParameters(file.networks[i].parameters, networks[i]);
}

void NameBuilder::push(int id) {
  locals.push_back(id);
}

int NameBuilder::resolve(std::string_view name) const {
  for (auto id = locals.rbegin(); id != locals.rend(); ++id)
    if (all[static_cast<std::size_t>(*id)].name == name)
      return *id;
  auto found = globals.find(name);
  return found == globals.end() ? -1 : found->second;
}

int NameBuilder::findParameter(int owner, std::string_view name) const {
  for (int id : all[static_cast<std::size_t>(owner)].children)
    if (all[static_cast<std::size_t>(id)].name == name)
      return id;
  return -1;
}

void NameBuilder::mention(int declaration, const SourceLocation &location, Mention::Form form) {
  places.push_back({location, declaration, {}, {}, form});
}

void NameBuilder::mentionRow(std::string_view table, std::string_view row,
                             const SourceLocation &location) {
  places.push_back({location, -1, std::string(table), std::string(row)});
}

void NameBuilder::mentionGlobal(const std::string &name, const SourceLocation &location) {
  if (auto found = globals.find(name); found != globals.end())
    mention(found->second, location);
}

void NameBuilder::visitName(const Expr &expr, const Wanted &wanted, Mention::Form form) {
  if (int id = resolve(expr.text); id >= 0)
    return mention(id, expr.location, form);
  std::string_view word = expr.text;
  if (mayNameMetrics) {
    if (word.starts_with(referencePart))
      word.remove_prefix(referencePart.size());
    if (const MetricRow *metric = findMetric(word))
      return mentionRow("metric", metric->name, expr.location);
  }
  const bool wantsMetric = wanted.isKnown && wanted.type == Type::metric;
  if (const MetricRow *metric = wantsMetric ? findMetric(word) : nullptr)
    return mentionRow("metric", metric->name, expr.location);
  if (Wanted found = typeOfWord(word, wanted); found.isKnown)
    mentionRow(tableOf(found.type), word, expr.location);
}

void NameBuilder::visit(const Expr &expr, const Wanted &wanted) {
  if (expr.kind == ExprKind::name)
    return visitName(expr, wanted);
  if (expr.kind == ExprKind::call)
    return visitCall(expr, wanted);
  const bool keepsType = expr.kind == ExprKind::list;
  for (const Element &element : expr.elements)
    visit(element.value, keepsType ? wanted : Wanted());
}

void NameBuilder::visitCall(const Expr &call, const Wanted &wanted) {
  if (int id = resolve(call.text); id >= 0) {
    mention(id, call.location);
    return visitArguments(call, id);
  }
  if (wanted.isKnown && wanted.type == Type::source) {
    mentionRow("source", call.text, call.location);
    return visitArguments(call, findSettings(call.text));
  }
  const Wanted found = typeOfWord(call.text, wanted);
  const Signature *signature = found.isKnown ? findSignature(found.type, call.text) : nullptr;
  if (found.isKnown)
    mentionRow(tableOf(found.type), call.text, call.location);
  visitArguments(call, signature);
}

void NameBuilder::visitArguments(const Expr &call, int callee) {
  const std::vector<int> parameters = all[static_cast<std::size_t>(callee)].children;
  for (std::size_t i = 0; i < call.elements.size(); ++i) {
    const Element &argument = call.elements[i];
    int target = -1;
    bool isBare = false;
    if (!argument.name.empty()) {
      target = findParameter(callee, argument.name);
      if (target >= 0)
        mention(target, argument.nameLocation);
    } else if (argument.value.kind == ExprKind::name) {
      target = findParameter(callee, argument.value.text);
      isBare = target >= 0;
    }
    if (target < 0 && argument.name.empty() && i < parameters.size())
      target = parameters[i];
    visitArgument(argument.value,
                  target < 0 ? Wanted() : Wanted(all[static_cast<std::size_t>(target)].type),
                  isBare);
    if (isBare)
      mention(target, argument.value.location, Mention::Form::bareName);
  }
}

void NameBuilder::visitArguments(const Expr &call, const Signature *signature) {
  for (std::size_t i = 0; i < call.elements.size(); ++i) {
    const Element &argument = call.elements[i];
    const Parameter *target = nullptr;
    bool isBare = false;
    if (signature && !argument.name.empty()) {
      target = signature->find(argument.name);
      if (target)
        mentionRow(signature->name, target->name, argument.nameLocation);
    } else if (signature && argument.value.kind == ExprKind::name) {
      target = signature->find(argument.value.text);
      isBare = target != nullptr;
    }
    if (signature && !target && argument.name.empty() && i < signature->parameters.size())
      target = &signature->parameters[i];
    visitArgument(argument.value, target, isBare);
    if (isBare)
      mentionRow(signature->name, target->name, argument.value.location);
  }
}

void NameBuilder::visitArgument(const Expr &value, const Wanted &wanted, bool isBare) {
  if (isBare)
    visitName(value, wanted, Mention::Form::bareValue);
  else
    visit(value, wanted);
}

} // namespace nnx::dsl
