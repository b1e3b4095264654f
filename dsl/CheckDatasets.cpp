// Data sets: sources, shares, shape, classes, labels, augmentation.
#include "dsl/CheckSources.h"
#include "dsl/Checker.h"

#include <algorithm>
#include <cmath>

namespace nnx::dsl {
namespace {

// The settings of one data set, and what they are together.
class DatasetReader {
public:
  DatasetReader(const DatasetNode &node, const File &file, const Scope &scope,
                const FeatureCounter &counter, DiagnosticSink &sink)
      : node(node), file(file), scope(scope), counter(counter), sink(sink), evaluator(file, sink) {}

  std::optional<Dataset> read() {
    std::size_t before = sink.errorCount();
    dataset.name = node.name;
    dataset.location = node.location;
    collect();
    readSources();
    if (dataset.kind.empty() || !node.isWhole) // nothing else can be judged
      return std::nullopt;
    readFolder();
    readSplit();
    readTask();
    readNumbers();
    readLabels();
    readAugment();
    if (!isRight || sink.errorCount() != before)
      return std::nullopt;
    readShape();
    if (!isRight || sink.errorCount() != before)
      return std::nullopt;
    return std::move(dataset);
  }

private:
  void collect() {
    for (const SettingNode &setting : node.settings) {
      if (!findBlockSetting("dataset", setting, sink))
        continue;
      if (!given.try_emplace(setting.name, &setting).second)
        sink.report(DiagnosticId::given_twice, setting.location, {setting.name});
      else if (!setting.part.empty())
        sink.report(DiagnosticId::no_parts, setting.partLocation, {setting.name});
    }
  }

  const SettingNode *find(const char *name) const {
    auto found = given.find(name);
    return found == given.end() ? nullptr : found->second;
  }

  // A wrong value may have been reported long before: with the `let` that it names.
  Value checked(Value value) {
    isRight = isRight && !value.isWrong();
    return value;
  }

  void readFolder() {
    dataset.folder = node.name;
    const Value folder = valueOf("folder");
    if (!folder.get<StringValue>())
      return;
    dataset.folder = folder.get<StringValue>()->text;
    if (!staysInside(dataset.folder))
      sink.report(DiagnosticId::wrong_file_name, folder.location, {dataset.folder});
  }

  // The value of a setting, wrong where there is none.
  Value valueOf(const char *name) {
    const SettingNode *setting = find(name);
    if (!setting)
      return {};
    const Parameter &parameter = *settingsOf("dataset").find(name);
    return checked(evaluator.evaluateFor(parameter, setting->value, scope));
  }

  void refuse(const char *name, const std::string &why) {
    if (const SettingNode *setting = find(name))
      sink.report(DiagnosticId::useless_setting, setting->location, {name, why});
  }

  void demand(const char *name) {
    if (node.isWhole && !find(name))
      sink.report(DiagnosticId::missing_setting, node.location,
                  {node.name, name, nameOf(settingsOf("dataset").find(name)->type)});
  }

  void readSources() {
    SourceReader reader(file, scope, dataset, sink);
    const SettingNode *data = find("data"), *validation = find("validation");
    if (data) {
      for (const char *other : {"train", "test", "validation"})
        if (const SettingNode *setting = find(other))
          sink.report(DiagnosticId::exclusive_settings, setting->location, {"data", other});
      isRight = reader.read(data->value, "data", dataset.train);
      demand("split");
      return;
    }
    demand("train");
    demand("test");
    if (const SettingNode *train = find("train"))
      isRight = reader.read(train->value, "train", dataset.train);
    if (const SettingNode *test = find("test"))
      isRight = reader.read(test->value, "test", dataset.test) && isRight;
    bool isShare =
        validation && validation->value.kind == ExprKind::call && validation->value.text == "split";
    if (isShare)
      readShareOfTrain(validation->value);
    else if (validation)
      isRight = reader.read(validation->value, "validation", dataset.validation) && isRight;
    dataset.hasValidation = validation != nullptr;
    if (const SettingNode *split = find("split"))
      sink.report(
          DiagnosticId::useless_setting, split->location,
          {"split", "it divides `data`; write validation = split(0.1) for a part of train"});
    for (const char *name : {"stratified", "seed"})
      refuse(name, "it goes with `data` and `split`");
  }

