// What the rows of the tables mean, one sentence each (tables/Docs.def).
#pragma once

#include "dsl/Signature.h"

#include <string_view>
#include <vector>

namespace nnx::dsl {

struct Doc {
  std::string_view table, row, text;
};

const std::vector<Doc> &docs();

// Empty if there is none.
std::string_view docOf(std::string_view table, std::string_view row);

// Of a setting of `owner`, where it has one of its own or shares one with others of its kind.
std::string_view docOfSetting(std::string_view owner, std::string_view setting);

// The settings of a row: of a layer, an optimizer, a schedule, an init, an activation of the
// language, or a block; null if there is no such row. `table` as in Mention.
const Signature *findTableSignature(std::string_view table, std::string_view row);

} // namespace nnx::dsl
