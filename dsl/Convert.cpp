// Conversion of values to the types that settings and parameters expect, and their ranges.
#include "dsl/Activations.h"
#include "dsl/Evaluate.h"
#include "dsl/Lexer.h"
#include "dsl/Losses.h"
#include "dsl/Metrics.h"
#include "dsl/Optimizers.h"
#include "dsl/Parser.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace nnx::dsl {
namespace {

constexpr double maxExactWhole =
    9007199254740992; // 2^53: whole numbers up to here are exact floats

} // namespace

std::string describeRange(const Parameter &parameter) {
  if (parameter.least >= parameter.greatest)
    return {};
  auto text = [&](double bound) {
    return parameter.type == Type::real ? toText(bound)
                                        : std::to_string(static_cast<int64_t>(bound));
  };
  if (std::isinf(parameter.greatest))
    return "at least " + text(parameter.least);
  if (std::isinf(parameter.least))
    return "at most " + text(parameter.greatest);
  return "between " + text(parameter.least) + " and " + text(parameter.greatest);
}

static std::vector<std::string> collectWords(Type type) {
  std::vector<std::string> words;
#define NNX_CHOICE(TYPE, WORD)                                                                     \
  if (type == Type::TYPE)                                                                          \
    words.emplace_back(WORD);
#include "dsl/tables/Choices.def"
  if (type == Type::activation) {
    for (const ActivationRow &row : activations())
      words.push_back(row.name);
    words.emplace_back("softmax");
  }
  if (type == Type::optimizer)
    for (const OptimizerRow &row : optimizers())
      words.push_back(row.name());
  if (type == Type::loss)
    for (const LossRow &row : losses())
      words.push_back(row.name);
  if (type == Type::metric)
    for (const MetricRow &row : metrics())
      if (row.kept == Kept::epoch)
        words.emplace_back(row.name);
  if (type == Type::init)
    words = initNames();
  if (type == Type::schedule)
    words = scheduleNames();
  return words;
}

const std::vector<std::string> &wordsOf(Type type) {
  thread_local std::map<Type, std::vector<std::string>> known; // every point of a grid asks
  auto [found, isNew] = known.try_emplace(type);
  if (isNew)
    found->second = collectWords(type);
  return found->second;
}

SettingValue toSetting(const Value &value) {
  if (const bool *flag = value.get<bool>())
    return *flag;
  if (const int64_t *whole = value.get<int64_t>())
    return *whole;
  if (const double *real = value.get<double>())
    return *real;
  if (const Shape *shape = value.get<Shape>())
    return *shape;
  if (const Init *init = value.get<Init>())
    return *init;
  if (const StringValue *string = value.get<StringValue>())
    return string->text;
  if (const ActivationValue *activation = value.get<ActivationValue>())
    return activation->text;
  return value.get<Symbol>()->name;
}

Value Evaluator::mismatch(const Value &value, Type type, std::string_view purpose) {
  sink.report(DiagnosticId::type_mismatch, value.location,
              {nameOf(type), purpose, describe(value)});
  Value wrong;
  wrong.location = value.location;
  return wrong;
}

Value Evaluator::convert(const Value &value, Type type, std::string_view purpose,
                         const Scope &scope) {
  if (value.isWrong())
    return value;
  Value result = value;
  const int64_t *whole = value.get<int64_t>();
  const Symbol *symbol = value.get<Symbol>();
  switch (type) {
  case Type::activation:
  case Type::padding:
  case Type::loss:
  case Type::divergence:
  case Type::decay:
  case Type::missing:
  case Type::unseen:
  case Type::direction:
  case Type::statistics:
  case Type::init:
  case Type::optimizer:
  case Type::schedule:
  case Type::stop:
  case Type::metric:
  case Type::restore:
  case Type::weights:
    if (symbol)
      return convertWord(value, type, scope);
    if (value.get<ActivationValue>() && type == Type::activation)
      return value;
    if (value.get<Init>() && type == Type::init)
      return value;
    if (value.get<Optimizer>() && type == Type::optimizer)
      return value;
    if (value.get<Schedule>() && type == Type::schedule)
      return value;
    if (value.get<LossValue>() && type == Type::loss)
      return value;
    if (value.get<EarlyStop>() && type == Type::stop)
      return value;
    if (value.get<WeightsValue>() && type == Type::weights)
      return value;
    return mismatch(value, type, purpose);
  case Type::network:
    if (symbol && findNetwork(symbol->name)) {
      Expr call;
      call.kind = ExprKind::call;
      call.text = symbol->name;
      call.location = value.location;
      result = evaluateNetworkCall(call, scope);
      result.label = value.label;
      return result;
    }
    if (value.get<std::shared_ptr<const NetworkValue>>())
      return value;
    break;
  case Type::integer:
    if (whole)
      return value;
    break;
  case Type::real:
    if (value.get<double>())
      return value;
    if (whole) {
      if (std::abs(static_cast<double>(*whole)) >= maxExactWhole) {
        sink.report(DiagnosticId::number_loses_digits, value.location, {describe(value)});
        return value;
      }
      result.data = static_cast<double>(*whole);
      return result;
    }
    break;
  case Type::size:
    if (whole) {
      result.data = Shape{*whole, *whole};
      return result;
    }
    if (const Shape *shape = value.get<Shape>(); shape && shape->size() == 2)
      return value;
    break;
  case Type::boolean:
    if (value.get<bool>())
      return value;
    break;
  case Type::string:
    if (value.get<StringValue>())
      return value;
    break;
  case Type::shape:
    if (value.get<Shape>())
      return value;
    break;
  case Type::list:
    if (value.get<std::shared_ptr<const ListValue>>())
      return value;
    break;
  case Type::labels:
  case Type::source:
  case Type::column:
  case Type::columns:
  case Type::targets:
  case Type::shares:
    break;
  }
  if (!checkNotSymbol(value, scope)) {
    result.data = std::monostate();
    return result;
  }
  return mismatch(value, type, purpose);
}

