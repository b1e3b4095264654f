// Meaning of scalar expressions in double precision.
#include "dsl/ScalarProgram.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>
#include <unordered_map>

namespace nnx::dsl {
namespace {

double apply(ScalarOp op, double a, double b, double c) {
  switch (op) {
  case ScalarOp::Add:
    return a + b;
  case ScalarOp::Sub:
    return a - b;
  case ScalarOp::Mul:
    return a * b;
  case ScalarOp::Div:
    return a / b;
  case ScalarOp::Neg:
    return -a;
  case ScalarOp::Less:
    return a < b;
  case ScalarOp::LessEqual:
    return a <= b;
  case ScalarOp::Greater:
    return a > b;
  case ScalarOp::GreaterEqual:
    return a >= b;
  case ScalarOp::Equal:
    return a == b;
  case ScalarOp::NotEqual:
    return a != b;
  case ScalarOp::Select:
    return a != 0 ? b : c;
  case ScalarOp::Min:
    return std::isnan(a) || a < b ? a : b;
  case ScalarOp::Max:
    return std::isnan(a) || a > b ? a : b;
  case ScalarOp::Pow:
    return std::pow(a, b);
  case ScalarOp::Abs:
    return std::fabs(a);
  case ScalarOp::Sign:
    return a > 0 ? 1 : a < 0 ? -1 : a;
  case ScalarOp::Exp:
    return std::exp(a);
  case ScalarOp::Expm1:
    return std::expm1(a);
  case ScalarOp::Log:
    return std::log(a);
  case ScalarOp::Log1p:
    return std::log1p(a);
  case ScalarOp::Sqrt:
    return std::sqrt(a);
  case ScalarOp::Rsqrt:
    return 1 / std::sqrt(a);
  case ScalarOp::Erf:
    return std::erf(a);
  case ScalarOp::Tanh:
    return std::tanh(a);
  case ScalarOp::Sigmoid:
    return 1 / (1 + std::exp(-a));
  case ScalarOp::Softplus:
    return (a > 0 ? a : 0) + std::log1p(std::exp(-std::fabs(a)));
  case ScalarOp::Constant:
  case ScalarOp::Variable:
    break;
  }
  throw std::logic_error("a leaf has no operation");
}

} // namespace

ScalarProgram::ScalarProgram(const ScalarExpr &e, const std::vector<std::string> &inputs) {
  std::unordered_map<ScalarExpr, uint32_t, ScalarExprHash> places;
  std::function<uint32_t(const ScalarExpr &)> visit = [&](const ScalarExpr &part) -> uint32_t {
    if (const auto known = places.find(part); known != places.end())
      return known->second;
    Step step{part.op(), {0, 0, 0}, part.value()};
    if (part.op() == ScalarOp::Variable) {
      const auto input = std::find(inputs.begin(), inputs.end(), part.name());
      if (input == inputs.end())
        throw std::out_of_range("no value for '" + part.name() + "'");
      step.operands[0] = uint32_t(input - inputs.begin());
    }
    for (size_t i = 0; i < part.operands().size(); ++i)
      step.operands[i] = visit(part.operand(i));
    steps.push_back(step);
    return places[part] = uint32_t(steps.size() - 1);
  };
  visit(e);
}

double ScalarProgram::operator()(std::span<const double> values) const {
  constexpr size_t most = 64;
  double few[most] = {};
  std::vector<double> many(steps.size() > most ? steps.size() : 0);
  double *results = many.empty() ? few : many.data();
  for (size_t i = 0; i < steps.size(); ++i) {
    const Step &s = steps[i];
    if (s.op == ScalarOp::Constant)
      results[i] = s.constant;
    else if (s.op == ScalarOp::Variable)
      results[i] = values[s.operands[0]];
    else // unused operands name step 0, which is always a leaf
      results[i] =
          apply(s.op, results[s.operands[0]], results[s.operands[1]], results[s.operands[2]]);
  }
  return results[steps.size() - 1];
}

} // namespace nnx::dsl
