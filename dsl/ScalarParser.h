// Reads scalar expressions from text, such as select(x > 0, x, expm1(x)).
#pragma once

#include "dsl/ScalarExpr.h"

#include <functional>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

namespace nnx::dsl {

/// What the names in a text may mean.
struct ScalarScope {
  std::set<std::string> variables;
  /// Names that stand for a condition by themselves: select(nesterov, a, b).
  std::set<std::string> flags;
  /// Formula over "x" of a function of one argument that is not built in, or nothing.
  std::function<std::optional<ScalarExpr>(std::string_view)> function;
  /// All that `function` knows, to name the nearest in a message.
  std::set<std::string> functionNames;
};

/// Thrown for a text that is no expression; `offset` is the byte in the text where it goes wrong.
class ScalarSyntaxError : public std::runtime_error {
public:
  ScalarSyntaxError(size_t at, const std::string &message)
      : std::runtime_error(message), offset(at) {}
  const size_t offset;
};

/// Grammar, loosest first: `+ -`, `* /`, unary `-`; numbers, `pi`, `inf`, `nan`, names, calls,
/// parentheses; a comparison (`< <= > >= == !=`) or a flag as the first argument of select.
/// Throws ScalarSyntaxError. At most 10000 nodes, nested at most 200 deep.
ScalarExpr parseScalarExpr(std::string_view text, const ScalarScope &scope);

} // namespace nnx::dsl
