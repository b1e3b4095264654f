// Which places of a file name what: its declarations, and rows of the tables.
#pragma once

#include "dsl/Ast.h"
#include "dsl/Value.h"

#include <optional>
#include <string>
#include <vector>

namespace nnx::dsl {

enum class DeclarationKind : uint8_t {
  let,
  activation,
  dataset,
  network,
  training,
  experiment,
  parameter, // of a network or activation
  variable,  // of a repeat or of a formula
  axis
};

struct Declaration {
  DeclarationKind kind{};
  std::string name;
  SourceLocation location;
  std::size_t place = 0;     // in the list of File, or among its owner's parameters
  int owner = -1;            // the declaration that a parameter, variable or axis is part of
  std::optional<Type> type;  // of a parameter; of an axis, what `train` uses it for
  std::vector<int> children; // parameters, in their order
};

struct Mention {
  // A bare `act` among arguments stands for `act = act`: it mentions what the left one and what the
  // right one means.
  enum class Form : uint8_t { plain, bareName, bareValue };

  SourceLocation location;
  int declaration = -1; // or a row of a table:
  std::string
      table; // "layer", "activation", "optimizer", "metric"; of a setting its owner: "dense"
  std::string row;
  Form form = Form::plain;
};

class NameIndex {
public:
  explicit NameIndex(const File &file);

  const std::vector<Declaration> &declarations() const { return all; }
  const std::vector<Mention> &mentions() const { return places; } // in source order

  // What stands at a place (column counts bytes from 1), of a bare name its value first; null if
  // there is nothing.
  const Mention *find(uint32_t file, uint32_t line, uint32_t column) const;

  // The declaration of an owner's child, or of the file.
  const Declaration *findDeclaration(DeclarationKind kind, std::string_view name,
                                     int owner = -1) const;

private:
  std::vector<Declaration> all;
  std::vector<Mention> places;
};

// The word that tables and documentation have for a type: "activation", "divergence".
std::string_view tableOf(Type type);

} // namespace nnx::dsl
