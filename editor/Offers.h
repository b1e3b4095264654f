// The words of the tables and the names of a file, as completions.
#pragma once

#include "editor/Completion.h"
#include "editor/CompletionContext.h"

#include <initializer_list>
#include <set>

namespace nnx::editor {

class Offers {
protected:
  Offers(const Analysis &analysis, const std::vector<Frame> &frames)
      : analysis(analysis), frames(frames) {}

  void add(CompletionKind kind, std::string_view label, std::string detail = {},
           std::string_view doc = {}, std::string_view insert = {});
  void addWords(std::initializer_list<std::string_view> words);
  void addSettings(const dsl::Signature &signature, const std::vector<std::string> &given);
  void addDeclared(dsl::DeclarationKind kind, int owner = -1);
  // Names of the network or experiment around.
  void addLocals();
  void addTable(dsl::Type type);
  // Values of a type, or of any.
  void addValues(std::optional<dsl::Type> type);
  // Rows of a table of Docs.def that have settings.
  void addRows(std::string_view table);
  void addMetrics();
  void addLayers();

  // The declaration of this name; -1 if there is none.
  int findOwner(dsl::DeclarationKind kind, std::string_view name) const;

  const Analysis &analysis;
  const std::vector<Frame> &frames;
  std::vector<Completion> items;

private:
  std::set<std::string, std::less<>> seen;
};

} // namespace nnx::editor
