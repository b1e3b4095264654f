// Makes the points of a grid: network, training and variant of each. Errors of several points at
// one place become one report with the coordinates of the first.
#include "dsl/ExpandGrid.h"

#include "dsl/Losses.h"
#include "dsl/Metrics.h"
#include "dsl/Optimizers.h"
#include "dsl/Unroll.h"

#include <algorithm>
#include <iterator>

namespace nnx::dsl {
namespace {

std::string labelOf(const Experiment &experiment, const std::vector<std::string> &coordinates) {
  std::string result;
  for (std::size_t i = 0; i < coordinates.size(); ++i)
    result += (i ? ", " : "") + experiment.axes[i].name + " = " + coordinates[i];
  return result.empty() ? experiment.name : result;
}

std::vector<Axis> describeAxes(const std::vector<AxisValues> &axes) {
  std::vector<Axis> result;
  int tuples = 0;
  for (const AxisValues &values : axes) {
    bool isTuple = values.node->names.size() > 1;
    tuples += isTuple;
    for (std::size_t i = 0; i < values.node->names.size(); ++i) {
      Axis axis{values.node->names[i], {}, isTuple ? tuples : 0};
      for (const Values &row : values.rows)
        if (std::find(axis.values.begin(), axis.values.end(), row[i].label) == axis.values.end())
          axis.values.push_back(row[i].label);
      result.push_back(std::move(axis));
    }
  }
  return result;
}

// What is switched off says nothing, so that a switch that a later version adds leaves old texts as
// they are.
bool isSwitchedOff(const Setting &setting) {
  const bool *flag = std::get_if<bool>(&setting.value);
  const std::string *name = std::get_if<std::string>(&setting.value);
  return (flag && !*flag) || (name && *name == "none");
}

Settings switchedOn(const Settings &settings) {
  std::vector<Setting> said;
  std::remove_copy_if(settings.begin(), settings.end(), std::back_inserter(said), isSwitchedOff);
  return Settings(std::move(said));
}

std::string textOf(const LayerInstance &layer) {
  std::string result = std::string(nameOf(layer.kind)) + "(";
  const char *separator = "";
  const Settings said = switchedOn(layer.settings);
  for (const Setting &setting : said) {
    result += separator + setting.name + " = " + toText(setting.value);
    separator = ", ";
  }
  return result + ")";
}

std::string networkText(const Network &network, const Dataset &dataset) {
  std::string result = "sample " + toText(dataset.shape) +
                       (dataset.targets > 0 ? " targets " + std::to_string(dataset.targets)
                                            : " classes " + std::to_string(dataset.classes)) +
                       "\n";
  for (const LayerInstance &layer : network.layers) {
    result += layer.name + " of";
    for (int input : layer.inputs)
      result += " " + std::to_string(input);
    result += ": " + textOf(layer) + "\n";
  }
  return result;
}

// The contents of the files are the trainer's to add.
std::string dataText(const Dataset &dataset) {
  auto listed = [](const std::vector<std::string> &items) {
    std::string list;
    for (const std::string &item : items)
      list += " \"" + item + "\"";
    return list;
  };
  std::string result = dataset.kind;
  for (const DatasetShare *share : {&dataset.train, &dataset.test, &dataset.validation}) {
    if (share == &dataset.validation && share->isGiven())
      result += " validation";
    for (const DatasetFile &file : share->files)
      result += " \"" + file.name + "\"";
    if (!share->x.empty())
      result += listed({share->x, share->y});
  }
  result += " scale " + toText(dataset.scale) + "\n";
  if (dataset.kind == "csv") {
    const TableOptions &table = dataset.table;
    result += "table" + listed(table.targets) +
              listed({table.missing, table.unseen, table.separator}) +
              (table.header ? " header" : "") + " categorical" + listed(table.categorical) +
              " ignore" + listed(table.ignored) + "\n";
  }
  if (dataset.kind == "csv" || dataset.kind == "png") // the order of classes
    result += dataset.labels.empty() ? "" : "labels" + listed(dataset.labels) + "\n";
  const DatasetSplit &split = dataset.split;
  if (split.validation > 0 || split.test > 0)
    result += "split validation " + toText(split.validation) + " test " + toText(split.test) +
              (split.isStratified ? " stratified" : "") + " seed " + std::to_string(split.seed) +
              "\n";
  if (dataset.isStandardized)
    result += "standardize train\n";
  for (const Augmentation &step : dataset.augment)
    result += "augment " + step.kind + " " + toText(step.amount) + "\n";
  return result;
}

// How long a run is stands for no meaning: a longer one goes on where a shorter one ends.
std::string trainingText(const TrainingSettings &training) {
  // Unless its learning rates depend on the end, or the end on its figures.
  const std::string length = " of " + std::to_string(training.epochs) + " epochs, " +
                             std::to_string(training.steps) + " steps";
  const std::string stop =
      training.stop.metric.empty() ? "" : "stop " + toText(training.stop) + length + "\n";
  return "optimizer " +
         toText(Optimizer{training.optimizer.kind, switchedOn(training.optimizer.settings)}) +
         "\nschedule " + toText(training.schedule) +
         (needsLength(training.schedule) ? length : "") + "\nbatch " +
         std::to_string(training.batch) + "\nshuffle " + (training.shuffle ? "true" : "false") +
         "\non_divergence " + training.onDivergence + "\n" + stop;
}

} // namespace

Scope GridExpander::scopeOf(const RowIndices &rows) const {
  Scope scope(&checker.globals);
  for (std::size_t a = 0; a < axes.size(); ++a)
    for (std::size_t i = 0; i < axes[a].node->names.size(); ++i)
      scope.set(axes[a].node->names[i], axes[a].rows[rows[a]][i]);
  return scope;
}

std::vector<std::string> GridExpander::labelsOf(const RowIndices &rows) const {
  std::vector<std::string> labels;
  for (std::size_t a = 0; a < axes.size(); ++a)
    for (const Value &value : axes[a].rows[rows[a]])
      labels.push_back(value.label);
  return labels;
}

std::optional<bool> GridExpander::isKept(const Scope &scope, DiagnosticSink &sink) {
  if (!node.where)
    return true;
  Evaluator evaluator(checker.file, sink);
  std::vector<std::string> words;
  for (const AxisValues &axis : axes)
    for (const Values &row : axis.rows)
      for (const Value &value : row)
        words.push_back(value.label);
  evaluator.allowWords(std::move(words));
  Value value =
      evaluator.convert(evaluator.evaluate(*node.where, scope), Type::boolean, "`where`", scope);
  const bool *kept = value.get<bool>();
  return kept ? std::optional(*kept) : std::nullopt;
}

const UnrolledNetwork &GridExpander::unroll(const NetworkValue &network, const Dataset &dataset) {
  auto [found, isNew] = checker.networks.try_emplace(toText(network) + " on " + dataset.name);
  if (isNew) {
    DiagnosticSink sink;
    Unroller unroller(checker.file, checker.globals, checker.broken, sink);
    found->second.network = unroller.run(network, dataset.shape, dataset.classes);
    found->second.diagnostics = sink.sorted();
    if (found->second.network)
      found->second.text = networkText(*found->second.network, dataset);
    if (found->second.network && checker.visitNetwork)
      checker.visitNetwork(network, dataset, *found->second.network);
  }
  return found->second;
}

std::optional<TrainingSettings> GridExpander::readTraining(const Scope &scope,
                                                           const Dataset &dataset,
                                                           std::string &startFile,
                                                           DiagnosticSink &sink) {
  TrainingValues values;
  if (!train.training.empty())
    values = checker.trainings.find(train.training)->second;
  if (!checker.applySettings(train.overrides, scope, values, sink))
    return std::nullopt;
  Evaluator evaluator(checker.file, sink);
  for (const Parameter &parameter : settingsOf("training").parameters) {
    if (values.contains(parameter.name))
      continue;
    if (parameter.isRequired()) {
      sink.report(DiagnosticId::missing_setting, train.location,
                  {"train", parameter.name, nameOf(parameter.type)});
      return std::nullopt;
    }
    values[parameter.name] = evaluator.fallbackOf(parameter, scope);
  }
  TrainingSettings training;
  training.loss = values["loss"].get<LossValue>()->text;
  training.optimizer = *values["optimizer"].get<Optimizer>();
  training.schedule = *values["schedule"].get<Schedule>();
  training.batch = *values["batch"].get<int64_t>();
  training.epochs = *values["epochs"].get<int64_t>();
  training.seed = *values["seed"].get<int64_t>();
  training.shuffle = *values["shuffle"].get<bool>();
  training.steps = *values["steps"].get<int64_t>();
  training.onDivergence = values["on_divergence"].get<Symbol>()->name;
  if (const WeightsValue *weights = values["init"].get<WeightsValue>())
    startFile = weights->file;
  training.stop = *values["stop"].get<EarlyStop>();
  if (!checkTask(training, values, dataset, sink))
    return std::nullopt;
  return training;
}

// Whether the data set has what the training reads of it.
bool GridExpander::checkTask(const TrainingSettings &training, TrainingValues &values,
                             const Dataset &dataset, DiagnosticSink &sink) {
  bool isRight = true;
  if (findLoss(training.loss)->targets == LossTargets::classes && dataset.classes == 0) {
    sink.report(DiagnosticId::type_mismatch, values["loss"].location,
                {"a data set of classes", "`" + training.loss + "`",
                 "`" + dataset.name + "`, which has numbers to predict"});
    isRight = false;
  }
  if (training.stop.metric.empty())
    return isRight;
  if (std::string_view why = whyAbsent(*findMetric(training.stop.metric), dataset); !why.empty()) {
    sink.report(DiagnosticId::absent_metric, values["stop"].location,
                {dataset.name, training.stop.metric, why});
    isRight = false;
  }
  return isRight;
}

// An output for each class or target. cross_entropy compares probabilities of the classes, which
// softmax alone gives.
bool GridExpander::checkOutput(const Network &network, const Dataset &dataset,
                               const TrainingSettings &training, DiagnosticSink &sink) {
  const LayerInstance &last = network.layers.back();
  bool isSoftmax = last.kind == LayerKind::softmax;
  if (last.settings.has("activation"))
    isSoftmax = last.settings.getName("activation") == "softmax";
  if (!isSoftmax && findLoss(training.loss)->isCrossEntropy()) {
    sink.report(DiagnosticId::wants_softmax, last.location, {training.loss, last.text});
    return false;
  }
  const int64_t wanted = dataset.targets > 0 ? dataset.targets : dataset.classes;
  if (last.output != Shape{wanted}) {
    sink.report(DiagnosticId::wrong_class_count, last.location,
                {toText(last.output), dataset.name, wanted,
                 dataset.targets > 0 ? "numbers to predict" : "classes"});
    return false;
  }
  return true;
}

int GridExpander::findVariant(const Network &network, const Dataset &dataset,
                              const TrainingSettings &training, const std::string &text) {
  const OptimizerRow &row = *findOptimizer(training.optimizer.kind);
  std::string optimizer = row.structuralText(row.flagsOf(training.optimizer.settings));
  auto [found, isNew] =
      checker.variants.try_emplace(text + optimizer, checker.study.variants.size());
  if (isNew)
    checker.study.variants.push_back({network, dataset.shape, dataset.classes, dataset.targets,
                                      training.loss, std::move(optimizer)});
  return static_cast<int>(found->second);
}

std::optional<Point> GridExpander::makePoint(const Scope &scope, DiagnosticSink &sink) {
  std::size_t index = 0;
  while (checker.study.datasets[index].name != train.dataset)
    ++index;
  const Dataset &dataset = checker.study.datasets[index];
  Evaluator evaluator(checker.file, sink);
  Value value =
      evaluator.convert(evaluator.evaluate(train.network, scope), Type::network, "`train`", scope);
  std::optional<TrainingSettings> training;
  std::string startFile;
  if (isTrainingRight)
    training = readTraining(scope, dataset, startFile, sink);
  if (value.isWrong())
    return std::nullopt;
  const NetworkValue &network = **value.get<std::shared_ptr<const NetworkValue>>();
  const UnrolledNetwork &unrolled = unroll(network, dataset);
  for (const Diagnostic &diagnostic : unrolled.diagnostics)
    sink.report(diagnostic);
  if (!unrolled.network || !training || !checkOutput(*unrolled.network, dataset, *training, sink))
    return std::nullopt;
  Point point;
  const std::string text = unrolled.text + "loss " + training->loss + "\n";
  point.dataset = static_cast<int>(index);
  point.variant = findVariant(*unrolled.network, dataset, *training, text);
  point.network = toText(network);
  point.meaning = dataText(dataset) + text + trainingText(*training) +
                  (startFile.empty() ? "" : "init safetensors \"" + startFile + "\"\n");
  point.startFile = startFile;
  point.training = std::move(*training);
  point.location = train.location;
  return point;
}

void GridExpander::collect(const DiagnosticSink &sink, const std::string &label) {
  for (Diagnostic &diagnostic : sink.sorted()) {
    auto known = std::find_if(reports.begin(), reports.end(), [&](const Report &report) {
      return report.diagnostic.id == diagnostic.id &&
             report.diagnostic.location == diagnostic.location;
    });
    if (known == reports.end()) {
      reports.push_back({std::move(diagnostic), 1, label});
    } else {
      ++known->points;
    }
  }
}

void GridExpander::reportCollected(int64_t points) {
  for (Report &report : reports) {
    std::string of = report.points == points
                         ? "all " + std::to_string(points)
                         : std::to_string(report.points) + " of " + std::to_string(points);
    if (!axes.empty())
      report.diagnostic.notes.push_back("for " + of + " points of `" + node.name +
                                        "`, first: " + report.firstLabel);
    checker.sink.report(std::move(report.diagnostic));
  }
}

void GridExpander::run(Experiment &experiment) {
  experiment.axes = describeAxes(axes);
  int64_t product = 1;
  for (const AxisValues &axis : axes)
    if (!candidates.drawn &&
        (__builtin_mul_overflow(product, static_cast<int64_t>(axis.rows.size()), &product) ||
         product > maxCandidates)) {
      checker.sink.report(DiagnosticId::too_many_points, node.gridLocation,
                          {node.name, maxCandidates});
      return;
    }
  int64_t points = 0;
  forEachPoint(candidates, [&](const RowIndices &rows) {
    DiagnosticSink sink;
    Scope scope = scopeOf(rows);
    std::vector<std::string> labels = labelsOf(rows);
    std::string label = labelOf(experiment, labels);
    std::optional<bool> kept = isKept(scope, sink);
    if (kept == false)
      return true;
    if (++points > maxPoints) {
      checker.sink.report(DiagnosticId::too_many_points, node.gridLocation, {node.name, maxPoints});
      return false;
    }
    std::optional<Point> point = kept ? makePoint(scope, sink) : std::nullopt;
    collect(sink, label);
    if (point) {
      point->label = std::move(label);
      point->coordinates = std::move(labels);
      experiment.points.push_back(std::move(*point));
    }
    return true;
  });
  reportCollected(points);
  if (points == 0 && node.where)
    checker.sink.report(DiagnosticId::no_points, node.where->location, {node.name});
}

} // namespace nnx::dsl
