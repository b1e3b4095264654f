// The optimizer's step: alone (`update`), and inside the kernels that make a gradient.
#include "compiler/kernels/Activation.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/ScalarToHalide.h"
#include "compiler/kernels/Tensors.h"

namespace nnx::kernels {

using namespace Halide;

UpdateRule::UpdateRule(const KernelSpec &spec) {
  auto choice = dsl::parseOptimizerChoice(spec.textOf("optimizer"));
  if (!choice)
    throw KernelError(spec.text() + ": unknown optimizer");
  for (const std::string &name : choice->row->hyperNames(choice->flags))
    hypers.emplace_back(name);
  names.emplace_back("w");
  for (const std::string &slot : choice->row->slots(choice->flags))
    names.push_back(slot);
  rule = choice->row->rule(choice->flags);
}

std::vector<Argument> UpdateRule::inputsOf(const std::vector<Argument> &buffers) const {
  std::vector<Argument> inputs(hypers.begin(), hypers.end());
  inputs.insert(inputs.end(), buffers.begin(), buffers.end());
  return inputs;
}

std::vector<Argument> UpdateRule::inputsOf(const Param<int> &samples,
                                           const std::vector<Argument> &buffers) const {
  std::vector<Argument> inputs = inputsOf(buffers);
  inputs.insert(inputs.begin(), samples);
  return inputs;
}

void UpdateRule::start(Func func, const std::vector<Var> &pure) const {
  func(pure) = Tuple(std::vector<Expr>(names.size(), undef<float>()));
}

Stage UpdateRule::step(Func func, const std::vector<Expr> &at, const Expr &gradient) const {
  std::vector<Expr> reads;
  for (size_t i = 0; i < names.size(); ++i)
    reads.push_back(names.size() == 1 ? Expr(func(at)) : func(at)[static_cast<int>(i)]);
  const OldElements old(reads);
  std::map<std::string, Expr> values{{"g", gradient}};
  for (size_t i = 0; i < names.size(); ++i)
    values[names[i]] = old[i];
  for (const Param<float> &hyper : hypers)
    values[hyper.name()] = hyper;
  for (const dsl::Assignment &line : rule)
    values[line.target] = toHalide(line.value, values);
  std::vector<Expr> results;
  for (const std::string &name : names)
    results.push_back(values[name]);
  func(at) = old.bind(results);
  return func.update(func.num_update_definitions() - 1);
}

Kernel build_update(const KernelSpec &spec, const KernelTarget &) {
  UpdateRule rule(spec);
  ImageParam gradient = inputBuffer(Float(32), "gradient", {runTime});
  Var i("i"), vector("vector"), inner("inner"), task("task"), inTask("in_task");
  Func weights("weights");
  rule.start(weights, {i});
  Stage step = rule.step(weights, {i}, gradient(i));

  // Rows are padded to 16 floats, so whole vectors fit. 16 kB of each buffer (4 us) make a task.
  constrainOutputs(weights, {runTime});
  step.split(i, vector, inner, 16, TailStrategy::RoundUp)
      .split(vector, task, inTask, 256, TailStrategy::GuardWithIf)
      .vectorize(inner)
      .parallel(task);
  return {Pipeline(weights), rule.inputsOf({gradient})};
}

} // namespace nnx::kernels
