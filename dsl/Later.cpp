// Looks words up in tables/Later.def.
#include "dsl/Later.h"

namespace nnx::dsl {

bool isLater(std::string_view where, std::string_view word) {
  struct Row {
    std::string_view where, word;
  };
  static constexpr Row rows[] = {
#define NNX_LATER(WHERE, WORD) {#WHERE, #WORD},
#include "dsl/tables/Later.def"
  };
  for (const Row &row : rows)
    if (row.where == where && row.word == word)
      return true;
  return false;
}

} // namespace nnx::dsl
