// Evaluation of expressions: names, operators, ranges and lists.
#include "dsl/Evaluate.h"

#include "dsl/Labels.h"

#include <algorithm>
#include <cmath>

namespace nnx::dsl {
namespace {

constexpr int64_t maxRange = 10000;      // items of `a..b`
constexpr std::size_t maxItems = 100000; // of a list, with those of the lists in it

// Counts no further than `limit`: lists of named lists double with every name.
std::size_t countItems(const ListValue &list, std::size_t limit) {
  std::size_t count = list.items.size();
  for (const Value &item : list.items) {
    if (count > limit)
      break;
    if (const auto *inner = item.get<std::shared_ptr<const ListValue>>())
      count += countItems(**inner, limit - count);
  }
  return count;
}

bool isNumber(const Value &value) {
  return value.get<int64_t>() || value.get<double>();
}

double toReal(const Value &value) {
  const int64_t *whole = value.get<int64_t>();
  return whole ? static_cast<double>(*whole) : *value.get<double>();
}

} // namespace

Value Evaluator::evaluate(const Expr &expr, const Scope &scope) {
  Value value;
  switch (expr.kind) {
  case ExprKind::wrong:
    return wrong(expr);
  case ExprKind::integer:
    value = made(expr.integer, expr);
    break;
  case ExprKind::real:
    value = made(expr.real, expr);
    break;
  case ExprKind::boolean:
    return made(expr.integer != 0, expr);
  case ExprKind::string:
    value = made(StringValue{expr.text}, expr);
    break;
  case ExprKind::shape:
    value = made(expr.shape, expr);
    break;
  case ExprKind::name:
    return evaluateName(expr, scope);
  case ExprKind::unary:
    return evaluateUnary(expr, scope);
  case ExprKind::binary:
    return expr.text == "and" || expr.text == "or" ? evaluateLogic(expr, scope)
                                                   : evaluateBinary(expr, scope);
  case ExprKind::range:
    return evaluateRange(expr, scope);
  case ExprKind::call:
    return evaluateCall(expr, scope);
  case ExprKind::list:
  case ExprKind::tuple:
    return evaluateElements(expr, scope);
  }
  value.label = expr.text; // numbers keep the text of the file
  return value;
}

Value Evaluator::evaluateName(const Expr &expr, const Scope &scope) {
  const Value *known = scope.find(expr.text);
  if (!known)
    return made(Symbol{expr.text}, expr);
  Value value = *known;
  if (!value.get<Symbol>()) // an unknown word is wrong where it is written, not where it is used
    value.location = expr.location;
  return value;
}

// A name where only a value can stand.
bool Evaluator::checkNotSymbol(const Value &value, const Scope &scope) {
  const Symbol *symbol = value.get<Symbol>();
  if (!symbol)
    return true;
  sink.report(DiagnosticId::unknown_name, value.location,
              {symbol->name, suggest(symbol->name, scope.names())});
  return false;
}

// A name that is compared: a word of a table, a declared network or a label.
bool Evaluator::checkWord(const Value &value, const Scope &scope) {
  const Symbol *symbol = value.get<Symbol>();
  if (!symbol || scope.find(symbol->name) || findNetwork(symbol->name) ||
      findDeclared(symbol->name))
    return true;
  auto isIn = [&](const std::vector<std::string> &list) {
    return std::find(list.begin(), list.end(), symbol->name) != list.end();
  };
  constexpr Type types[] = {Type::activation, Type::init, Type::padding, Type::optimizer,
                            Type::loss};
  if (isIn(allowedWords) || std::any_of(std::begin(types), std::end(types),
                                        [&](Type type) { return isIn(wordsOf(type)); }))
    return true;
  std::vector<std::string> words = allowedWords;
  for (Type type : types)
    words.insert(words.end(), wordsOf(type).begin(), wordsOf(type).end());
  std::vector<std::string> names = scope.names();
  words.insert(words.end(), names.begin(), names.end());
  sink.report(DiagnosticId::unknown_name, value.location,
              {symbol->name, suggest(symbol->name, words)});
  return false;
}

Value Evaluator::evaluateUnary(const Expr &expr, const Scope &scope) {
  Value operand = evaluate(expr.elements[0].value, scope);
  bool isNot = expr.text == "not";
  if (operand.isWrong() || !checkNotSymbol(operand, scope))
    return wrong(expr);
  if (isNot) {
    if (const bool *value = operand.get<bool>())
      return made(!*value, expr);
  } else if (const int64_t *whole = operand.get<int64_t>()) {
    int64_t negative = 0;
    if (__builtin_sub_overflow(int64_t{0}, *whole, &negative)) {
      sink.report(DiagnosticId::arithmetic_overflow, expr.location, {});
      return wrong(expr);
    }
    Value value = made(negative, expr);
    value.label = "-" + operand.label;
    return value;
  } else if (const double *real = operand.get<double>()) {
    Value value = made(-*real, expr);
    value.label = "-" + operand.label;
    return value;
  }
  sink.report(DiagnosticId::wrong_operand, operand.location,
              {expr.text, isNot ? "true or false" : "a number", describe(operand)});
  return wrong(expr);
}

// `and` and `or` leave their right side out where the left side decides.
Value Evaluator::evaluateLogic(const Expr &expr, const Scope &scope) {
  auto side = [&](const Expr &part) {
    Value value = evaluate(part, scope);
    if (value.isWrong() || !checkNotSymbol(value, scope))
      return wrong(part);
    if (!value.get<bool>()) {
      sink.report(DiagnosticId::wrong_operand, value.location,
                  {expr.text, "true or false", describe(value)});
      return wrong(part);
    }
    return value;
  };
  Value left = side(expr.elements[0].value);
  if (const bool *decided = left.get<bool>(); decided && *decided == (expr.text == "or"))
    return made(*decided, expr);
  Value right = side(expr.elements[1].value);
  return left.isWrong() || right.isWrong() ? wrong(expr) : made(*right.get<bool>(), expr);
}

Value Evaluator::evaluateBinary(const Expr &expr, const Scope &scope) {
  Value left = evaluate(expr.elements[0].value, scope);
  Value right = evaluate(expr.elements[1].value, scope);
  bool comparesEqual = expr.text == "==" || expr.text == "!=";
  auto isRight = [&](const Value &value) {
    return comparesEqual ? checkWord(value, scope) : checkNotSymbol(value, scope);
  };
  bool leftRight = isRight(left);
  if (!isRight(right) || !leftRight || left.isWrong() || right.isWrong())
    return wrong(expr);
  if (comparesEqual)
    return compare(expr, left, right, scope);
  for (const Value *value : {&left, &right})
    if (!isNumber(*value)) {
      sink.report(DiagnosticId::wrong_operand, value->location,
                  {expr.text, "numbers", describe(*value)});
      return wrong(expr);
    }
  return calculate(expr, left, right, scope);
}

Value Evaluator::compare(const Expr &expr, const Value &left, const Value &right, const Scope &) {
  auto wordIs = [](const Value &word, const Value &other) -> std::optional<bool> {
    const Symbol *symbol = word.get<Symbol>();
    const StringValue *string = word.get<StringValue>();
    if (!symbol && !string)
      return std::nullopt;
    const std::string &text = symbol ? symbol->name : string->text;
    return isNamed(other.label, text) ||
           (other.get<Symbol>() && other.get<Symbol>()->name == text) ||
           (other.get<StringValue>() && other.get<StringValue>()->text == text);
  };
  std::optional<bool> same;
  if (isNumber(left) && isNumber(right))
    same = left.get<int64_t>() && right.get<int64_t>()
               ? *left.get<int64_t>() == *right.get<int64_t>()
               : toReal(left) == toReal(right);
  else if (left.get<bool>() && right.get<bool>())
    same = *left.get<bool>() == *right.get<bool>();
  else if (left.get<Shape>() && right.get<Shape>())
    same = *left.get<Shape>() == *right.get<Shape>();
  else if (auto leftIs = wordIs(left, right), rightIs = wordIs(right, left); leftIs || rightIs)
    same = leftIs.value_or(false) || rightIs.value_or(false);
  if (!same) {
    sink.report(DiagnosticId::not_comparable, expr.location, {describe(left), describe(right)});
    return wrong(expr);
  }
  return made(*same == (expr.text == "=="), expr);
}

Value Evaluator::calculate(const Expr &expr, const Value &left, const Value &right, const Scope &) {
  const std::string &op = expr.text;
  double a = toReal(left), b = toReal(right);
  if (op == "<")
    return made(a < b, expr);
  if (op == "<=")
    return made(a <= b, expr);
  if (op == ">")
    return made(a > b, expr);
  if (op == ">=")
    return made(a >= b, expr);
  const int64_t *i = left.get<int64_t>(), *j = right.get<int64_t>();
  if ((op == "/" || op == "//") && b == 0) {
    sink.report(DiagnosticId::division_by_zero, expr.location, {});
    return wrong(expr);
  }
  if (i && j && op != "/") {
    int64_t result = 0;
    bool overflows = false;
    if (op == "+")
      overflows = __builtin_add_overflow(*i, *j, &result);
    else if (op == "-")
      overflows = __builtin_sub_overflow(*i, *j, &result);
    else if (op == "*")
      overflows = __builtin_mul_overflow(*i, *j, &result);
    else if (*i == INT64_MIN && *j == -1)
      overflows = true;
    else
      result = *i / *j - (*i % *j != 0 && (*i < 0) != (*j < 0)); // towards minus infinity
    if (overflows) {
      sink.report(DiagnosticId::arithmetic_overflow, expr.location, {});
      return wrong(expr);
    }
    return made(result, expr);
  }
  if (op == "//") {
    sink.report(DiagnosticId::wrong_operand, (i ? right : left).location,
                {op, "whole numbers", describe(i ? right : left)});
    return wrong(expr);
  }
  double result = op == "+" ? a + b : op == "-" ? a - b : op == "*" ? a * b : a / b;
  if (!std::isfinite(result)) {
    sink.report(DiagnosticId::arithmetic_overflow, expr.location, {});
    return wrong(expr);
  }
  return made(result, expr);
}

Value Evaluator::evaluateRange(const Expr &expr, const Scope &scope) {
  Value first = convert(evaluate(expr.elements[0].value, scope), Type::integer, "`..`", scope);
  Value last = convert(evaluate(expr.elements[1].value, scope), Type::integer, "`..`", scope);
  if (first.isWrong() || last.isWrong())
    return wrong(expr);
  int64_t from = *first.get<int64_t>(), to = *last.get<int64_t>();
  int64_t count = 0;
  if (to >= from && (__builtin_sub_overflow(to, from, &count) || count >= maxRange)) {
    sink.report(DiagnosticId::range_too_long, expr.location, {maxRange});
    return wrong(expr);
  }
  ListValue list;
  for (int64_t i = from; i <= to; ++i) {
    list.items.push_back(made(i, expr));
    if (i == to)
      break;
  }
  return made(std::make_shared<const ListValue>(std::move(list)), expr);
}

Value Evaluator::evaluateElements(const Expr &expr, const Scope &scope) {
  ListValue list;
  list.isTuple = expr.kind == ExprKind::tuple;
  bool isWrong = false;
  for (const Element &element : expr.elements) {
    Value value = evaluate(element.value, scope);
    isWrong |= value.isWrong();
    if (!element.name.empty())
      value.label = element.name;
    list.items.push_back(std::move(value));
  }
  if (countItems(list, maxItems) > maxItems) {
    sink.report(DiagnosticId::too_many_items, expr.location, {maxItems, "items in a list"});
    isWrong = true;
  }
  return isWrong ? wrong(expr) : made(std::make_shared<const ListValue>(std::move(list)), expr);
}

} // namespace nnx::dsl
