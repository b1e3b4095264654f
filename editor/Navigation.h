// Where names are declared and used, and what a file declares.
#pragma once

#include "editor/Workspace.h"

#include <variant>

namespace nnx::editor {

struct Target {
  uint32_t file = 0; // of the analysis
  Span span;
};

// The declaration of the name at a place; the file that an `include` there reads.
std::optional<Target> definition(const View &view, Position position);

// Every place that names what is named here, in all files of the study.
std::vector<Target> references(const View &view, Position position, bool withDeclaration);

struct Symbol {
  dsl::DeclarationKind kind{};
  std::string name, detail;
  Span whole, nameSpan;
  std::vector<Symbol> children;
};

// What a file declares, in its order.
std::vector<Symbol> symbols(const View &view);

// The span of the name that can be renamed here.
std::optional<Target> findName(const View &view, Position position);

struct FileEdit {
  uint32_t file = 0;
  Edit edit;
};

// The edits that give what is named here another name, or why that cannot be: the name is a word of
// the language, is taken, or would mean something else in one of the places.
std::variant<std::vector<FileEdit>, std::string>
rename(const Workspace &workspace, const View &view, Position position, const std::string &name);

} // namespace nnx::editor
