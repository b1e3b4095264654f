// A compiled network and the interpreter side by side: steps and evaluations of both on the same
// random samples. Lanes past the last sample hold NaN.
#pragma once

#include "CompiledVariant.h"

#include "compiler/interpreter/Reference.h"
#include "runtime/device/KernelContext.h"
#include "runtime/train/ThreadPool.h"

#include <random>
#include <string>
#include <vector>

namespace nnx::test {

// What the two sides may differ by, beside the rounding of floats: Spread adds 30 times what the
// interpreter's own numbers change by when each weight is disturbed by half a float's last bit.
enum class Allowance { Rounding, Spread };

class StepRunner {
public:
  StepRunner(const CompiledVariant &compiled, int64_t batch, unsigned seed,
             Allowance allowance = Allowance::Rounding);

  // One step on both sides with new samples: losses, probabilities and parameters are compared.
  void step(int64_t samples) { stepOn(makeBatch(samples)); }

  // The same for an evaluation, which changes no state.
  void evaluate(int64_t samples) { evaluateOn(makeBatch(samples)); }

  // The same with given samples (sample, y, x, channel) and labels or targets.
  void stepOn(const std::vector<Array> &batchArguments);
  void evaluateOn(const std::vector<Array> &batchArguments);

  // Of the last step or evaluation.
  double loss(int64_t sample) { return model.loss(sample); }

  // Arrays that did not agree so far, with their worst elements.
  const std::vector<std::string> &differences() const { return found; }

private:
  struct Sides {
    std::vector<Array> results, disturbed; // the second is empty without Allowance::Spread
  };

  double startOf(uint32_t argument) const;
  void fill(Array &values, double bound);
  std::vector<Array> makeBatch(int64_t samples);
  void load(const std::vector<Array> &batchArguments);
  void disturb(std::vector<Array> &values);
  void compareOutputs(const Sides &sides, int64_t samples, const std::string &what);
  void compare(const Sides &sides, size_t result, const std::vector<float> &values,
               const std::string &what);

  const CompiledVariant &compiled;
  int64_t batch;
  std::mt19937 random;
  nnxrt::ThreadPool pool;
  nnxrt::KernelContext context;
  nnxrt::Model model;
  reference::Hyperparameters hyper;
  Allowance allowance;
  std::vector<Array> state;     // parameters, then slots, on the interpreter's side
  std::vector<Array> disturbed; // the same of the training that was disturbed at its start
  std::vector<std::string> found;
};

} // namespace nnx::test
