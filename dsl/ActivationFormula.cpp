// Declared activations: names, parameters, and the expression as a scalar tree.
#include "dsl/ActivationFormula.h"

#include "dsl/Activations.h"
#include "dsl/Evaluate.h"

#include <algorithm>
#include <array>
#include <numbers>
#include <set>
#include <unordered_map>

namespace nnx::dsl {
namespace {

struct Operator {
  std::string_view text;
  ScalarOp op;
};

constexpr std::array operators = {
    Operator{"+", ScalarOp::Add},     Operator{"-", ScalarOp::Sub},
    Operator{"*", ScalarOp::Mul},     Operator{"/", ScalarOp::Div},
    Operator{"<", ScalarOp::Less},    Operator{"<=", ScalarOp::LessEqual},
    Operator{">", ScalarOp::Greater}, Operator{">=", ScalarOp::GreaterEqual},
    Operator{"==", ScalarOp::Equal},  Operator{"!=", ScalarOp::NotEqual},
};

// The derivative of a larger tree would take longer to compile than to wait for.
constexpr int64_t maxFormula = 1000;

// Nodes of the tree as text, where shared parts count each time; one tree may be stored in far
// less.
double treeSize(const ScalarExpr &tree) {
  std::unordered_map<ScalarExpr, double, ScalarExprHash> sizes;
  const auto measure = [&](const ScalarExpr &part, const auto &self) -> double {
    if (auto known = sizes.find(part); known != sizes.end())
      return known->second;
    double size = 1;
    for (const ScalarExpr &operand : part.operands())
      size += self(operand, self);
    sizes.emplace(part, size);
    return size;
  };
  return measure(tree, measure);
}

class FormulaReader {
public:
  FormulaReader(const ActivationNode &node, const std::vector<double> &values, const File &file,
                DiagnosticSink &sink)
      : node(node), values(values), file(file), sink(sink) {}

  std::optional<ScalarExpr> read(const Expr &expr) {
    switch (expr.kind) {
    case ExprKind::integer:
      return ScalarExpr(static_cast<double>(expr.integer));
    case ExprKind::real:
      return ScalarExpr(expr.real);
    case ExprKind::name:
      return readName(expr);
    case ExprKind::unary:
      if (auto operand = expr.text == "-" ? read(expr.elements[0].value) : refuse(expr))
        return -*operand;
      return std::nullopt;
    case ExprKind::binary:
      return readBinary(expr, false);
    case ExprKind::call:
      return expr.text == "select" ? readSelect(expr) : readCall(expr);
    case ExprKind::wrong:
      return std::nullopt;
    default:
      return refuse(expr);
    }
  }

private:
  std::optional<ScalarExpr> refuse(const Expr &expr) {
    sink.report(DiagnosticId::wrong_formula, expr.location, {node.name, toText(expr)});
    return std::nullopt;
  }

  std::optional<ScalarExpr> readName(const Expr &expr) {
    if (expr.text == node.variable)
      return ScalarExpr::variable("x");
    if (expr.text == "pi")
      return ScalarExpr(std::numbers::pi);
    std::vector<std::string> known{node.variable, "pi"};
    for (const ParameterNode &parameter : node.parameters) {
      if (parameter.name == expr.text)
        return ScalarExpr(values[known.size() - 2]);
      known.push_back(parameter.name);
    }
    sink.report(DiagnosticId::unknown_name, expr.location, {expr.text, suggest(expr.text, known)});
    return std::nullopt;
  }

  // A condition stands only inside select.
  std::optional<ScalarExpr> readBinary(const Expr &expr, bool wantsCondition) {
    const auto *found = std::find_if(operators.begin(), operators.end(),
                                     [&](const Operator &o) { return o.text == expr.text; });
    if (found == operators.end() || isCondition(found->op) != wantsCondition)
      return refuse(expr);
    auto left = read(expr.elements[0].value), right = read(expr.elements[1].value);
    if (!left || !right)
      return std::nullopt;
    return ScalarExpr::make(found->op, {*left, *right});
  }

  std::optional<ScalarExpr> readSelect(const Expr &expr) {
    if (!checkArguments(expr, 3))
      return std::nullopt;
    const Expr &condition = expr.elements[0].value;
    auto test =
        condition.kind == ExprKind::binary ? readBinary(condition, true) : refuse(condition);
    auto ifTrue = read(expr.elements[1].value), ifFalse = read(expr.elements[2].value);
    if (!test || !ifTrue || !ifFalse)
      return std::nullopt;
    return select(*test, *ifTrue, *ifFalse);
  }

  bool checkArguments(const Expr &call, std::size_t count) {
    const bool named = std::any_of(call.elements.begin(), call.elements.end(),
                                   [](const Element &e) { return !e.name.empty(); });
    if (!named && call.elements.size() == count)
      return true;
    sink.report(DiagnosticId::wrong_argument_count, call.location,
                {call.text, count == 1 ? "one number" : std::to_string(count) + " numbers"});
    return false;
  }

