// Losses of one output and its target, and their gradients.
#include "compiler/interpreter/Reference.h"

#include "dsl/Losses.h"
#include "dsl/ScalarProgram.h"

#include <array>

namespace nnx::reference {
namespace {

// Calls `visit` with (sample, output, value of the tree there).
template <typename Visit>
void forEachOutput(const dsl::ScalarExpr &tree, const Array &x, const Array &targets, Visit visit) {
  const dsl::ScalarProgram program(tree, {"y", "t"});
  const bool areLabels = targets.shape.size() == 1;
  for (int64_t b = 0; b < x.shape[0]; ++b)
    for (int64_t n = 0; n < x.shape[1]; ++n) {
      const double target = !areLabels                                 ? targets.at(b, n)
                            : static_cast<int64_t>(targets.at(b)) == n ? 1.0
                                                                       : 0.0;
      visit(b, n, program(std::array{x.at(b, n), target}));
    }
}

} // namespace

Array elementwiseLoss(std::string_view kind, const Array &x, const Array &targets) {
  Array loss({x.shape[0]});
  const auto outputs = static_cast<double>(x.shape[1]);
  forEachOutput(*dsl::findLoss(kind)->value, x, targets,
                [&](int64_t b, int64_t, double value) { loss.at(b) += value / outputs; });
  return loss;
}

Array elementwiseLossGrad(std::string_view kind, const Array &x, const Array &targets) {
  Array dx(x.shape);
  const auto count = static_cast<double>(x.size());
  forEachOutput(*dsl::findLoss(kind)->derivative, x, targets,
                [&](int64_t b, int64_t n, double value) { dx.at(b, n) = value / count; });
  return dx;
}

} // namespace nnx::reference
