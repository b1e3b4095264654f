// What the checks of one file share. Each Check*.cpp holds the checks of one kind of declaration.
#pragma once

#include "dsl/Evaluate.h"
#include "dsl/Explore.h"
#include "dsl/FeatureCounter.h"

#include <map>
#include <set>
#include <string>

namespace nnx::dsl {

// Settings of a training by name; those of an optimizer are inside its value.
using TrainingValues = std::map<std::string, Value, std::less<>>;

// What of an experiment's `train` has no errors of its own; nothing without a `train`.
struct ExperimentCheck {
  bool isNetworkRight = false;
  bool isTrainingRight = false;
};

// A network with its arguments on a data set.
struct UnrolledNetwork {
  std::optional<Network> network; // nothing after an error
  std::vector<Diagnostic> diagnostics;
  std::string text; // all of it that shapes what is compiled
};

class Checker {
public:
  Checker(const File &file, FeatureCounter countFeatures, const FileLoader &load,
          DiagnosticSink &sink)
      : file(file), countFeatures(std::move(countFeatures)), load(load), sink(sink) {}

  void checkNames(); // two declarations of one name
  void checkLets();
  void checkDatasets();
  void checkNetworks();
  void checkTrainings();
  // With `expand`, also every point of every grid.
  void checkExperiments(bool expand);
  void checkUnused();
  // To be called for each distinct network that the points train.
  void visitNetworks(NetworkVisitor visitor) { visitNetwork = std::move(visitor); }

  Study takeStudy() { return std::move(study); }
  Scope takeGlobals() { return std::move(globals); }
  std::set<const NetworkNode *> takeBroken() { return std::move(broken); }

private:
  friend class GridExpander;

  void checkParameters(const NetworkNode &node);
  void checkBody(const NetworkNode &node, const std::vector<Statement> &body, const Scope &scope);
  void checkCall(const Expr &call, const Scope &scope);
  Scope scopeOfUnknowns(const NetworkNode &node);

  const TrainingNode *findTraining(std::string_view name) const;
  bool resolveTraining(const TrainingNode &node);
  // Adds `settings` to `values`; false after a report.
  bool applySettings(const std::vector<SettingNode> &settings, const Scope &scope,
                     TrainingValues &values, DiagnosticSink &reports);
  bool applyOptimizerPart(const SettingNode &setting, const Scope &scope, TrainingValues &values,
                          DiagnosticSink &reports);

  void checkTrain(const TrainNode &train, const Scope &scope, ExperimentCheck &check);
  void checkOutcome(const ExperimentNode &node, Experiment &experiment);
  ExperimentCheck checkExperiment(const ExperimentNode &node, Experiment &experiment);

  const File &file;
  FeatureCounter countFeatures;
  const FileLoader &load;
  DiagnosticSink &sink;
  Scope globals;
  Study study;
  std::set<const NetworkNode *> broken; // networks with errors of their own
  std::map<std::string, TrainingValues, std::less<>> trainings;
  std::set<std::string, std::less<>> wrongTrainings; // reported
  std::set<std::string, std::less<>> wrongDatasets;  // reported
  std::vector<const TrainingNode *> openTrainings;
  std::map<std::string, UnrolledNetwork> networks; // by network and data set
  std::map<std::string, std::size_t> variants;     // by their text
  NetworkVisitor visitNetwork;
};

// Calls `visit` for each name and called name in `expr`.
template <typename Visit> void forEachName(const Expr &expr, Visit visit) {
  if (expr.kind == ExprKind::name || expr.kind == ExprKind::call)
    visit(expr.text);
  for (const Element &element : expr.elements)
    forEachName(element.value, visit);
}

// A setting of a block, found in the rows of Settings.def of `owner`; null after a report.
const Parameter *findBlockSetting(std::string_view owner, const SettingNode &setting,
                                  DiagnosticSink &sink);

} // namespace nnx::dsl
