// One step of an optimizer, by the assignments of its row in dsl/tables/Optimizers.def.
#include "compiler/interpreter/Reference.h"

#include "dsl/Optimizers.h"
#include "dsl/ScalarProgram.h"

#include <algorithm>
#include <cmath>

namespace nnx::reference {

void prepareNumbers(std::string_view optimizer, Hyperparameters &hyper) {
  const dsl::OptimizerChoice choice = *dsl::parseOptimizerChoice(optimizer);
  for (const dsl::Hyper &each : choice.row->hypers(choice.flags))
    if (!std::isnan(each.start))
      hyper.try_emplace(each.name, each.start);
  for (const dsl::Assignment &number : choice.row->numbers(choice.flags))
    hyper[number.target] = number.value.evaluate(hyper);
}

std::vector<Array> update(std::string_view optimizer, std::vector<Array> state,
                          const Array &gradient, const Hyperparameters &hyper,
                          const Array *squaredNorm) {
  dsl::OptimizerChoice choice = *dsl::parseOptimizerChoice(optimizer);
  // The numbers that a rule reads: weights and slots first, as in `state`.
  std::vector<std::string> names{"w"};
  for (const dsl::OptimizerSlot &slot : choice.row->slots(choice.flags))
    names.push_back(slot.name);
  names.emplace_back("g");
  std::vector<double> values(names.size());
  for (const std::string &name : choice.row->kernelHypers(choice.flags)) {
    names.push_back(name);
    values.push_back(hyper.at(name));
  }
  if (squaredNorm) {
    names.emplace_back("squared_norm");
    values.push_back(squaredNorm->data[0]);
  }

  struct Line {
    size_t target;
    dsl::ScalarProgram value;
  };
  std::vector<Line> lines;
  for (const dsl::Assignment &assignment : choice.row->rule(choice.flags)) {
    auto target = std::find(names.begin(), names.end(), assignment.target) - names.begin();
    lines.push_back({static_cast<size_t>(target), dsl::ScalarProgram(assignment.value, names)});
  }
  for (int64_t i = 0; i < gradient.size(); ++i) {
    for (size_t s = 0; s < state.size(); ++s)
      values[s] = state[s].data[i];
    values[state.size()] = gradient.data[i];
    for (const Line &line : lines)
      values[line.target] = line.value(values);
    for (size_t s = 0; s < state.size(); ++s)
      state[s].data[i] = values[s];
  }
  return state;
}

} // namespace nnx::reference
