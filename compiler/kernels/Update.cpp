// The optimizer's step: alone (`update`), and inside the kernels that make a gradient.
#include "compiler/kernels/Activation.h"
#include "compiler/kernels/GpuSchedule.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/ScalarToHalide.h"
#include "compiler/kernels/Tensors.h"

#include <set>

namespace nnx::kernels {

using namespace Halide;

UpdateRule::UpdateRule(const KernelSpec &spec) {
  auto choice = dsl::parseOptimizerChoice(spec.textOf("optimizer"));
  if (!choice)
    throw KernelError(spec.text() + ": unknown optimizer");
  for (const std::string &name : choice->row->kernelHypers(choice->flags))
    hypers.emplace_back(name);
  names.emplace_back("w");
  for (const dsl::OptimizerSlot &slot : choice->row->slots(choice->flags))
    names.push_back(slot.name);
  rule = choice->row->rule(choice->flags);
  clipsByNorm = choice->row->readsNorm(choice->flags);
  checkOrder(spec);
}

// The elements are stored one after another, and Halide does not see all that their values read
// (OldElements): what is made of another element must be stored before it.
void UpdateRule::checkOrder(const KernelSpec &spec) const {
  std::map<std::string, std::set<std::string>> madeOf;
  for (const std::string &name : names)
    madeOf[name] = {name};
  for (const dsl::Assignment &line : rule) {
    std::set<std::string> parts;
    for (const std::string &read : line.value.variables())
      parts.insert(madeOf[read].begin(), madeOf[read].end());
    madeOf[line.target] = std::move(parts);
  }
  for (size_t later = 1; later < names.size(); ++later)
    for (size_t earlier = 0; earlier < later; ++earlier)
      if (madeOf[names[later]].count(names[earlier]))
        throw KernelError(spec.text() + ": `" + names[later] + "` is made of `" + names[earlier] +
                          "`, so it must stand before it");
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

Stage UpdateRule::step(Func func, const std::vector<Expr> &at, const Expr &gradient,
                       const Expr &squaredNorm) const {
  std::vector<Expr> reads;
  for (size_t i = 0; i < names.size(); ++i)
    reads.push_back(names.size() == 1 ? Expr(func(at)) : func(at)[static_cast<int>(i)]);
  const OldElements old(reads);
  if (clipsByNorm && !squaredNorm.defined())
    throw KernelError("the optimizer needs the norm of the gradient before it updates");
  std::map<std::string, Expr> values{{"g", gradient}, {"squared_norm", squaredNorm}};
  for (size_t i = 0; i < names.size(); ++i)
    values[names[i]] = old[i];
  for (const Param<float> &hyper : hypers)
    values[hyper.name()] = hyper;
  for (const dsl::Assignment &line : rule)
    values[line.target] = toHalide(line.value, values);
  std::vector<Expr> results;
  for (const std::string &name : names)
    results.push_back(values[name]);
  // Halide takes a stage that reads nothing of its own for a mistake, and warns.
  if (rule.size() == 1 && !rule[0].value.variables().count("w"))
    results[0] = select(Internal::const_false(), old[0], results[0]);
  func(at) = old.bind(results);
  return func.update(func.num_update_definitions() - 1);
}

Kernel build_update(const KernelSpec &spec, const KernelTarget &target) {
  UpdateRule rule(spec);
  ImageParam gradient = inputBuffer(Float(32), "gradient", {runTime});
  Var i("i"), vector("vector"), inner("inner"), task("task"), inTask("in_task");
  Func weights("weights");
  rule.start(weights, {i});
  ImageParam squaredNorm = inputBuffer(Float(32), "squared_norm", {runTime});
  std::vector<Argument> inputs{gradient};
  if (rule.readsNorm())
    inputs.emplace_back(squaredNorm);
  Stage step =
      rule.step(weights, {i}, gradient(i), rule.readsNorm() ? Expr(squaredNorm(0)) : Expr());

  // Rows are padded to 16 floats, so whole vectors fit. 16 kB of each buffer (4 us) make a task.
  constrainOutputs(weights, {runTime});
  if (target.isGpu()) {
    updateOnThreads(weights, {i}, {});
    return {Pipeline(weights), rule.inputsOf(inputs)};
  }
  step.split(i, vector, inner, 16, TailStrategy::RoundUp)
      .split(vector, task, inTask, 256, TailStrategy::GuardWithIf)
      .vectorize(inner)
      .parallel(task);
  return {Pipeline(weights), rule.inputsOf(inputs)};
}

} // namespace nnx::kernels
