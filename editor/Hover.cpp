// Texts of hovers: declarations from the study, rows of tables from tables/Docs.def.
#include "editor/Hover.h"

#include "dsl/Activations.h"
#include "dsl/Docs.h"
#include "dsl/Metrics.h"

#include <algorithm>

namespace nnx::editor {
namespace {

// A hover is a glance: longer lists and values are cut.
constexpr std::size_t maxRows = 40;
constexpr std::size_t maxText = 300;

std::string code(const std::string &text) {
  const std::string shown = text.size() > maxText ? text.substr(0, maxText) + " ..." : text;
  return "```nnx\n" + shown + "\n```\n";
}

std::string joined(const std::vector<std::string> &items) {
  std::string result;
  for (const std::string &item : items)
    result += (result.empty() ? "" : ", ") + item;
  return result.size() > maxText ? result.substr(0, maxText) + " ..." : result;
}

std::string plural(int64_t count, const std::string &noun) {
  return grouped(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string shapes(const dsl::LayerInstance &layer) {
  return dsl::toText(layer.input) + " → " + dsl::toText(layer.output);
}

std::string networkTable(const NetworkUse &use) {
  std::string text = "\n`" + use.network + "` on `" + use.dataset +
                     "`: " + plural(use.layers.parameters, "parameter") + ", " +
                     grouped(use.layers.flops) + " FLOPs a sample\n\n" +
                     "| layer | output | parameters |\n|---|---|---|\n";
  std::size_t rows = 0;
  for (const dsl::LayerInstance &layer : use.layers.layers) {
    if (++rows > maxRows) {
      text += "| ... | | |\n";
      break;
    }
    text += "| " + layer.name + " | " + dsl::toText(layer.output) + " | " +
            grouped(layer.parameters) + " |\n";
  }
  return text;
}

std::string layerText(const LayerUse &use) {
  std::string text = "\nIn `" + use.network + "`:\n\n";
  std::size_t rows = 0;
  for (const dsl::LayerInstance &layer : use.instances) {
    if (++rows > maxRows) {
      text += "- ...\n";
      break;
    }
    text += "- " + layer.name + ": " + shapes(layer) + ", " +
            plural(layer.parameters, "parameter") + "\n";
  }
  return text + (use.varies ? "\nOther points give other shapes.\n" : "");
}

std::string experimentText(const View &view, const dsl::Declaration &declaration) {
  const dsl::ExperimentNode &node = view.analysis->tree().experiments[declaration.place];
  std::string text = code("experiment " + node.name) + node.title + "\n";
  const dsl::Experiment *experiment = view.analysis->findExperiment(node.name);
  if (!experiment || experiment->points.empty())
    return text;
  const auto points = static_cast<int64_t>(experiment->points.size());
  text +=
      "\n" + plural(points, "point") + ", " + plural(points * experiment->repeats, "run") + "\n\n";
  for (const dsl::Axis &axis : experiment->axes)
    text += "- `" + axis.name + "`: " + joined(axis.values) + "\n";
  return text;
}

std::string axisText(const View &view, const dsl::Declaration &declaration) {
  const auto &owner =
      view.analysis->names().declarations()[static_cast<std::size_t>(declaration.owner)];
  std::string text = code(declaration.name) + "Axis of `" + owner.name + "`";
  if (const dsl::Experiment *experiment = view.analysis->findExperiment(owner.name))
    for (const dsl::Axis &axis : experiment->axes)
      if (axis.name == declaration.name)
        text += ": " + joined(axis.values);
  return text + "\n";
}

std::string settingsText(const std::vector<dsl::SettingNode> &settings) {
  std::string text;
  for (const dsl::SettingNode &setting : settings)
    text += "  " + setting.name + (setting.part.empty() ? "" : "." + setting.part) + " = " +
            dsl::toText(setting.value) + "\n";
  return text;
}

std::string parameterText(const dsl::ParameterNode &node) {
  return node.name + ": " + node.type + (node.fallback ? " = " + dsl::toText(*node.fallback) : "");
}

std::string declarationText(const View &view, const dsl::Declaration &declaration) {
  const dsl::File &file = view.analysis->tree();
  const std::size_t place = declaration.place;
  auto owner = [&]() -> const dsl::Declaration & {
    return view.analysis->names().declarations()[static_cast<std::size_t>(declaration.owner)];
  };
  switch (declaration.kind) {
  case dsl::DeclarationKind::let: {
    const std::string written = dsl::toText(file.lets[place].value);
    const dsl::Value *value = view.analysis->globals().find(declaration.name);
    const std::string result = value && !value->isWrong() ? dsl::toText(*value) : written;
    return code("let " + declaration.name + " = " + written) +
           (result == written ? "" : "\nIs " + code(result));
  }
  case dsl::DeclarationKind::activation: {
    const dsl::ActivationNode &node = file.activations[place];
    std::string parameters = node.variable;
    for (const dsl::ParameterNode &parameter : node.parameters)
      parameters += ", " + parameterText(parameter);
    return code("activation " + node.name + "(" + parameters + ") = " + dsl::toText(node.formula));
  }
  case dsl::DeclarationKind::dataset: {
    std::string text = code("dataset " + declaration.name + " {\n" +
                            settingsText(file.datasets[place].settings) + "}");
    if (const dsl::Dataset *dataset = view.analysis->findDataset(declaration.name))
      text += "\nA sample is " + dsl::toText(dataset->shape) + ": " +
              plural(dsl::elementCount(dataset->shape), "number") + "\n";
    return text;
  }
  case dsl::DeclarationKind::network: {
    std::string text = code(describeSignature(file.networks[place]));
    if (const NetworkUse *use = view.analysis->findNetwork(declaration.name))
      text += networkTable(*use);
    return text;
  }
  case dsl::DeclarationKind::training: {
    const dsl::TrainingNode &node = file.trainings[place];
    return code("training " + node.name + (node.base.empty() ? "" : " with " + node.base) + " {\n" +
                settingsText(node.settings) + "}");
  }
  case dsl::DeclarationKind::experiment:
    return experimentText(view, declaration);
  case dsl::DeclarationKind::parameter: {
    const auto &nodes = owner().kind == dsl::DeclarationKind::network
                            ? file.networks[owner().place].parameters
                            : file.activations[owner().place].parameters;
    return code(parameterText(nodes[place])) + "Parameter of `" + owner().name + "`\n";
  }
  case dsl::DeclarationKind::variable:
    return code(declaration.name) + "Variable of `" + owner().name + "`\n";
  case dsl::DeclarationKind::axis:
    return axisText(view, declaration);
  }
  return {};
}

std::string settingText(std::string_view owner, const dsl::Parameter &parameter) {
  std::string text = code(describeSetting(parameter)) +
                     std::string(dsl::docOfSetting(owner, parameter.name)) + "\n";
  std::string range = dsl::describeRange(parameter);
  if (parameter.type == dsl::Type::size && !range.empty())
    range = "each " + range;
  std::vector<std::string> words = dsl::wordsOf(parameter.type);
  if (!range.empty())
    text += "\nMust be " + range + "\n";
  else if (!words.empty())
    text += "\nOne of: " + joined(words) + "\n";
  return text + "\nSetting of `" + std::string(owner) + "`\n";
}

std::string rowText(const View &view, const dsl::Mention &mention) {
  const std::string &table = mention.table, &row = mention.row;
  const std::string doc(dsl::docOf(table, row));
  if (const dsl::MetricRow *metric = table == "metric" ? dsl::findMetric(row) : nullptr)
    return code(row) + doc + " " + (metric->better == dsl::Better::higher ? "Higher" : "Lower") +
           " is better.\n";
  if (table == "layer") {
    const dsl::Signature *signature = dsl::findTableSignature(table, row);
    std::string text = code(signature ? describeSignature(*signature) : row) + doc + "\n";
    if (const LayerUse *use = view.analysis->findLayer(mention.location))
      text += layerText(*use);
    return text;
  }
  // A setting that has the name of a table, as `activation` of a layer has, is one of its owner.
  const dsl::Signature *owner = dsl::findSettings(table);
  for (std::string_view kind : {"optimizer", "schedule", "loss", "init", "activation"})
    if (!owner || !owner->find(row))
      if (const dsl::Signature *signature = dsl::findTableSignature(kind, table))
        owner = signature;
  if (const dsl::Parameter *parameter = owner ? owner->find(row) : nullptr)
    return settingText(table, *parameter);
  const dsl::Signature *signature = dsl::findTableSignature(table, row);
  std::string text = code(signature ? describeSignature(*signature) : row) + doc + "\n";
  const dsl::ActivationRow *activation = table == "activation" ? dsl::findActivation(row) : nullptr;
  if (activation && !activation->note.empty())
    text += "\n" + activation->note + "\n";
  return text;
}

} // namespace

std::string grouped(int64_t number) {
  std::string text = std::to_string(number);
  for (std::ptrdiff_t i = static_cast<std::ptrdiff_t>(text.size()) - 3; i > (number < 0); i -= 3)
    text.insert(static_cast<std::size_t>(i), ",");
  return text;
}

std::string describeSetting(const dsl::Parameter &parameter) {
  std::string text = parameter.name + ": " + std::string(dsl::nameOf(parameter.type));
  if (parameter.fallbackText.starts_with("= "))
    return text + " = the " + parameter.fallbackText.substr(2);
  if (parameter.fallbackText == "none")
    return text + " (may be absent)";
  return parameter.fallbackText.empty() ? text : text + " = " + parameter.fallbackText;
}

std::string describeSignature(const dsl::Signature &signature) {
  std::vector<std::string> settings;
  for (const dsl::Parameter &parameter : signature.parameters)
    settings.push_back(describeSetting(parameter));
  return signature.name + "(" + joined(settings) + ")";
}

std::string describeSignature(const dsl::NetworkNode &node) {
  std::vector<std::string> parameters;
  for (const dsl::ParameterNode &parameter : node.parameters)
    parameters.push_back(parameterText(parameter));
  return "network " + node.name + "(" + joined(parameters) + ")";
}

std::optional<HoverText> hover(const View &view, Position position) {
  const dsl::SourceLocation place = locationOf(view.source(), view.file, position);
  const dsl::Mention *mention = view.analysis->names().find(view.file, place.line, place.column);
  if (mention) {
    const auto &all = view.analysis->names().declarations();
    const bool isRow = mention->declaration < 0;
    return HoverText{
        spanOf(view.source(), mention->location),
        isRow ? rowText(view, *mention)
              : declarationText(view, all[static_cast<std::size_t>(mention->declaration)])};
  }
  const std::vector<dsl::Token> &tokens = view.analysis->tokens(view.file);
  const std::size_t at = view.analysis->findToken(place);
  if (at >= tokens.size() || tokens[at].kind != dsl::TokenKind::word)
    return std::nullopt;
  const dsl::SourceLocation &word = tokens[at].location;
  if (word.line != place.line || place.column > word.column + word.length)
    return std::nullopt;
  // A row of a table in an item that is not whole.
  for (std::string_view table : {"layer", "optimizer", "activation", "schedule", "init", "metric"})
    if (!dsl::docOf(table, tokens[at].text).empty())
      return HoverText{spanOf(view.source(), word),
                       rowText(view, {word, -1, std::string(table), std::string(tokens[at].text)})};
  const std::string_view doc = dsl::docOf("word", tokens[at].text);
  if (doc.empty())
    return std::nullopt;
  return HoverText{spanOf(view.source(), word),
                   code(std::string(tokens[at].text)) + std::string(doc) + "\n"};
}

} // namespace nnx::editor
