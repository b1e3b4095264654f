// Values that expressions have while a file is checked.
#pragma once

#include "dsl/Ast.h"

#include <map>
#include <memory>
#include <optional>

namespace nnx::dsl {

enum class Type : uint8_t {
#define NNX_TYPE(NAME, TEXT, ISPARAMETER) NAME,
#include "dsl/tables/Types.def"
};

std::string_view nameOf(Type type);

// The type that a parameter may be declared with.
std::optional<Type> findParameterType(std::string_view name);
std::vector<std::string> parameterTypeNames();

struct Value;
using Values = std::vector<Value>;

// A name that nothing in scope explains: the type expected decides what it is.
struct Symbol {
  std::string name;
};

struct StringValue {
  std::string text;
};

// An activation with arguments, or one that the file declares.
struct ActivationValue {
  std::string name; // "swish2", "elu(alpha = 0.5)": how the file calls it
  std::string text; // that findActivation knows
};

// A loss with its numbers.
struct LossValue {
  std::string text; // that findLoss knows
};

// A network with the arguments it was given.
struct NetworkValue {
  const NetworkNode *node = nullptr;
  std::vector<std::pair<std::string, Value>> arguments;
};

// A file that weights start from.
struct WeightsValue {
  std::string file;
};

struct ListValue {
  Values items;
  bool isTuple = false;
};

struct Value {
  // monostate: wrong, and already reported.
  std::variant<std::monostate, bool, int64_t, double, StringValue, Symbol, ActivationValue, Shape,
               Init, LossValue, Optimizer, Schedule, EarlyStop, WeightsValue,
               std::shared_ptr<const NetworkValue>, std::shared_ptr<const ListValue>>
      data;
  std::string label; // how tables call it: as written, or the label in front of it
  SourceLocation location;

  bool isWrong() const { return std::holds_alternative<std::monostate>(data); }
  template <typename T> const T *get() const { return std::get_if<T>(&data); }
};

// The value of `expr`, labelled with its own text; a wrong value in its place.
Value made(decltype(Value::data) data, const Expr &expr);
Value wrong(const Expr &expr);

// "int", "float", ... as messages say what was found.
std::string describe(const Value &value);

// The shortest text that reads back as the same number.
std::string toText(double number);
std::string toText(const Init &init);
std::string toText(const Optimizer &optimizer);
std::string toText(const Schedule &schedule);
std::string toText(const EarlyStop &stop);       // "early(validation.loss, ...)", "never"
std::string toText(const NetworkValue &network); // "cnn(act = relu)"
std::string toText(const SettingValue &value);
std::string toText(const Value &value);

// Names of one block, with those around it.
class Scope {
public:
  explicit Scope(const Scope *around = nullptr) : around(around) {}

  void set(std::string name, Value value);
  const Value *find(std::string_view name) const;
  std::vector<std::string> names() const;

private:
  const Scope *around;
  std::map<std::string, Value, std::less<>> own;
};

} // namespace nnx::dsl
