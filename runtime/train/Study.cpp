// Reading the study's JSON.
#include "runtime/train/Study.h"

#include "runtime/train/JsonNode.h"
#include "runtime/train/StudyClaims.h"
#include "runtime/train/StudyDatasets.h"

#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace nnxrt;
using Json = nlohmann::ordered_json;
using Node = JsonNode;

namespace {
constexpr int supportedSchema = 1;
} // namespace

static OptimizerSettings readOptimizer(const Node &node) {
  OptimizerSettings optimizer;
  optimizer.kind = node.at("kind").as<std::string>();
  for (const auto &[key, value] : node.json().items()) {
    if (key == "kind")
      continue;
    if (value.is_boolean())
      optimizer.arguments.emplace_back(key, value.get<bool>());
    else if (value.is_number())
      optimizer.arguments.emplace_back(key, value.get<double>());
    else
      optimizer.arguments.emplace_back(key, node.at(key).as<std::string>());
  }
  return optimizer;
}

static StopSettings readStop(const Node &node) {
  StopSettings stop{.metric = node.at("metric").as<std::string>(),
                    .patience = node.at("patience").small(0),
                    .minDelta = node.at("min_delta").real(),
                    .restoresBest = node.at("restore").as<std::string>() == "best"};
  if (!stop.restoresBest && node.at("restore").as<std::string>() != "last")
    node.at("restore").fail("is neither `best` nor `last`");
  return stop;
}

static RunSettings readSettings(const Node &node) {
  constexpr int64_t most = std::numeric_limits<int64_t>::max();
  constexpr int64_t mostBatch = int64_t{1} << 24;
  RunSettings settings;
  settings.loss = node.at("loss").as<std::string>();
  settings.optimizer = readOptimizer(node.at("optimizer"));
  if (node.json().contains("schedule"))
    settings.schedule = readOptimizer(node.at("schedule"));
  settings.batch = static_cast<int>(node.at("batch").whole(1, mostBatch));
  settings.epochs = node.at("epochs").small(0);
  settings.seed = static_cast<uint64_t>(node.at("seed").whole(0, most));
  settings.shuffle = node.at("shuffle").as<bool>();
  settings.steps = node.at("steps").whole(0, most);
  const auto divergence = node.at("on_divergence").as<std::string>();
  settings.stopOnDivergence = divergence == "stop";
  if (!settings.stopOnDivergence && divergence != "continue")
    node.at("on_divergence").fail("is neither `stop` nor `continue`");
  if (node.has("stop"))
    settings.stop = readStop(node.at("stop"));
  if (node.has("init"))
    settings.init = node.at("init").as<std::string>();
  return settings;
}

static LayerInfo readLayer(const Node &node) {
  return {node.at("name").as<std::string>(),
          node.at("kind").as<std::string>(),
          node.at("text").as<std::string>(),
          node.at("input").as<std::vector<int64_t>>(),
          node.at("output").as<std::vector<int64_t>>(),
          node.at("parameters").as<int64_t>(),
          node.at("line").small(0)};
}

static Point readPoint(const Node &node) {
  Point point;
  point.label = node.at("label").as<std::string>();
  const Node axes = node.at("axes");
  for (const auto &[name, value] : axes.json().items())
    point.axes.emplace_back(name, axes.at(name).as<std::string>());
  point.dataset = static_cast<size_t>(node.at("dataset").small(0));
  point.variant = static_cast<size_t>(node.at("variant").small(0));
  point.network = node.at("network").as<std::string>();
  point.line = node.at("line").small(0);
  point.settings = readSettings(node.at("settings"));
  point.layers = node.at("layers").list(readLayer);
  point.parameters = node.at("parameters").as<int64_t>();
  point.flops = node.at("flops").as<int64_t>();
  point.key = node.at("key").as<std::string>();
  if (node.has("reference")) {
    const Node reference = node.at("reference");
    for (const auto &[metric, value] : reference.json().items())
      point.reference.emplace_back(metric, reference.at(metric).real());
  }
  if (node.has("notes")) {
    const Node notes = node.at("notes");
    for (const auto &[name, value] : notes.json().items())
      point.notes.emplace_back(name, notes.at(name).as<std::string>());
  }
  return point;
}

