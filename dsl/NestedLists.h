// Lists inside the arguments of an axis's values: `sgd(momentum = [0, 0.9])` is an axis that exists
// only there.
#pragma once

#include "dsl/Ast.h"

#include <functional>

namespace nnx::dsl {

// Which of `count` items is taken.
using Pick = std::function<std::size_t(std::size_t count)>;

// Every value of the axis that the lists inside give, the last list fastest; `values` itself where
// it is no list in brackets. A label gets what was chosen: `[a: sgd(momentum = [0, 0.9])]` becomes
// `a(momentum = 0)` and `a(momentum = 0.9)`. No more than maxNested values are made of one, which
// is more than a grid may have.
Expr withNestedLists(const Expr &values);
inline constexpr std::size_t maxNested = 100001;

// One value of them, each list's item by `pick`.
Element withPicked(const Element &element, const Pick &pick);

} // namespace nnx::dsl
