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

class StepRunner {
public:
  StepRunner(const CompiledVariant &compiled, int64_t batch, unsigned seed);

  // One step on both sides with new samples; expects that losses, probabilities and parameters
  // agree.
  void step(int64_t samples);

  // The same for an evaluation, which changes no state.
  void evaluate(int64_t samples);

private:
  double startOf(uint32_t argument) const;
  void fill(Array &values, double bound);
  std::vector<Array> makeBatch(int64_t samples);
  void compareOutputs(const std::vector<Array> &results, int64_t samples, const std::string &what);

  const CompiledVariant &compiled;
  int64_t batch;
  std::mt19937 random;
  nnxrt::ThreadPool pool;
  nnxrt::KernelContext context;
  nnxrt::Model model;
  reference::Hyperparameters hyper;
  std::vector<Array> state; // parameters, then slots, on the interpreter's side
};

} // namespace nnx::test