// A name where a table says what names there are.
Value Evaluator::convertWord(const Value &value, Type type, const Scope &scope) {
  const std::string &word = value.get<Symbol>()->name;
  const std::vector<std::string> &known = wordsOf(type);
  const ActivationNode *declared = type == Type::activation ? findDeclared(word) : nullptr;
  Value result = value;
  if (const MetricRow *metric = type == Type::metric ? findMetric(word) : nullptr;
      metric && metric->kept == Kept::epoch) {
    result.data = Symbol{std::string(metric->name)};
    return result;
  }
  if (type == Type::stop && word == "never") {
    result.data = EarlyStop();
    return result;
  }
  if (!declared && std::find(known.begin(), known.end(), word) == known.end()) {
    std::string_view kind = nameOf(type);
    std::vector<std::string> words = known;
    if (type == Type::activation)
      for (const ActivationNode &node : file.activations)
        words.push_back(node.name);
    std::vector<std::string> names = scope.names();
    words.insert(words.end(), names.begin(), names.end());
    sink.report(DiagnosticId::unknown_word, value.location, {kind, word, suggest(word, words)});
    result.data = std::monostate();
    return result;
  }
  if (type == Type::init || type == Type::optimizer || type == Type::schedule ||
      type == Type::loss || type == Type::stop || declared) {
    Expr call;
    call.kind = ExprKind::call;
    call.text = word;
    call.location = value.location;
    result = type == Type::schedule ? evaluateSchedule(*findScheduleSignature(word), call, scope)
                                    : evaluateCall(call, scope);
    result.label = value.label;
  }
  return result;
}

bool Evaluator::checkRange(const Parameter &parameter, const Value &value,
                           SourceLocation location) {
  if (parameter.least >= parameter.greatest)
    return true;
  auto isInside = [&](double number) {
    return number >= parameter.least && number <= parameter.greatest;
  };
  bool inside = true;
  if (const int64_t *whole = value.get<int64_t>())
    inside = isInside(static_cast<double>(*whole));
  else if (const double *real = value.get<double>())
    inside = isInside(*real);
  else if (const Shape *shape = value.get<Shape>())
    for (int64_t extent : *shape)
      inside = inside && isInside(static_cast<double>(extent));
  if (!inside)
    sink.report(DiagnosticId::out_of_range, location,
                {parameter.name, describeRange(parameter), describe(value)});
  return inside;
}

Value Evaluator::evaluateFor(const Parameter &parameter, const Expr &expr, const Scope &scope) {
  const Signature *schedule = parameter.type == Type::schedule && expr.kind == ExprKind::call
                                  ? findScheduleSignature(expr.text)
                                  : nullptr;
  Value value = convert(schedule ? evaluateSchedule(*schedule, expr, scope) : evaluate(expr, scope),
                        parameter.type, "`" + parameter.name + "`", scope);
  value.location = expr.location;
  if (!value.isWrong() && !checkRange(parameter, value, expr.location))
    value.data = std::monostate();
  return value;
}

Value Evaluator::fallbackOf(const Parameter &parameter, const Scope &scope) {
  if (parameter.fallback)
    return evaluateFor(parameter, *parameter.fallback, scope);
  // Grids ask for the same few defaults at every point. No file has a say in them.
  struct Default {
    std::optional<Expr> expr;
    std::map<Type, Value> values;
  };
  thread_local std::map<std::string, Default, std::less<>> defaults;
  static const File none;
  auto known = defaults.find(parameter.fallbackText);
  if (known == defaults.end())
    known =
        defaults
            .emplace(parameter.fallbackText,
                     Default{parseExpression(tokenize(parameter.fallbackText, 0, sink), sink), {}})
            .first;
  auto [value, isNew] = known->second.values.try_emplace(parameter.type);
  if (isNew && known->second.expr)
    value->second = Evaluator(none, sink).evaluateFor(parameter, *known->second.expr, Scope());
  return value->second;
}

} // namespace nnx::dsl
