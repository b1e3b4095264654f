// Reading data sets from the study's JSON.
#include "runtime/train/StudyDatasets.h"

#include <algorithm>

using namespace nnxrt;
using Node = JsonNode;

static std::vector<std::string> filesOf(const Node &kind) {
  const auto name = kind.as<std::string>();
#define NNX_SOURCE(KIND, LOAD, ...)                                                                \
  if (name == #KIND)                                                                               \
    return {__VA_ARGS__};
#include "runtime/data/Sources.def"
  kind.fail(fmt::format("is `{}`, no kind of source that this trainer reads", name));
}

static SourceSpec readSource(const Node &node, const std::vector<std::string> &files) {
  SourceSpec source;
  for (const std::string &file : files)
    source.files.push_back(
        {node.at(file).as<std::string>(),
         node.has(file + "_sha256") ? node.at(file + "_sha256").optionalText() : ""});
  if (node.has("arrays")) {
    source.x = node.at("arrays").at("x").as<std::string>();
    source.y = node.at("arrays").at("y").as<std::string>();
  }
  return source;
}

static TableSpec readTable(const Node &node) {
  const auto word = [&](const char *key, std::initializer_list<const char *> allowed) {
    auto text = node.at(key).as<std::string>();
    if (std::ranges::find(allowed, text) == allowed.end())
      node.at(key).fail(fmt::format("is `{}`", text));
    return text;
  };
  TableSpec table;
  // Studies before there were several said one name.
  const Node target = node.at("target");
  table.targets = target.json().is_array() ? target.as<std::vector<std::string>>()
                                           : std::vector{target.as<std::string>()};
  table.categorical = node.at("categorical").as<std::vector<std::string>>();
  table.ignored = node.at("ignore").as<std::vector<std::string>>();
  table.missing = word("missing", {"error", "mean", "median", "zero"});
  table.unseen = word("unseen", {"error", "zero"});
  table.header = node.at("header").as<bool>();
  const auto separator = node.at("separator").as<std::string>();
  if (separator.size() != 1)
    node.at("separator").fail("is not one character");
  table.separator = separator[0];
  return table;
}

static SplitSpec readSplit(const Node &node) {
  const auto share = [&](const char *key) {
    const double part = node.at(key).real();
    if (!(part >= 0 && part < 1))
      node.at(key).fail(fmt::format("is {}, not in 0 to 1", part));
    return part;
  };
  return {share("validation"), share("test"), node.at("stratified").as<bool>(),
          static_cast<uint64_t>(node.at("seed").whole(0, std::numeric_limits<int64_t>::max()))};
}

static AugmentStep readAugment(const Node &node) {
  const auto kind = node.at("kind").as<std::string>();
  AugmentStep step;
  step.amount = node.at("amount").real();
  if (kind == "flip_horizontal")
    step.kind = AugmentKind::flipHorizontal;
  else if (kind == "flip_vertical")
    step.kind = AugmentKind::flipVertical;
  else if (kind == "rotate")
    step.kind = AugmentKind::rotate;
  else if (kind != "shift")
    node.at("kind").fail(fmt::format("is `{}`", kind));
  return step;
}

static void readShape(const Node &node, DatasetSpec &spec) {
  const auto shape = node.list([](const Node &item) { return item.small(1); });
  spec.isFlat = shape.size() < spec.shape.size();
  if (shape.size() == spec.shape.size())
    std::copy(shape.begin(), shape.end(), spec.shape.begin());
  else if (shape.size() <= 1)
    spec.shape = {1, shape.empty() ? 0 : shape[0], 1};
  else
    node.fail("has neither one nor three numbers");
}

DatasetSpec nnxrt::readDataset(const Node &node) {
  constexpr int mostClasses = 256; // labels are bytes
  constexpr int mostTargets = 65536;
  DatasetSpec spec;
  spec.name = node.at("name").as<std::string>();
  spec.folder = node.has("folder") ? node.at("folder").as<std::string>() : spec.name;
  spec.kind = node.at("kind").as<std::string>();
  const std::vector<std::string> files = filesOf(node.at("kind"));
  spec.train = readSource(node.at("train"), files);
  if (!node.at("test").isNull())
    spec.test = readSource(node.at("test"), files);
  if (node.has("validation"))
    spec.validation = readSource(node.at("validation"), files);
  if (node.has("table"))
    spec.table = readTable(node.at("table"));
  if (node.has("split"))
    spec.split = readSplit(node.at("split"));
  readShape(node.at("shape"), spec);
  if (node.has("task") && node.at("task").as<std::string>() == "regression")
    spec.targets = static_cast<int>(node.at("targets").whole(1, mostTargets));
  else
    spec.classes = static_cast<int>(node.at("classes").whole(1, mostClasses));
  if (node.has("table") && spec.table.targets.size() != (spec.isRegression() ? spec.targets : 1U))
    node.at("table").fail("has another number of targets");
  spec.scale = node.at("scale").real();
  spec.standardize = node.has("standardize") && node.at("standardize").as<bool>();
  if (node.has("augment"))
    spec.augment = node.at("augment").list(readAugment);
  if (!node.at("labels").isNull())
    spec.labels = node.at("labels").as<std::vector<std::string>>();
  spec.line = node.at("line").small(0);
  return spec;
}
