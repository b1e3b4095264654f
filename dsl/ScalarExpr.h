// Scalar expressions: immutable trees over named numbers. Activations, their derivatives and the
// update rules of optimizers are such trees; kernels, interpreter and tests all read them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace nnx::dsl {

/// Less to NotEqual are conditions: they stand only as the first operand of Select.
enum class ScalarOp : uint8_t {
  Constant,
  Variable,
  Add,
  Sub,
  Mul,
  Div,
  Neg,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Equal,
  NotEqual,
  Select, ///< condition, value if true, value if false
#define NNX_SCALAR_FUNCTION(op, name, arity) op,
#include "dsl/tables/ScalarOps.def"
};

struct ScalarFunction {
  ScalarOp op;
  std::string_view name;
  unsigned arity;
};

/// The named functions of tables/ScalarOps.def.
const std::vector<ScalarFunction> &scalarFunctions();

constexpr bool isCondition(ScalarOp op) {
  return op >= ScalarOp::Less && op <= ScalarOp::NotEqual;
}

/// A handle to an immutable node. There is one node for each distinct tree, kept for the life of
/// the process, so that copies and comparisons cost nothing; any number of threads may build.
class ScalarExpr {
public:
  ScalarExpr(double value);
  static ScalarExpr variable(std::string name);
  /// A node of any other kind. The number and kind of operands must fit the op.
  static ScalarExpr make(ScalarOp op, std::vector<ScalarExpr> operands);

  ScalarOp op() const;
  /// Of a Constant.
  double value() const;
  /// Of a Variable.
  const std::string &name() const;
  const std::vector<ScalarExpr> &operands() const;
  const ScalarExpr &operand(size_t i) const { return operands()[i]; }

  bool isConstant() const { return op() == ScalarOp::Constant; }
  bool isConstant(double v) const { return isConstant() && value() == v; }
  /// Equal trees have the same node.
  bool operator==(const ScalarExpr &other) const = default;
  size_t hash() const;

  std::set<std::string> variables() const;
  /// Canonical text: parses back to an equal tree; constants keep every bit.
  std::string text() const;
  /// In double precision. Throws std::out_of_range for a variable without a value. For many
  /// evaluations build a ScalarProgram.
  double evaluate(const std::map<std::string, double> &values) const;
  ScalarExpr substitute(const std::map<std::string, ScalarExpr> &values) const;

private:
  struct Node;
  static const Node *unique(Node n);
  explicit ScalarExpr(const Node *n) : node(n) {}
  const Node *node;
};

ScalarExpr operator+(const ScalarExpr &a, const ScalarExpr &b);
ScalarExpr operator-(const ScalarExpr &a, const ScalarExpr &b);
ScalarExpr operator*(const ScalarExpr &a, const ScalarExpr &b);
ScalarExpr operator/(const ScalarExpr &a, const ScalarExpr &b);
ScalarExpr operator-(const ScalarExpr &a);
ScalarExpr select(const ScalarExpr &condition, const ScalarExpr &ifTrue, const ScalarExpr &ifFalse);
/// A call of a named function, such as call(ScalarOp::Exp, {x}).
ScalarExpr call(ScalarOp op, std::initializer_list<ScalarExpr> operands);

/// For tables over subtrees; equal trees count once.
struct ScalarExprHash {
  size_t operator()(const ScalarExpr &e) const { return e.hash(); }
};

} // namespace nnx::dsl
