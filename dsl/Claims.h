// Checks what an experiment claims (`expect`) and makes it ready to be decided after training.
#pragma once

#include "dsl/Evaluate.h"

namespace nnx::dsl {

class ClaimReader {
public:
  // The points of `experiment` carry their references already.
  ClaimReader(const Experiment &experiment, const Dataset &dataset, const File &file,
              const Scope &globals, DiagnosticSink &sink)
      : experiment(experiment), dataset(dataset), file(file), globals(globals), sink(sink) {}

  // Nothing after a report.
  std::optional<Claim> read(const ClaimNode &node);

private:
  enum class Kind : uint8_t {
    number,
    truth,
    label,  // of an axis, or an axis whose values are not all numbers
    figures // a metric with a value for each repeat
  };
  struct Typed {
    ClaimExpr expr;
    Kind kind{};
  };
  struct Wrong {}; // thrown after a report

  Typed check(const Expr &expr);
  Typed checkName(const Expr &expr);
  Typed checkMetric(const Expr &expr, std::string_view name);
  Typed checkCall(const Expr &expr);
  Typed checkOperation(const Expr &expr);
  Typed checkEqual(const Expr &expr);
  // An operand of `kind`; reports another one.
  ClaimExpr checkOperand(const Expr &expr, std::string_view op, Kind kind);
  std::vector<int> pointsOf(const ClaimNode &node, const ClaimExpr &condition);
  const Axis *findAxis(std::string_view name) const;
  std::vector<std::string> knownNames() const;

  const Experiment &experiment;
  const Dataset &dataset; // that it trains on
  const File &file;
  const Scope &globals;
  DiagnosticSink &sink;
};

} // namespace nnx::dsl