  // validation = split(0.1, stratified = true, seed = 0)
  void readShareOfTrain(const Expr &call) {
    const Signature &signature = settingsOf("split");
    auto bound = bindArguments(signature, call, sink);
    if (!bound)
      return;
    for (std::size_t i = 0; i < bound->size(); ++i) {
      if (!(*bound)[i])
        continue;
      const Parameter &parameter = signature.parameters[i];
      Value value = checked(evaluator.evaluateFor(parameter, *(*bound)[i], scope));
      if (const double *share = value.get<double>()) {
        dataset.split.validation = *share;
        if (*share <= 0 || *share >= 1)
          sink.report(DiagnosticId::out_of_range, value.location,
                      {parameter.name, "between 0 and 1, without both", describe(value)});
      } else if (const bool *flag = value.get<bool>()) {
        dataset.split.isStratified = *flag;
      } else if (const int64_t *seed = value.get<int64_t>()) {
        dataset.split.seed = *seed;
      }
    }
    checkStratified(call.location);
  }

  void checkStratified(SourceLocation location) {
    if (dataset.split.isStratified && !find("classes"))
      sink.report(DiagnosticId::useless_setting, location,
                  {"stratified", "the data set has no classes"});
  }

  // split = (0.7, 0.15, 0.15)
  void readSplit() {
    const SettingNode *split = find("data") ? find("split") : nullptr;
    if (!split || split->value.kind == ExprKind::wrong)
      return;
    std::vector<double> shares;
    if (split->value.kind == ExprKind::tuple)
      for (const Element &element : split->value.elements) {
        Value value = checked(evaluator.convert(evaluator.evaluate(element.value, scope),
                                                Type::real, "`split`", scope));
        if (value.isWrong())
          return;
        shares.push_back(*value.get<double>());
      }
    double sum = 0;
    for (double share : shares)
      sum += share;
    constexpr double rounding = 1e-9;
    bool isRight =
        (shares.size() == 2 || shares.size() == 3) && std::abs(sum - 1) < rounding &&
        std::all_of(shares.begin(), shares.end(), [](double share) { return share > 0; });
    if (!isRight) {
      sink.report(DiagnosticId::wrong_split, split->value.location, {toText(split->value)});
      return;
    }
    dataset.split.test = shares.back();
    dataset.split.validation = shares.size() == 3 ? shares[1] : 0;
    dataset.hasValidation = shares.size() == 3;
    if (const Value flag = valueOf("stratified"); flag.get<bool>())
      dataset.split.isStratified = *flag.get<bool>();
    if (const Value seed = valueOf("seed"); seed.get<int64_t>())
      dataset.split.seed = *seed.get<int64_t>();
    if (const SettingNode *stratified = find("stratified"))
      checkStratified(stratified->location);
  }

  // Classes where their number is said, otherwise numbers to predict.
  void readTask() {
    if (dataset.kind == "idx" || dataset.kind == "png")
      demand("classes");
    if (const Value classes = valueOf("classes"); classes.get<int64_t>()) {
      dataset.classes = *classes.get<int64_t>();
      refuse("targets", "the data set has classes");
      if (dataset.table.targets.size() > 1)
        refuse("classes", "`target` names several columns, which are numbers to predict");
    } else if (!find("classes")) {
      dataset.task = "regression";
      dataset.targets = 1;
      refuse("labels", "the data set has no classes");
      readTargets();
    }
  }

  void readTargets() {
    if (dataset.kind == "csv") {
      refuse("targets", "`target` names the columns to predict");
      dataset.targets = static_cast<int64_t>(dataset.table.targets.size());
    } else if (const Value targets = valueOf("targets"); targets.get<int64_t>()) {
      dataset.targets = *targets.get<int64_t>();
    }
  }

  void readNumbers() {
    if (dataset.kind == "csv")
      refuse("scale", "`standardize = train` scales the columns of a table");
    if (const Value scale = valueOf("scale"); scale.get<double>())
      dataset.scale = *scale.get<double>();
    dataset.isStandardized = valueOf("standardize").get<Symbol>() != nullptr;
  }

  void readLabels() {
    const SettingNode *labels = find("labels");
    if (!labels || dataset.classes == 0)
      return;
    Value list = checked(evaluator.evaluate(labels->value, scope));
    const auto *items = list.get<std::shared_ptr<const ListValue>>();
    if (!items) {
      if (!list.isWrong())
        evaluator.convert(list, Type::labels, "`labels`", scope);
      return;
    }
    for (const Value &item : (*items)->items)
      if (Value label = checked(evaluator.convert(item, Type::string, "`labels`", scope));
          !label.isWrong())
        dataset.labels.push_back(label.get<StringValue>()->text);
    auto count = static_cast<int64_t>((*items)->items.size());
    if (count != dataset.classes)
      sink.report(DiagnosticId::wrong_label_count, labels->value.location,
                  {count, dataset.classes});
  }