static Axis readAxis(const Node &node) {
  Axis axis{node.at("name").as<std::string>(), node.at("values").as<std::vector<std::string>>(),
            -1};
  if (node.has("tied"))
    axis.tied = node.at("tied").small(0);
  return axis;
}

static Experiment readExperiment(const Node &node) {
  Experiment experiment{node.at("name").as<std::string>(),
                        node.at("title").optionalText(),
                        node.at("line").small(0),
                        node.at("axes").list(readAxis),
                        node.at("repeats").small(1),
                        node.at("points").list(readPoint),
                        {},
                        {}};
  if (node.has("claims"))
    experiment.claims = node.at("claims").list(
        [&](const Node &claim) { return readClaim(claim, experiment.points.size()); });
  if (node.has("report"))
    experiment.report = node.at("report").list(
        [&](const Node &part) { return readReportPart(part, experiment.points.size()); });
  return experiment;
}

static SourceFile readSource(const Node &node) {
  return {node.at("file").as<std::string>(), node.at("source").as<std::string>()};
}

Study nnxrt::parseStudy(std::string_view text) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::exception &error) {
    throw StudyError(fmt::format("the study is no JSON: {}", error.what()));
  }
  const Node root(json, "");
  Study study;
  study.schema = root.at("schema").small(0);
  if (study.schema != supportedSchema)
    root.at("schema").fail(
        fmt::format("is {}; this trainer reads {}", study.schema, supportedSchema));
  study.json = text;
  study.file = root.at("file").as<std::string>();
  study.source = root.at("source").as<std::string>();
  if (root.has("includes"))
    study.includes = root.at("includes").list(readSource);
  if (root.has("options"))
    study.options = root.at("options").as<std::vector<std::string>>();
  if (root.has("published"))
    study.published = root.at("published").list(readSource);
  study.compiler = root.at("compiler").as<std::string>();
  study.numerics = root.at("numerics").small(0);
  study.datasets = root.at("datasets").list(readDataset);
  study.experiments = root.at("experiments").list(readExperiment);
  for (const Experiment &experiment : study.experiments)
    for (const Point &point : experiment.points)
      if (point.dataset >= study.datasets.size())
        root.fail(fmt::format("`{}`: point `{}` names data set {}, of {}", experiment.name,
                              point.label, point.dataset, study.datasets.size()));
  return study;
}

std::string Study::name() const {
  return std::filesystem::path(file).stem().string();
}

void Study::nameClasses(size_t dataset, const std::vector<std::string> &names) {
  if (names.empty() || !datasets[dataset].labels.empty())
    return;
  datasets[dataset].labels = names;
  Json changed = Json::parse(json);
  changed["datasets"][dataset]["labels"] = names;
  json = changed.dump();
}

bool OptimizerSettings::number(std::string_view name, double &value) const {
  for (const auto &[key, setting] : arguments) {
    if (key != name)
      continue;
    if (const double *const real = std::get_if<double>(&setting))
      value = *real;
    else if (const bool *const flag = std::get_if<bool>(&setting))
      value = *flag ? 1 : 0;
    else
      return false;
    return true;
  }
  return false;
}

std::string OptimizerSettings::text() const {
  std::string list;
  for (const auto &[key, setting] : arguments) {
    const bool *const flag = std::get_if<bool>(&setting);
    if (flag != nullptr && !*flag)
      continue;
    const std::string value =
        std::visit([](const auto &each) { return fmt::format("{}", each); }, setting);
    list += fmt::format("{}{} = {}", list.empty() ? "" : ", ", key, value);
  }
  return fmt::format("{}({})", kind, list);
}
