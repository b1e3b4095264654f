// Expressions as text.
#include "dsl/Ast.h"

namespace nnx::dsl {
namespace {

std::string joined(const std::vector<Element> &elements, const char *nameEnd) {
  std::string result;
  for (const Element &element : elements) {
    result += result.empty() ? "" : ", ";
    if (!element.name.empty())
      result += element.name + nameEnd;
    result += toText(element.value);
  }
  return result;
}

bool isOperation(const Expr &expr) {
  return expr.kind == ExprKind::binary || expr.kind == ExprKind::range;
}

std::string operand(const Expr &expr) {
  return isOperation(expr) ? "(" + toText(expr) + ")" : toText(expr);
}

} // namespace

std::string toText(const Expr &expr) {
  switch (expr.kind) {
  case ExprKind::wrong:
    return "?";
  case ExprKind::boolean:
  case ExprKind::integer:
  case ExprKind::real:
  case ExprKind::shape:
  case ExprKind::name:
    return expr.text;
  case ExprKind::string:
    return "\"" + expr.text + "\"";
  case ExprKind::unary:
    return expr.text + (expr.text == "not" ? " " : "") + operand(expr.elements[0].value);
  case ExprKind::binary:
    return operand(expr.elements[0].value) + " " + expr.text + " " +
           operand(expr.elements[1].value);
  case ExprKind::range:
    return operand(expr.elements[0].value) + ".." + operand(expr.elements[1].value);
  case ExprKind::call:
    return expr.text + "(" + joined(expr.elements, " = ") + ")";
  case ExprKind::list:
    return "[" + joined(expr.elements, ": ") + "]";
  case ExprKind::tuple:
    return "(" + joined(expr.elements, "") + ")";
  }
  return {};
}

} // namespace nnx::dsl
