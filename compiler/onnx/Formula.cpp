// Scalar expressions as ONNX nodes; equal subtrees become one.
#include "compiler/onnx/Formula.h"

#include "dsl/Activations.h"

#include "llvm/Support/ErrorHandling.h"

#include <cstdlib>
#include <unordered_map>

namespace nnx::onnx {
namespace {

using dsl::ScalarExpr;
using dsl::ScalarOp;

// Activations that ONNX has itself. One with a number has it as `argument`, which is `attribute`
// there; its default is that of dsl/tables/Activations.def.
struct Operator {
  std::string_view activation;
  const char *name;
  std::string_view argument = {};
  const char *attribute = nullptr;
  double fallback = 0;
};
constexpr Operator operators[] = {
    {"relu", "Relu"},         {"elu", "Elu", "alpha", "alpha", 1},
    {"selu", "Selu"},         {"leaky_relu", "LeakyRelu", "negative_slope", "alpha", 0.2},
    {"sigmoid", "Sigmoid"},   {"tanh", "Tanh"},
    {"softplus", "Softplus"}, {"softsign", "Softsign"},
    {"exponential", "Exp"},
};

// The node of an op whose operands are its inputs; null for those that take more than one.
const char *nodeOf(ScalarOp op) {
  switch (op) {
  case ScalarOp::Add:
    return "Add";
  case ScalarOp::Sub:
    return "Sub";
  case ScalarOp::Mul:
    return "Mul";
  case ScalarOp::Div:
    return "Div";
  case ScalarOp::Neg:
    return "Neg";
  case ScalarOp::Less:
    return "Less";
  case ScalarOp::LessEqual:
    return "LessOrEqual";
  case ScalarOp::Greater:
    return "Greater";
  case ScalarOp::GreaterEqual:
    return "GreaterOrEqual";
  case ScalarOp::Equal:
    return "Equal";
  case ScalarOp::Select:
    return "Where";
  case ScalarOp::Min:
    return "Min";
  case ScalarOp::Max:
    return "Max";
  case ScalarOp::Pow:
    return "Pow";
  case ScalarOp::Abs:
    return "Abs";
  case ScalarOp::Sign:
    return "Sign";
  case ScalarOp::Exp:
    return "Exp";
  case ScalarOp::Log:
    return "Log";
  case ScalarOp::Sqrt:
    return "Sqrt";
  case ScalarOp::Erf:
    return "Erf";
  case ScalarOp::Tanh:
    return "Tanh";
  case ScalarOp::Sigmoid:
    return "Sigmoid";
  case ScalarOp::Softplus:
    return "Softplus";
  case ScalarOp::Constant:
  case ScalarOp::Variable:
  case ScalarOp::NotEqual:
  case ScalarOp::Expm1:
  case ScalarOp::Log1p:
  case ScalarOp::Rsqrt:
    return nullptr;
  }
  llvm_unreachable("every row of dsl/tables/ScalarOps.def is above");
}

class Writer {
public:
  Writer(Graph &graph, const std::string &x) : graph(graph), x(x) {}

  const std::string &write(const ScalarExpr &expr) {
    auto found = known.find(expr);
    if (found == known.end())
      found = known.emplace(expr, writeNew(expr)).first;
    return found->second;
  }

private:
  std::string writeNew(const ScalarExpr &expr) {
    if (expr.op() == ScalarOp::Constant)
      return graph.scalar(expr.value());
    if (expr.op() == ScalarOp::Variable)
      return x;
    std::vector<std::string> operands;
    for (const ScalarExpr &operand : expr.operands())
      operands.push_back(write(operand));
    switch (expr.op()) {
    case ScalarOp::NotEqual:
      return graph.node("Not", {graph.node("Equal", operands)});
    case ScalarOp::Expm1:
      return graph.node("Sub", {graph.node("Exp", operands), graph.scalar(1)});
    case ScalarOp::Log1p:
      return graph.node("Log", {graph.node("Add", {operands[0], graph.scalar(1)})});
    case ScalarOp::Rsqrt:
      return graph.node("Reciprocal", {graph.node("Sqrt", operands)});
    default:
      return graph.node(nodeOf(expr.op()), operands);
    }
  }

  Graph &graph;
  const std::string &x;
  std::unordered_map<ScalarExpr, std::string, dsl::ScalarExprHash> known;
};

} // namespace

std::string addActivation(Graph &graph, const std::string &activation, const std::string &x) {
  if (activation == "linear")
    return x;
  for (const Operator &each : operators) {
    const std::string withArgument =
        std::string(each.activation) + "(" + std::string(each.argument) + " = ";
    if (activation == each.activation && !each.attribute)
      return graph.node(each.name, {x});
    if (activation == each.activation)
      return graph.node(each.name, {x}, {{each.attribute, each.fallback}});
    if (each.attribute && activation.starts_with(withArgument))
      return graph.node(
          each.name, {x},
          {{each.attribute, std::strtod(activation.c_str() + withArgument.size(), nullptr)}});
  }
  return Writer(graph, x).write(dsl::findActivation(activation)->value);
}

} // namespace nnx::onnx
