// Choices inside values: one item of each list.
#include "dsl/NestedLists.h"

#include <algorithm>

namespace nnx::dsl {
namespace {

bool isChoice(const Expr &expr) {
  return expr.kind == ExprKind::list && !expr.elements.empty();
}

// Replaces the lists among the arguments of calls; `chosen` collects `name = item`.
void choose(Expr &expr, const Pick &pick, std::vector<Element> &chosen) {
  if (expr.kind != ExprKind::call)
    return;
  for (Element &argument : expr.elements) {
    if (isChoice(argument.value)) {
      Expr item = argument.value.elements[pick(argument.value.elements.size())].value;
      argument.value = std::move(item);
      choose(argument.value, pick, chosen);
      chosen.push_back(argument);
    } else {
      choose(argument.value, pick, chosen);
    }
  }
}

} // namespace

Element withPicked(const Element &element, const Pick &pick) {
  Element result = element;
  std::vector<Element> chosen;
  choose(result.value, pick, chosen);
  if (!result.name.empty() && !chosen.empty()) {
    Expr label;
    label.kind = ExprKind::call;
    label.text = result.name;
    label.elements = std::move(chosen);
    result.name = toText(label);
  }
  return result;
}

Expr withNestedLists(const Expr &values) {
  if (values.kind != ExprKind::list)
    return values;
  Expr result = values;
  result.elements.clear();
  for (const Element &element : values.elements) {
    // Counts up a number whose digits are the choices, as long as there are lists.
    std::vector<std::size_t> digits;
    for (std::size_t made = 0; made < maxNested; ++made) {
      std::size_t at = 0;
      std::vector<std::size_t> counts;
      result.elements.push_back(withPicked(element, [&](std::size_t count) {
        if (at == digits.size())
          digits.push_back(0);
        counts.push_back(count);
        return digits[at++];
      }));
      digits.resize(at);
      while (!digits.empty() && ++digits.back() == counts[digits.size() - 1])
        digits.pop_back();
      if (digits.empty())
        break;
    }
  }
  return result;
}

} // namespace nnx::dsl
