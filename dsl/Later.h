// Which words are kept for constructs that do not exist yet.
#pragma once

#include <string_view>

namespace nnx::dsl {

// True for a row of tables/Later.def; `where` names the block or the kind of name.
bool isLater(std::string_view where, std::string_view word);

} // namespace nnx::dsl