  void readAugment() {
    std::vector<std::string> known = {
#define NNX_AUGMENTATION(NAME) #NAME,
#include "dsl/tables/Augmentations.def"
    };
    for (const Expr &expr : node.augment) {
      if (expr.kind != ExprKind::call ||
          std::find(known.begin(), known.end(), expr.text) == known.end()) {
        sink.report(DiagnosticId::unknown_word, expr.location,
                    {"change of samples", toText(expr), suggest(expr.text, known)});
        continue;
      }
      const Signature &signature = settingsOf(expr.text);
      auto bound = bindArguments(signature, expr, sink);
      if (!bound)
        continue;
      Value value = checked(evaluator.evaluateFor(signature.parameters[0], *bound->front(), scope));
      if (const int64_t *pixels = value.get<int64_t>())
        dataset.augment.push_back({expr.text, static_cast<double>(*pixels)});
      else if (const double *degrees = value.get<double>())
        dataset.augment.push_back({expr.text, *degrees});
      else if (const Symbol *direction = value.get<Symbol>())
        dataset.augment.push_back({expr.text + "_" + direction->name, 0});
    }
  }

  // The last of all: where no shape is said, the files are read for it.
  void readShape() {
    const SettingNode *setting = find("shape");
    if (!setting && dataset.kind != "csv") {
      demand("shape");
      return;
    }
    if (!setting) {
      countFeatures();
    } else {
      Value value = checked(evaluator.evaluate(setting->value, scope));
      if (const int64_t *extent = value.get<int64_t>()) // a flat sample
        value.data = Shape{*extent};
      readShape(value);
    }
    if (dataset.shape.size() == 1 && node.augmentLocation.line != 0)
      sink.report(DiagnosticId::useless_setting, node.augmentLocation,
                  {"augment", "the samples are no images"});
  }

  void readShape(const Value &value) {
    const Parameter &parameter = *settingsOf("dataset").find("shape");
    Value shape = checked(evaluator.convert(value, Type::shape, "`shape`", scope));
    if (shape.isWrong())
      return;
    dataset.shape = *shape.get<Shape>();
    bool images = takesImages(dataset.kind), flat = takesFlat(dataset.kind);
    if (!(images && dataset.shape.size() == 3) && !(flat && dataset.shape.size() == 1)) {
      std::string wanted = images ? "height x width x channels, such as 28x28x1" : "";
      wanted += images && flat ? ", or " : "";
      wanted += flat ? "one number, such as 12" : "";
      sink.report(DiagnosticId::wrong_sample_shape, value.location,
                  {dataset.kind, wanted, describe(shape)});
      return;
    }
    bool isInside = std::all_of(dataset.shape.begin(), dataset.shape.end(), [&](int64_t extent) {
      return static_cast<double>(extent) >= parameter.least &&
             static_cast<double>(extent) <= parameter.greatest;
    });
    bool isPng = dataset.kind == "png";
    if (!isInside)
      sink.report(DiagnosticId::out_of_range, value.location,
                  {"shape", "between 1 and 65536", describe(shape)});
    else if (isPng && (dataset.shape[2] == 2 || dataset.shape[2] > 4))
      sink.report(DiagnosticId::wrong_sample_shape, value.location,
                  {dataset.kind, "height x width x 1, 3 or 4 channels", describe(shape)});
  }

  void countFeatures() {
    FeatureCount count;
    if (counter)
      count = counter(dataset);
    else
      count.problem = "nothing reads data here";
    dataset.shape = {count.features};
    const SettingNode *source = find("data") ? find("data") : find("train");
    if (count.features == 0)
      sink.report(DiagnosticId::unknown_shape, source->value.location, {node.name, count.problem});
  }

  const DatasetNode &node;
  const File &file;
  const Scope &scope;
  const FeatureCounter &counter;
  DiagnosticSink &sink;
  Evaluator evaluator;
  Dataset dataset;
  bool isRight = true;
  std::map<std::string, const SettingNode *, std::less<>> given;
};

} // namespace

void Checker::checkDatasets() {
  for (const DatasetNode &node : file.datasets) {
    if (auto dataset = DatasetReader(node, file, globals, countFeatures, sink).read())
      study.datasets.push_back(std::move(*dataset));
    else
      wrongDatasets.insert(node.name);
  }
}

} // namespace nnx::dsl