  std::optional<ScalarExpr> readCall(const Expr &call) {
    for (const ScalarFunction &function : scalarFunctions())
      if (function.name == call.text)
        return readFunction(function, call);
    std::optional<ScalarExpr> formula;
    if (const ActivationNode *other = findAbove(call.text)) {
      formula = other->resolved;
      if (!formula) {
        checkDefaults(*other, call);
        return std::nullopt;
      }
    } else if (findActivationSignature(call.text)) {
      formula = findActivation(call.text)->value;
    } else {
      reportUnknown(call);
      return std::nullopt;
    }
    if (!checkArguments(call, 1))
      return std::nullopt;
    auto x = read(call.elements[0].value);
    return x ? std::optional(formula->substitute({{"x", *x}})) : std::nullopt;
  }

  // What stands below the node is not known yet.
  const ActivationNode *findAbove(std::string_view name) const {
    for (const ActivationNode &other : file.activations) {
      if (&other == &node)
        break;
      if (other.name == name)
        return &other;
    }
    return nullptr;
  }

  void checkDefaults(const ActivationNode &other, const Expr &call) {
    for (const ParameterNode &parameter : other.parameters)
      if (!parameter.fallback)
        sink.report(DiagnosticId::missing_setting, call.location,
                    {other.name, parameter.name, nameOf(Type::real)});
  }

  void reportUnknown(const Expr &call) {
    std::vector<std::string> known{"select"};
    for (const ScalarFunction &function : scalarFunctions())
      known.emplace_back(function.name);
    for (const ActivationRow &row : activations())
      known.push_back(row.name);
    for (const ActivationNode &other : file.activations) {
      if (&other == &node)
        break;
      known.push_back(other.name);
    }
    sink.report(DiagnosticId::unknown_name, call.location, {call.text, suggest(call.text, known)});
  }

  std::optional<ScalarExpr> readFunction(const ScalarFunction &function, const Expr &call) {
    if (!checkArguments(call, function.arity))
      return std::nullopt;
    std::vector<ScalarExpr> operands;
    for (const Element &element : call.elements) {
      auto operand = read(element.value);
      if (!operand)
        return std::nullopt;
      operands.push_back(*operand);
    }
    return ScalarExpr::make(function.op, std::move(operands));
  }

  const ActivationNode &node;
  const std::vector<double> &values; // of its parameters
  const File &file;
  DiagnosticSink &sink;
};

} // namespace

std::optional<ScalarExpr> formulaOf(const ActivationNode &node, const std::vector<double> &values,
                                    const File &file, DiagnosticSink &sink) {
  auto formula = FormulaReader(node, values, file, sink).read(node.formula);
  if (!formula)
    return std::nullopt;
  const bool isSmall = treeSize(*formula) <= double(maxFormula);
  if (isSmall && !formula->variables().contains("x")) {
    sink.report(DiagnosticId::constant_formula, node.formula.location, {node.name, node.variable});
    return std::nullopt;
  }
  if (!isSmall || !findActivation(formula->text())) {
    sink.report(DiagnosticId::formula_too_large, node.formula.location, {node.name, maxFormula});
    return std::nullopt;
  }
  return formula;
}

namespace {

// The defaults of the parameters, 1 where there is none; nothing after a report.
std::optional<std::vector<double>> checkParameters(const ActivationNode &node, const File &file,
                                                   DiagnosticSink &sink) {
  bool isRight = true;
  std::set<std::string> seen = {node.variable};
  std::vector<double> values;
  Evaluator evaluator(file, sink);
  const Signature signature = signatureOf(node);
  for (std::size_t i = 0; i < node.parameters.size(); ++i) {
    const ParameterNode &parameter = node.parameters[i];
    if (!seen.insert(parameter.name).second) {
      sink.report(DiagnosticId::declared_twice, parameter.location, {parameter.name});
      isRight = false;
    }
    if (parameter.type != nameOf(Type::real)) {
      sink.report(DiagnosticId::type_mismatch, parameter.typeLocation,
                  {nameOf(Type::real), "a parameter of an activation", "`" + parameter.type + "`"});
      isRight = false;
    }
    values.push_back(1);
    if (parameter.fallback) {
      const Value value = evaluator.fallbackOf(signature.parameters[i], Scope());
      isRight &= !value.isWrong();
      if (const double *number = value.get<double>())
        values.back() = *number;
    }
  }
  return isRight ? std::optional(values) : std::nullopt;
}

} // namespace

void resolveActivations(File &file, DiagnosticSink &sink) {
  const std::vector<std::string> taken = wordsOf(Type::activation);
  for (ActivationNode &node : file.activations) {
    if (std::find(taken.begin(), taken.end(), node.name) != taken.end())
      sink.report(DiagnosticId::reserved_name, node.location, {node.name, "an activation"});
    if (!node.isWhole)
      continue;
    const auto values = checkParameters(node, file, sink);
    if (!values)
      continue;
    const auto formula = formulaOf(node, *values, file, sink);
    if (std::all_of(node.parameters.begin(), node.parameters.end(),
                    [](const ParameterNode &parameter) { return parameter.fallback.has_value(); }))
      node.resolved = formula;
  }
}

} // namespace nnx::dsl
