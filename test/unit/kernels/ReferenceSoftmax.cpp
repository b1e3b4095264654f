// Softmax and losses by plain loops.
#include "KernelReference.h"

#include "dsl/Losses.h"

#include <algorithm>
#include <cmath>

namespace nnx::kernels {

// Over n of (l, n, t) or c of (l, x, y, c, t): both are (inside, n, t), inside a multiple of 16.
void softmax(Reference &reference) {
  const bool forward = reference.data().spec().kind == "softmax_forward";
  const std::vector<int> e = reference.in(forward ? "x" : "y").extents();
  const int inside = e.size() == 3 ? 16 : 16 * e[1] * e[2], n = e[e.size() - 2];
  for (int t = 0; t < e.back(); ++t)
    for (int i = 0; i < inside; ++i) {
      auto index = [&](int m) { return size_t(i) + size_t(inside) * size_t(m + n * t); };
      if (i % 16 + 16 * t >= reference.samples())
        continue;
      double most = -1e300, sum = 0;
      for (int m = 0; m < n; ++m)
        if (forward)
          most = std::max(most, double(reference.in("x").floats()[index(m)]));
      for (int m = 0; m < n; ++m)
        sum += forward ? std::exp(reference.in("x").floats()[index(m)] - most)
                       : double(reference.in("dy").floats()[index(m)]) *
                             reference.in("y").floats()[index(m)];
      for (int m = 0; m < n; ++m)
        if (forward)
          reference.out("y")[index(m)] =
              std::exp(reference.in("x").floats()[index(m)] - most) / sum;
        else
          reference.out("dx")[index(m)] =
              reference.in("y").floats()[index(m)] * (reference.in("dy").floats()[index(m)] - sum);
    }
}

void softmaxCrossEntropy(Reference &reference) {
  const int classes = reference.data().spec().intOf("classes");
  const bool gradient = reference.data().spec().flagOf("gradient");
  const double smoothing = reference.data().spec().realOf("label_smoothing");
  for (int t = 0; t < reference.data().tiles(); ++t)
    for (int l = 0; l < 16; ++l) {
      const bool isSample = 16 * t + l < reference.samples();
      const int label = reference.in("labels").ints()[l + 16 * t];
      double most = -1e300, sum = 0, wanted = 0;
      auto share = [&](int n) { return (n == label ? 1 - smoothing : 0) + smoothing / classes; };
      for (int n = 0; n < classes; ++n)
        most = std::max(most, at(reference.in("x"), {l, n, t}));
      for (int n = 0; n < classes; ++n) {
        sum += std::exp(at(reference.in("x"), {l, n, t}) - most);
        wanted += share(n) * (at(reference.in("x"), {l, n, t}) - most);
      }
      reference.set("loss", {l, t}, isSample ? std::log(sum) - wanted : 0);
      for (int n = 0; n < classes; ++n) {
        const double p = std::exp(at(reference.in("x"), {l, n, t}) - most) / sum;
        reference.set("probabilities", {l, n, t}, isSample ? p : 0);
        if (gradient)
          reference.set("dx", {l, n, t}, isSample ? (p - share(n)) / reference.samples() : 0);
      }
    }
}

void elementwiseLoss(Reference &reference) {
  const KernelSpec &spec = reference.data().spec();
  const int outputs = spec.intOf("outputs");
  const dsl::LossRow &loss = *dsl::findLoss(spec.textOf("loss"));
  for (int t = 0; t < reference.data().tiles(); ++t)
    for (int l = 0; l < 16; ++l) {
      const bool isSample = 16 * t + l < reference.samples();
      double sum = 0;
      for (int n = 0; n < outputs; ++n) {
        const double target = spec.flagOf("targets") ? at(reference.in("targets"), {l, n, t})
                              : reference.in("labels").ints()[l + 16 * t] == n ? 1
                                                                               : 0;
        const std::map<std::string, double> values{{"y", at(reference.in("x"), {l, n, t})},
                                                   {"t", target}};
        sum += loss.value->evaluate(values);
        reference.set("predictions", {l, n, t}, isSample ? values.at("y") : 0);
        if (spec.flagOf("gradient"))
          reference.set("dx", {l, n, t},
                        isSample ? loss.derivative->evaluate(values) / outputs / reference.samples()
                                 : 0);
      }
      reference.set("loss", {l, t}, isSample ? sum / outputs : 0);
    }
}

} // namespace nnx::kernels
