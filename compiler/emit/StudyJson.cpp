// Writes the study JSON. Every name of the schema stands here and in docs/architecture.md.
#include "compiler/emit/StudyJson.h"

#include "dsl/CheckSources.h"
#include "dsl/Optimizers.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

#include <nlohmann/json.hpp>

namespace nnx::emit {

using Json = nlohmann::ordered_json;

namespace {

std::string sha256(const std::string &text) {
  auto hash = llvm::SHA256::hash(llvm::arrayRefFromStringRef(text));
  return llvm::toHex(hash, /*LowerCase=*/true);
}

Json textOrNull(const std::string &text) {
  return text.empty() ? Json() : Json(text);
}

// Null where a share has no files of its own.
Json toJson(const dsl::DatasetShare &share, const std::string &kind) {
  if (!share.isGiven())
    return {};
  const std::vector<std::string> names = dsl::filesOf(kind);
  Json json;
  for (size_t i = 0; i < names.size(); ++i)
    json[names[i]] = share.files[i].name;
  for (size_t i = 0; i < names.size(); ++i)
    json[names[i] + "_sha256"] = textOrNull(share.files[i].sha256);
  if (!share.x.empty())
    json["arrays"] = {{"x", share.x}, {"y", share.y}};
  return json;
}

Json toJson(const dsl::TableOptions &table) {
  return {{"target", table.targets.size() == 1 ? Json(table.targets[0]) : Json(table.targets)},
          {"categorical", table.categorical},
          {"ignore", table.ignored},
          {"missing", table.missing},
          {"unseen", table.unseen},
          {"header", table.header},
          {"separator", table.separator}};
}

// What a data set that has none of it does not mention.
void addShares(Json &json, const dsl::Dataset &dataset) {
  if (dataset.validation.isGiven())
    json["validation"] = toJson(dataset.validation, dataset.kind);
  if (dataset.kind == "csv")
    json["table"] = toJson(dataset.table);
  const dsl::DatasetSplit &split = dataset.split;
  if (split.validation > 0 || split.test > 0)
    json["split"] = {{"validation", split.validation},
                     {"test", split.test},
                     {"stratified", split.isStratified},
                     {"seed", split.seed}};
  if (dataset.isStandardized)
    json["standardize"] = true;
  for (const dsl::Augmentation &step : dataset.augment)
    json["augment"].push_back({{"kind", step.kind}, {"amount", step.amount}});
}

Json toJson(const dsl::Dataset &dataset, const dsl::Study &study) {
  Json json = {{"name", dataset.name},
               {"kind", dataset.kind},
               {"train", toJson(dataset.train, dataset.kind)},
               {"test", toJson(dataset.test, dataset.kind)},
               {"shape", dataset.shape},
               {"classes", dataset.classes},
               {"scale", dataset.scale},
               {"labels", dataset.labels.empty() ? Json() : Json(dataset.labels)},
               {"line", study.lineOf(dataset.location)}};
  if (dataset.folder != dataset.name)
    json["folder"] = dataset.folder;
  if (dataset.task == "regression") {
    json["task"] = dataset.task;
    json["targets"] = dataset.targets;
  }
  addShares(json, dataset);
  return json;
}

void add(Json &json, const dsl::Setting &setting) {
  if (const auto *flag = std::get_if<bool>(&setting.value))
    json[setting.name] = *flag;
  else if (const auto *whole = std::get_if<int64_t>(&setting.value))
    json[setting.name] = *whole;
  else if (const auto *real = std::get_if<double>(&setting.value))
    json[setting.name] = *real;
  else if (const auto *name = std::get_if<std::string>(&setting.value))
    json[setting.name] = *name;
}

Json toJson(const dsl::Optimizer &optimizer) {
  Json json = {{"kind", optimizer.kind}};
  const dsl::OptimizerRow &row = *dsl::findOptimizer(optimizer.kind);
  for (const dsl::Setting &setting : optimizer.settings)
    if (dsl::isStated(row, setting))
      add(json, setting);
  return json;
}

Json toJson(const dsl::Schedule &schedule) {
  Json json = {{"kind", schedule.kind}};
  for (const dsl::Setting &setting : schedule.settings)
    add(json, setting);
  return json;
}

Json toJson(const dsl::TrainingSettings &training) {
  Json json = {{"loss", training.loss},
               {"optimizer", toJson(training.optimizer)},
               {"schedule", toJson(training.schedule)},
               {"batch", training.batch},
               {"epochs", training.epochs},
               {"seed", training.seed},
               {"shuffle", training.shuffle},
               {"steps", training.steps},
               {"on_divergence", training.onDivergence}};
  if (const dsl::EarlyStop &stop = training.stop; !stop.metric.empty())
    json["stop"] = {{"metric", stop.metric},
                    {"patience", stop.patience},
                    {"min_delta", stop.minDelta},
                    {"restore", stop.restoresBest ? "best" : "last"}};
  return json;
}

Json toJson(const dsl::LayerInstance &layer, const dsl::Study &study) {
  return {{"name", layer.name},
          {"kind", dsl::nameOf(layer.kind)},
          {"text", layer.text},
          {"input", layer.input},
          {"output", layer.output},
          {"parameters", layer.parameters},
          {"line", study.lineOf(layer.location)}};
}

Json toJson(const dsl::Axis &axis) {
  Json json = {{"name", axis.name}, {"values", axis.values}};
  if (axis.tied != 0)
    json["tied"] = axis.tied;
  return json;
}

Json toJson(const dsl::Point &point, const dsl::Experiment &experiment, const dsl::Study &study,
            const kernels::KernelTarget &target) {
  const dsl::Network &network = study.variants[point.variant].network;
  Json axes = Json::object(), layers = Json::array();
  for (size_t i = 0; i < experiment.axes.size(); ++i)
    axes[experiment.axes[i].name] = point.coordinates[i];
  for (const dsl::LayerInstance &layer : network.layers)
    layers.push_back(toJson(layer, study));
  std::string meaning =
      point.meaning + "\n" + target.text + "\nnumerics " + std::to_string(numericsVersion);
  Json settings = toJson(point.training);
  if (!point.startFile.empty())
    settings["init"] = point.startFile;
  Json json = {{"label", point.label},
               {"axes", axes},
               {"dataset", point.dataset},
               {"variant", point.variant},
               {"network", point.network},
               {"line", study.lineOf(point.location)},
               {"settings", settings},
               {"layers", layers},
               {"parameters", network.parameters},
               {"flops", network.flops},
               {"key", sha256(meaning)}};
  for (const auto &[metric, value] : point.reference)
    json["reference"][metric] = value;
  for (const auto &[name, text] : point.notes)
    json["notes"][name] = text;
  return json;
}

Json toJson(const dsl::ClaimExpr &expr) {
  Json json = {{"op", expr.op}};
  if (!expr.name.empty())
    json["name"] = expr.name;
  if (expr.op == "number")
    json["value"] = expr.number;
  for (const dsl::ClaimExpr &operand : expr.operands)
    json["operands"].push_back(toJson(operand));
  return json;
}

Json toJson(const dsl::Claim &claim, const dsl::Study &study) {
  return {{"text", claim.text},          {"file", study.fileOf(claim.location)},
          {"line", claim.location.line}, {"column", claim.location.column},
          {"points", claim.points},      {"condition", toJson(claim.condition)}};
}

// Of a part's fields, those that it has.
Json toJson(const dsl::ReportPart &part) {
  Json json = {{"kind", part.kind}};
  if (!part.rows.empty())
    json["rows"] = part.rows;
  if (!part.columns.empty())
    json["columns"] = part.columns;
  for (const auto &[name, value] :
       {std::pair("x", &part.x), std::pair("y", &part.y), std::pair("color", &part.color)})
    if (!value->empty())
      json[name] = *value;
  if (part.point >= 0)
    json["point"] = part.point;
  return json;
}

Json toJson(const std::vector<dsl::SourceText> &texts) {
  Json json = Json::array();
  for (const dsl::SourceText &each : texts)
    json.push_back({{"file", each.file}, {"source", each.source}});
  return json;
}

} // namespace

std::string studyJson(const dsl::Study &study, const kernels::KernelTarget &target) {
  Json datasets = Json::array(), experiments = Json::array();
  for (const dsl::Dataset &dataset : study.datasets)
    datasets.push_back(toJson(dataset, study));
  for (const dsl::Experiment &experiment : study.experiments) {
    Json axes = Json::array(), points = Json::array(), claims = Json::array(),
         report = Json::array();
    for (const dsl::Axis &axis : experiment.axes)
      axes.push_back(toJson(axis));
    for (const dsl::Point &point : experiment.points)
      points.push_back(toJson(point, experiment, study, target));
    for (const dsl::Claim &claim : experiment.claims)
      claims.push_back(toJson(claim, study));
    for (const dsl::ReportPart &part : experiment.report)
      report.push_back(toJson(part));
    experiments.push_back({{"name", experiment.name},
                           {"title", experiment.title},
                           {"line", study.lineOf(experiment.location)},
                           {"axes", axes},
                           {"repeats", experiment.repeats},
                           {"points", points},
                           {"claims", claims},
                           {"report", report}});
  }
  Json json = {{"schema", 1},
               {"file", study.file},
               {"source", study.source},
               {"includes", toJson(study.includes)},
               {"compiler", "nnx " NNX_VERSION},
               {"numerics", numericsVersion},
               {"datasets", datasets},
               {"experiments", experiments}};
  if (!study.options.empty())
    json["options"] = study.options;
  if (!study.published.empty())
    json["published"] = toJson(study.published);
  return json.dump();
}

} // namespace nnx::emit
