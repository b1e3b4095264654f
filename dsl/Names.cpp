// Lookup in the index of names.
#include "dsl/Names.h"

#include "dsl/NameBuilder.h"

#include <algorithm>

namespace nnx::dsl {

std::string_view tableOf(Type type) {
  constexpr std::string_view names[] = {
#define NNX_TYPE(NAME, TEXT, ISPARAMETER) #NAME,
#include "dsl/tables/Types.def"
  };
  return names[static_cast<std::size_t>(type)];
}

NameIndex::NameIndex(const File &file) {
  NameBuilder(file, all, places).run();
}

const Mention *NameIndex::find(uint32_t file, uint32_t line, uint32_t column) const {
  const Mention *found = nullptr;
  auto after = std::upper_bound(places.begin(), places.end(), SourceLocation{line, column, 1, file},
                                [](const SourceLocation &place, const Mention &mention) {
                                  return isBefore(place, mention.location);
                                });
  // The first of those that start at the last place before.
  while (after != places.begin()) {
    --after;
    if (found && after->location != found->location)
      break;
    found = &*after;
  }
  // The place behind the last character belongs to a name, too.
  const bool isInside = found && found->location.file == file && found->location.line == line &&
                        column <= found->location.column + found->location.length;
  return isInside ? found : nullptr;
}

const Declaration *NameIndex::findDeclaration(DeclarationKind kind, std::string_view name,
                                              int owner) const {
  for (const Declaration &declaration : all)
    if (declaration.kind == kind && declaration.owner == owner && declaration.name == name)
      return &declaration;
  return nullptr;
}

} // namespace nnx::dsl
