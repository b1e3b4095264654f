// Activations of one number and the sum of two arrays, element by element.
#include "compiler/interpreter/Reference.h"

#include "dsl/Activations.h"
#include "dsl/ScalarProgram.h"

namespace nnx::reference {

Array activation(std::string_view kind, const Array &x) {
  dsl::ScalarProgram value(dsl::findActivation(kind)->value, {"x"});
  Array y(x.shape);
  for (int64_t i = 0; i < x.size(); ++i)
    y.data[i] = value(x.data[i]);
  return y;
}

Array activationGrad(std::string_view kind, const Array &dy, const Array &saved) {
  const dsl::ActivationRow &row = *dsl::findActivation(kind);
  dsl::ScalarProgram derivative = row.derivativeOfOutput
                                      ? dsl::ScalarProgram(*row.derivativeOfOutput, {"y"})
                                      : dsl::ScalarProgram(row.derivative, {"x"});
  Array dx(dy.shape);
  for (int64_t i = 0; i < dy.size(); ++i)
    dx.data[i] = dy.data[i] * derivative(saved.data[i]);
  return dx;
}

} // namespace nnx::reference
