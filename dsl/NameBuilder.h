// Builds the index of names: a walk over a file with the scopes that evaluation has. What nothing
// in scope explains is looked for in the tables.
#pragma once

#include "dsl/Names.h"
#include "dsl/Signature.h"

#include <map>

namespace nnx::dsl {

// The type that a place wants of a value, if it is known.
struct Wanted {
  Wanted() = default;
  Wanted(Type type) : isKnown(true), type(type) {}
  Wanted(const std::optional<Type> &known)
      : isKnown(known.has_value()), type(known.value_or(Type{})) {}
  Wanted(const Parameter *parameter)
      : isKnown(parameter != nullptr), type(parameter ? parameter->type : Type{}) {}

  bool isKnown = false;
  Type type{};
};

class NameBuilder {
public:
  NameBuilder(const File &file, std::vector<Declaration> &all, std::vector<Mention> &places)
      : file(file), all(all), places(places) {}

  void run();

private:
  int declare(DeclarationKind kind, const std::string &name, const SourceLocation &location,
              std::size_t place, int owner = -1, std::optional<Type> type = std::nullopt);
  template <typename Nodes> std::vector<int> declareAll(DeclarationKind kind, const Nodes &nodes) {
    std::vector<int> ids;
    for (const auto &node : nodes) {
      ids.push_back(declare(kind, node.name, node.location, ids.size()));
      if (kind != DeclarationKind::experiment)
        globals.try_emplace(node.name, ids.back());
    }
    return ids;
  }
  void declareParameters(const std::vector<ParameterNode> &nodes, int owner);
  void declareAll();
  void push(int id);
  int resolve(std::string_view name) const;
  int findParameter(int owner, std::string_view name) const;
  void mention(int declaration, const SourceLocation &location,
               Mention::Form form = Mention::Form::plain);
  void mentionRow(std::string_view table, std::string_view row, const SourceLocation &location);
  void mentionGlobal(const std::string &name, const SourceLocation &location);
  void visitName(const Expr &expr, const Wanted &wanted, Mention::Form form = Mention::Form::plain);
  void visit(const Expr &expr, const Wanted &wanted = {});
  void visitCall(const Expr &call, const Wanted &wanted);
  // Arguments of what the file declares.
  void visitArguments(const Expr &call, int callee);
  // Arguments of a row of the tables; null where none is known.
  void visitArguments(const Expr &call, const Signature *signature);
  void visitArgument(const Expr &value, const Wanted &wanted, bool isBare);
  void visitSettings(const std::vector<SettingNode> &settings, std::string_view owner,
                     std::string_view optimizer);
  // The optimizer that settings, or the training they build on, name.
  std::string optimizerOf(const std::vector<SettingNode> &settings, std::string base) const;
  void visitActivation(const ActivationNode &node, int id);
  void visitNetwork(const NetworkNode &node, int id);
  void visitBody(const std::vector<Statement> &body, int owner);
  void visitLayer(const Expr &call);
  // What `train` uses an axis for.
  std::optional<Type> typeOfAxis(const ExperimentNode &node, std::string_view axis) const;
  void visitExperiment(const ExperimentNode &node, int id);
  void visitOutcome(const ExperimentNode &node);

  const File &file;
  std::vector<Declaration> &all;
  std::vector<Mention> &places;
  std::map<std::string, int, std::less<>> globals;
  std::vector<int> activations, networks, experiments; // their declarations, in the file's order
  std::vector<int> locals;                             // in scope, the innermost last
  bool mayNameMetrics = false;
};

} // namespace nnx::dsl
