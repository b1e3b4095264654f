// Data sets: files, shape, classes, labels.
#include "dsl/Checker.h"
#include "dsl/Later.h"

#include <algorithm>

namespace nnx::dsl {
namespace {

bool isSha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// A name that cannot lead out of the data folder.
bool staysInside(std::string_view name) {
  if (name.empty() || name.front() == '/' || name.find('\0') != std::string_view::npos)
    return false;
  for (std::size_t start = 0; start <= name.size();) {
    std::size_t end = std::min(name.find('/', start), name.size());
    std::string_view part = name.substr(start, end - start);
    if (part == ".." || part.empty())
      return false;
    start = end + 1;
  }
  return true;
}

} // namespace

std::optional<DatasetShare> Checker::readShare(const Expr &expr, const Scope &scope) {
  if (expr.kind == ExprKind::wrong)
    return std::nullopt;
  if (expr.kind != ExprKind::call || expr.text != "idx") {
    if (expr.kind == ExprKind::call && isLater("dataset", expr.text))
      sink.report(DiagnosticId::not_supported, expr.location, {expr.text});
    else
      sink.report(DiagnosticId::type_mismatch, expr.location,
                  {nameOf(Type::files), "the files of a data set", "`" + toText(expr) + "`"});
    return std::nullopt;
  }
  const Signature &signature = settingsOf("idx");
  auto bound = bindArguments(signature, expr, sink);
  if (!bound)
    return std::nullopt;
  Evaluator evaluator(file, sink);
  std::string texts[4];
  bool isRight = true;
  for (std::size_t i = 0; i < bound->size(); ++i) {
    if (!(*bound)[i])
      continue;
    Value value = evaluator.evaluateFor(signature.parameters[i], *(*bound)[i], scope);
    if (value.isWrong())
      return std::nullopt;
    texts[i] = value.get<StringValue>()->text;
    bool isName = i < 2;
    if (isName && !staysInside(texts[i])) {
      sink.report(DiagnosticId::wrong_file_name, value.location, {texts[i]});
      isRight = false;
    } else if (!isName && !isSha256(texts[i])) {
      sink.report(DiagnosticId::wrong_sha256, value.location, {});
      isRight = false;
    }
  }
  if (!isRight)
    return std::nullopt;
  return DatasetShare{{texts[0], texts[2]}, {texts[1], texts[3]}};
}

std::optional<Dataset> Checker::readDataset(const DatasetNode &node) {
  Evaluator evaluator(file, sink);
  const Signature &signature = settingsOf("dataset");
  std::map<std::string, const SettingNode *> given;
  std::map<std::string, Value> values;
  Dataset dataset;
  dataset.name = node.name;
  dataset.kind = "idx";
  dataset.location = node.location;
  bool isRight = true;
  const Expr *labels = nullptr;
  for (const SettingNode &setting : node.settings) {
    const Parameter *parameter = findBlockSetting("dataset", setting, sink);
    if (!parameter) {
      isRight = false;
      continue;
    }
    if (!given.try_emplace(setting.name, &setting).second) {
      sink.report(DiagnosticId::given_twice, setting.location, {setting.name});
      isRight = false;
      continue;
    }
    if (!setting.part.empty()) {
      sink.report(DiagnosticId::no_parts, setting.partLocation, {setting.name});
      isRight = false;
    } else if (parameter->type == Type::files) {
      auto share = readShare(setting.value, globals);
      isRight = isRight && share;
      if (share)
        (setting.name == "train" ? dataset.train : dataset.test) = *share;
    } else if (parameter->type == Type::labels) {
      labels = &setting.value;
    } else {
      Value value = evaluator.evaluateFor(*parameter, setting.value, globals);
      isRight = isRight && !value.isWrong();
      values[setting.name] = std::move(value);
    }
  }
  for (const Parameter &parameter : signature.parameters) {
    if (given.contains(parameter.name))
      continue;
    if (parameter.isRequired()) {
      if (node.isWhole)
        sink.report(DiagnosticId::missing_setting, node.location,
                    {node.name, parameter.name, nameOf(parameter.type)});
      isRight = false;
    } else if (parameter.fallbackText != "none") {
      values[parameter.name] = evaluator.fallbackOf(parameter, globals);
    }
  }
  if (const Value &shape = values["shape"]; shape.get<Shape>()) {
    dataset.shape = *shape.get<Shape>();
    if (dataset.shape.size() != 3) {
      sink.report(DiagnosticId::wrong_sample_shape, shape.location, {describe(shape)});
      isRight = false;
    }
  }
  if (const int64_t *classes = values["classes"].get<int64_t>())
    dataset.classes = *classes;
  if (const double *scale = values["scale"].get<double>())
    dataset.scale = *scale;
  if (labels) {
    Value list = evaluator.evaluate(*labels, globals);
    const auto *items = list.get<std::shared_ptr<const ListValue>>();
    if (!items && !list.isWrong())
      evaluator.convert(list, Type::labels, "`labels`", globals);
    for (const Value &item : items ? (*items)->items : Values())
      if (Value label = evaluator.convert(item, Type::string, "`labels`", globals);
          !label.isWrong())
        dataset.labels.push_back(label.get<StringValue>()->text);
    if (items && dataset.classes &&
        (*items)->items.size() != static_cast<std::size_t>(dataset.classes))
      sink.report(DiagnosticId::wrong_label_count, labels->location,
                  {static_cast<int64_t>((*items)->items.size()), dataset.classes});
    isRight = isRight && items && dataset.labels.size() == (*items)->items.size();
  }
  if (!isRight)
    return std::nullopt;
  return dataset;
}

void Checker::checkDatasets() {
  for (const DatasetNode &node : file.datasets) {
    if (auto dataset = readDataset(node))
      study.datasets.push_back(std::move(*dataset));
    else
      wrongDatasets.insert(node.name);
  }
}

} // namespace nnx::dsl
