// Text of values, and scopes.
#include "dsl/Value.h"

#include "dsl/Optimizers.h"

#include <charconv>

namespace nnx::dsl {
namespace {

struct TypeRow {
  std::string_view name;
  bool isParameter;
};

constexpr TypeRow typeRows[] = {
#define NNX_TYPE(NAME, TEXT, ISPARAMETER) {TEXT, ISPARAMETER},
#include "dsl/tables/Types.def"
};

std::vector<std::string> initArgumentsOf(std::string_view name) {
#define NNX_INIT_ARGUMENT(NAME, DEFAULT, LEAST) NAME
#define NNX_INIT(NAME, ...)                                                                        \
  if (name == #NAME)                                                                               \
    return {__VA_ARGS__};
#include "dsl/tables/Inits.def"
  return {};
}

template <typename... Cases> struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases> Overloaded(Cases...) -> Overloaded<Cases...>;

} // namespace

std::string_view nameOf(Type type) {
  return typeRows[static_cast<std::size_t>(type)].name;
}

std::optional<Type> findParameterType(std::string_view name) {
  for (std::size_t i = 0; i < std::size(typeRows); ++i)
    if (typeRows[i].name == name && typeRows[i].isParameter)
      return static_cast<Type>(i);
  return std::nullopt;
}

std::vector<std::string> parameterTypeNames() {
  std::vector<std::string> result;
  for (const TypeRow &row : typeRows)
    if (row.isParameter)
      result.emplace_back(row.name);
  return result;
}

Value made(decltype(Value::data) data, const Expr &expr) {
  Value value;
  value.data = std::move(data);
  value.location = expr.location;
  value.label = toText(value);
  return value;
}

Value wrong(const Expr &expr) {
  Value value;
  value.location = expr.location;
  return value;
}

std::string describe(const Value &value) {
  return std::visit(Overloaded{
                        [](std::monostate) { return std::string("a wrong value"); },
                        [](bool v) { return std::string(v ? "`true`" : "`false`"); },
                        [](int64_t v) { return "`" + std::to_string(v) + "`"; },
                        [](double v) { return "`" + toText(v) + "`"; },
                        [](const StringValue &) { return std::string("a string"); },
                        [](const Symbol &v) { return "`" + v.name + "`"; },
                        [](const ActivationValue &v) { return "activation `" + v.name + "`"; },
                        [](const Shape &v) { return "`" + toText(v) + "`"; },
                        [](const Init &v) { return "`" + toText(v) + "`"; },
                        [](const LossValue &v) { return "loss `" + v.text + "`"; },
                        [](const Optimizer &v) { return "optimizer `" + v.kind + "`"; },
                        [](const Schedule &v) { return "schedule `" + v.kind + "`"; },
                        [](const EarlyStop &v) { return "`" + toText(v) + "`"; },
                        [](const WeightsValue &) { return std::string("weights of a file"); },
                        [](const std::shared_ptr<const NetworkValue> &v) {
                          return "network `" + v->node->name + "`";
                        },
                        [](const std::shared_ptr<const ListValue> &v) {
                          return std::string(v->isTuple ? "a tuple" : "a list");
                        },
                    },
                    value.data);
}

std::string toText(double number) {
  char buffer[40];
  auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number);
  std::string text(buffer, error == std::errc() ? end : buffer);
  // A real number has a point or an exponent, so that it reads back as one.
  if (text.find_first_of(".en") == std::string::npos)
    text += ".0";
  return text;
}

std::string toText(const Init &init) {
  const auto arguments = initArgumentsOf(init.name);
  std::string result = init.name;
  for (std::size_t i = 0; i < arguments.size(); ++i)
    result += (i ? ", " : "(") + arguments[i] + " = " + toText(init.argument[i]);
  return result + (arguments.empty() ? "" : ")");
}

std::string toText(const Optimizer &optimizer) {
  const OptimizerRow &row = *findOptimizer(optimizer.kind);
  std::string result = optimizer.kind + "(";
  const char *separator = "";
  for (const Setting &setting : optimizer.settings) {
    if (!isStated(row, setting))
      continue;
    result += separator + setting.name + " = " + toText(setting.value);
    separator = ", ";
  }
  return result + ")";
}

std::string toText(const Schedule &schedule) {
  std::string result = schedule.kind + "(";
  const char *separator = "";
  for (const Setting &setting : schedule.settings) {
    result += separator + setting.name + " = " + toText(setting.value);
    separator = ", ";
  }
  return result + ")";
}

std::string toText(const EarlyStop &stop) {
  if (stop.metric.empty())
    return "never";
  return "early(" + stop.metric + ", patience = " + std::to_string(stop.patience) +
         ", min_delta = " + toText(stop.minDelta) +
         ", restore = " + (stop.restoresBest ? "best)" : "last)");
}

std::string toText(const NetworkValue &network) {
  std::string result = network.node->name + "(";
  const char *separator = "";
  for (const auto &[name, value] : network.arguments) {
    result += separator + name + " = " + toText(value);
    separator = ", ";
  }
  return result + ")";
}

std::string toText(const SettingValue &value) {
  return std::visit(Overloaded{
                        [](bool v) { return std::string(v ? "true" : "false"); },
                        [](int64_t v) { return std::to_string(v); },
                        [](double v) { return toText(v); },
                        [](const std::string &v) { return v; },
                        [](const Shape &v) { return toText(v); },
                        [](const Init &v) { return toText(v); },
                    },
                    value);
}

std::string toText(const Value &value) {
  return std::visit(Overloaded{
                        [](std::monostate) { return std::string("?"); },
                        [](bool v) { return std::string(v ? "true" : "false"); },
                        [](int64_t v) { return std::to_string(v); },
                        [](double v) { return toText(v); },
                        [](const StringValue &v) { return "\"" + v.text + "\""; },
                        [](const Symbol &v) { return v.name; },
                        [](const ActivationValue &v) { return v.name; },
                        [](const Shape &v) { return toText(v); },
                        [](const Init &v) { return toText(v); },
                        [](const LossValue &v) { return v.text; },
                        [](const Optimizer &v) { return toText(v); },
                        [](const Schedule &v) { return toText(v); },
                        [](const EarlyStop &v) { return toText(v); },
                        [](const WeightsValue &v) { return "safetensors(\"" + v.file + "\")"; },
                        [](const std::shared_ptr<const NetworkValue> &v) { return toText(*v); },
                        [](const std::shared_ptr<const ListValue> &v) {
                          std::string result(v->isTuple ? "(" : "[");
                          for (std::size_t i = 0; i < v->items.size(); ++i)
                            result += (i ? ", " : "") + toText(v->items[i]);
                          return result + (v->isTuple ? ")" : "]");
                        },
                    },
                    value.data);
}

void Scope::set(std::string name, Value value) {
  own.insert_or_assign(std::move(name), std::move(value));
}

const Value *Scope::find(std::string_view name) const {
  for (const Scope *scope = this; scope; scope = scope->around)
    if (auto found = scope->own.find(name); found != scope->own.end())
      return &found->second;
  return nullptr;
}

std::vector<std::string> Scope::names() const {
  std::vector<std::string> result;
  for (const Scope *scope = this; scope; scope = scope->around)
    for (const auto &[known, value] : scope->own)
      result.push_back(known);
  return result;
}

} // namespace nnx::dsl
