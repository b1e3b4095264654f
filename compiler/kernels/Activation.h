// Activations and update rules of the tables as Halide expressions.
#pragma once

#include "compiler/kernels/KernelSpec.h"
#include "dsl/Activations.h"
#include "dsl/Optimizers.h"

#include <Halide.h>
#include <string>
#include <vector>

namespace nnx::kernels {

/// The activation that attribute `activation` of a spec names; throws KernelError if there is none.
class ActivationCode {
public:
  explicit ActivationCode(const KernelSpec &spec);

  /// `none`: value is x, slope is 1.
  bool isNone() const { return none; }
  dsl::ActivationShape shape() const;
  Halide::Expr value(const Halide::Expr &x) const;
  /// The derivative, from the output where the table has that form, else from the input.
  Halide::Expr slope(const Halide::Expr &yOrZ) const;

private:
  std::string name;
  bool none;
};

/// One step of the optimizer that attribute `optimizer` names.
class UpdateRule {
public:
  explicit UpdateRule(const KernelSpec &spec);

  /// The arguments of a kernel before its outputs: the run-time hyperparameters, then `buffers`.
  std::vector<Halide::Argument> inputsOf(const std::vector<Halide::Argument> &buffers) const;
  /// The same behind the number of samples.
  std::vector<Halide::Argument> inputsOf(const Halide::Param<int> &samples,
                                         const std::vector<Halide::Argument> &buffers) const;
  /// Makes weights and state the outputs of `func`, untouched.
  void start(Halide::Func func, const std::vector<Halide::Var> &pure) const;
  /// Adds a stage that updates element `at` of all of them, in place, by `gradient`; `squaredNorm`
  /// where the rule reads it.
  Halide::Stage step(Halide::Func func, const std::vector<Halide::Expr> &at,
                     const Halide::Expr &gradient, const Halide::Expr &squaredNorm = {}) const;
  bool readsNorm() const { return clipsByNorm; }

private:
  void checkOrder(const KernelSpec &spec) const;

  std::vector<Halide::Param<float>> hypers;
  std::vector<std::string> names; // "w", then the slots
  std::vector<dsl::Assignment> rule;
  bool clipsByNorm = false;
};

} // namespace nnx::kernels
