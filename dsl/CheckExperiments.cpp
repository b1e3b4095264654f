// Experiments by themselves, with every axis as a value not known yet; then their points.
#include "dsl/Claims.h"
#include "dsl/ExpandGrid.h"
#include "dsl/References.h"
#include "dsl/Reports.h"

#include <algorithm>

namespace nnx::dsl {
namespace {

template <typename Nodes> std::vector<std::string> namesOf(const Nodes &nodes) {
  std::vector<std::string> names;
  for (const auto &node : nodes)
    names.push_back(node.name);
  return names;
}

bool contains(const std::vector<std::string> &names, const std::string &name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The names that `train` reads: an axis among them changes something.
std::set<std::string> namesUsed(const TrainNode &train) {
  std::set<std::string> used;
  auto use = [&](const std::string &name) { used.insert(name); };
  forEachName(train.network, use);
  for (const SettingNode &setting : train.overrides)
    forEachName(setting.value, use);
  return used;
}

} // namespace

// What is trained, then how: each is right by itself or not, so that the points of a right network
// are checked beside a wrong training.
void Checker::checkTrain(const TrainNode &train, const Scope &scope, ExperimentCheck &check) {
  std::size_t before = sink.errorCount();
  auto refuse = [&](const char *kind, const SourceLocation &location, const std::string &name,
                    const std::vector<std::string> &known) {
    sink.report(DiagnosticId::unknown_word, location, {kind, name, suggest(name, known)});
  };
  if (std::vector<std::string> known = namesOf(file.datasets); !contains(known, train.dataset))
    refuse("data set", train.datasetLocation, train.dataset, known);
  Evaluator evaluator(file, sink);
  if (!scope.find(train.network.text) && !evaluator.findNetwork(train.network.text))
    refuse("network", train.network.location, train.network.text, namesOf(file.networks));
  else
    evaluator.convert(evaluator.evaluate(train.network, scope), Type::network, "`train`", scope);
  check.isNetworkRight = sink.errorCount() == before;
  TrainingValues values;
  if (!train.training.empty()) {
    std::vector<std::string> known = namesOf(file.trainings);
    if (!contains(known, train.training)) {
      refuse("training", train.trainingLocation, train.training, known);
      return;
    }
    if (!trainings.contains(train.training))
      return;
    values = trainings.at(train.training);
  }
  before = sink.errorCount();
  applySettings(train.overrides, scope, values, sink);
  check.isTrainingRight = sink.errorCount() == before;
}

ExperimentCheck Checker::checkExperiment(const ExperimentNode &node, Experiment &experiment) {
  ExperimentCheck check;
  experiment.name = node.name;
  experiment.title = node.title;
  experiment.location = node.location;
  Evaluator evaluator(file, sink);
  std::set<std::string> given;
  for (const SettingNode &setting : node.settings) {
    const Parameter *parameter = findBlockSetting("experiment", setting, sink);
    if (!parameter)
      continue;
    if (!given.insert(setting.name).second)
      sink.report(DiagnosticId::given_twice, setting.location, {setting.name});
    if (!setting.part.empty())
      sink.report(DiagnosticId::no_parts, setting.partLocation, {setting.name});
    Value value = evaluator.evaluateFor(*parameter, setting.value, globals);
    if (const int64_t *repeats = value.get<int64_t>())
      experiment.repeats = *repeats;
  }
  Scope scope(&globals);
  for (const AxisNode &axis : node.axes)
    for (const std::string &name : axis.names)
      scope.set(name, Value());
  if (!node.train) {
    if (node.isWhole)
      sink.report(DiagnosticId::no_train, node.location, {node.name});
    return check;
  }
  checkTrain(*node.train, scope, check);
  std::set<std::string> used = namesUsed(*node.train);
  for (const AxisNode &axis : node.axes)
    for (std::size_t i = 0; i < axis.names.size(); ++i)
      if (!used.contains(axis.names[i]))
        sink.report(DiagnosticId::unused_axis, axis.locations[i], {axis.names[i]});
  return check;
}

// What is said about the points: figures of others, claims, the report.
void Checker::checkOutcome(const ExperimentNode &node, Experiment &experiment) {
  const auto dataset =
      std::find_if(study.datasets.begin(), study.datasets.end(),
                   [&](const Dataset &each) { return each.name == node.train->dataset; });
  const bool isRight = dataset != study.datasets.end(); // else its metrics are not known
  ReferenceReader(node, isRight ? &*dataset : nullptr, file, globals, {load, study.published}, sink)
      .read(experiment);
  if (!isRight)
    return;
  ClaimReader claims(experiment, *dataset, file, globals, sink);
  for (const ClaimNode &claim : node.claims)
    if (auto read = claims.read(claim))
      experiment.claims.push_back(std::move(*read));
  ReportReader parts(experiment, *dataset, sink);
  for (const ReportPartNode &part : node.report)
    if (auto read = parts.read(part))
      experiment.report.push_back(std::move(*read));
}

void Checker::checkExperiments(bool expand) {
  if (file.experiments.empty() && !sink.hasErrors())
    sink.report(DiagnosticId::no_experiment, {}, {});
  for (const ExperimentNode &node : file.experiments) {
    Experiment experiment;
    ExperimentCheck check = checkExperiment(node, experiment);
    auto candidates = readCandidates(node, file, globals, sink);
    const bool isExpandable = expand && candidates && node.train;
    const std::size_t before = sink.errorCount();
    if (isExpandable && check.isNetworkRight && !wrongDatasets.contains(node.train->dataset))
      GridExpander(*this, node, *node.train, std::move(*candidates), check.isTrainingRight)
          .run(experiment);
    if (isExpandable && sink.errorCount() == before)
      checkOutcome(node, experiment);
    study.experiments.push_back(std::move(experiment));
  }
}

} // namespace nnx::dsl
