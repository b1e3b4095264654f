// One step of an optimizer, by the assignments of its row in dsl/tables/Optimizers.def.
#include "compiler/interpreter/Reference.h"

#include "dsl/Optimizers.h"
#include "dsl/ScalarProgram.h"

#include <algorithm>

namespace nnx::reference {

std::vector<Array> update(std::string_view optimizer, std::vector<Array> state,
                          const Array &gradient, const Hyperparameters &hyper) {
  dsl::OptimizerChoice choice = *dsl::parseOptimizerChoice(optimizer);
  // The numbers that a rule reads: weights and slots first, as in `state`.
  std::vector<std::string> names{"w"};
  for (const std::string &slot : choice.row->slots(choice.flags))
    names.push_back(slot);
  names.emplace_back("g");
  std::vector<double> values(names.size());
  for (const std::string &name : choice.row->hyperNames(choice.flags)) {
    names.push_back(name);
    values.push_back(hyper.at(name));
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
