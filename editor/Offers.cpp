// Each label is offered once.
#include "editor/Offers.h"

#include "dsl/Docs.h"
#include "dsl/Metrics.h"
#include "editor/Hover.h"

#include <algorithm>

namespace nnx::editor {

using dsl::DeclarationKind;
using dsl::Type;

void Offers::add(CompletionKind kind, std::string_view label, std::string detail,
                 std::string_view doc, std::string_view insert) {
  if (seen.emplace(label).second)
    items.push_back({kind, std::string(label), std::string(insert.empty() ? label : insert),
                     std::move(detail), std::string(doc)});
}

void Offers::addWords(std::initializer_list<std::string_view> words) {
  for (std::string_view word : words)
    add(CompletionKind::keyword, word, {}, dsl::docOf("word", word));
}

void Offers::addSettings(const dsl::Signature &signature, const std::vector<std::string> &given) {
  for (const dsl::Parameter &parameter : signature.parameters) {
    if (std::find(given.begin(), given.end(), parameter.name) != given.end())
      continue;
    std::string doc(dsl::docOfSetting(signature.name, parameter.name));
    if (std::string range = dsl::describeRange(parameter); !range.empty())
      doc += (doc.empty() ? "" : " ") + ("Must be " + range + ".");
    add(CompletionKind::setting, parameter.name, describeSetting(parameter), doc,
        parameter.name + " = ");
  }
}

void Offers::addDeclared(DeclarationKind kind, int owner) {
  for (const dsl::Declaration &each : analysis.names().declarations())
    if (each.kind == kind && each.owner == owner) {
      const bool isNetwork = kind == DeclarationKind::network;
      add(CompletionKind::name, each.name,
          isNetwork ? describeSignature(analysis.tree().networks[each.place])
                    : std::string(each.type ? dsl::nameOf(*each.type) : ""),
          {}, isNetwork ? each.name + "()" : each.name);
    }
}

void Offers::addLocals() {
  for (const Frame &frame : frames) {
    if (frame.word() == "network" && frame.head.size() > 1) {
      if (int owner = findOwner(DeclarationKind::network, frame.head[1]); owner >= 0)
        addDeclared(DeclarationKind::parameter, owner);
      add(CompletionKind::name, "classes", "int", "The classes of the data set.");
    } else if (frame.word() == "experiment" && frame.head.size() > 1) {
      if (int owner = findOwner(DeclarationKind::experiment, frame.head[1]); owner >= 0)
        addDeclared(DeclarationKind::axis, owner);
    } else if (frame.word() == "repeat" && frame.head.size() > 2 && frame.head[2] == "in") {
      add(CompletionKind::name, frame.head[1], "variable of repeat");
    }
  }
}

void Offers::addTable(Type type) {
  const bool isCalled = type == Type::optimizer;
  for (const std::string &word : dsl::wordsOf(type)) {
    const dsl::Signature *signature = dsl::findTableSignature(dsl::tableOf(type), word);
    add(CompletionKind::word, word, signature ? describeSignature(*signature) : std::string(),
        dsl::docOf(dsl::tableOf(type), word), isCalled ? word + "()" : word);
  }
}

void Offers::addValues(std::optional<Type> type) {
  addLocals();
  addDeclared(DeclarationKind::let);
  if (type == Type::boolean || !type)
    addWords({"true", "false"});
  if (type == Type::source)
    addRows("source");
  if (type == Type::activation || !type)
    addDeclared(DeclarationKind::activation);
  if (type == Type::network || !type)
    addDeclared(DeclarationKind::network);
  if (type)
    return addTable(*type);
  for (Type each : {Type::optimizer, Type::activation, Type::schedule, Type::init, Type::padding})
    addTable(each);
}

void Offers::addRows(std::string_view table) {
  for (const dsl::Doc &doc : dsl::docs())
    if (doc.table == table)
      add(CompletionKind::word, doc.row, describeSignature(*dsl::findSettings(doc.row)), doc.text,
          std::string(doc.row) + "(");
}

void Offers::addMetrics() {
  for (const dsl::MetricRow &metric : dsl::metrics())
    add(CompletionKind::metric, metric.name, {}, dsl::docOf("metric", metric.name));
}

void Offers::addLayers() {
  for (const std::string &layer : dsl::layerNames())
    add(CompletionKind::layer, layer, describeSignature(dsl::settingsOf(layer)),
        dsl::docOf("layer", layer), layer + "(");
  addDeclared(DeclarationKind::network);
  for (const dsl::Doc &doc : dsl::docs())
    if (doc.table == "layer" && dsl::findJoinKind(doc.row))
      add(CompletionKind::layer, doc.row, {}, doc.text, std::string(doc.row) + " {");
  addWords({"repeat", "if"});
}

int Offers::findOwner(DeclarationKind kind, std::string_view name) const {
  const auto &all = analysis.names().declarations();
  const dsl::Declaration *found = analysis.names().findDeclaration(kind, name);
  return found ? static_cast<int>(found - all.data()) : -1;
}

} // namespace nnx::editor
