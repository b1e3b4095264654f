// The dense layer and its gradients, by plain loops.
#include "KernelReference.h"

namespace nnx::kernels {

void denseForward(Reference &reference) {
  const int inputs = reference.data().spec().intOf("inputs"),
            units = reference.data().spec().intOf("units");
  auto f = activationOf(reference.text("activation"));
  reference.forSamples([&](int l, int t) {
    for (int n = 0; n < units; ++n) {
      double z = at(reference.in("bias"), {n});
      for (int k = 0; k < inputs; ++k)
        z += at(reference.in("x"), {l, k, t}) * at(reference.in("weights"), {n, k});
      reference.set("y", {l, n, t}, f(z));
      if (reference.data().spec().flagOf("saves_input"))
        reference.set("z", {l, n, t}, z);
    }
  });
}

void denseGradWeights(Reference &reference) {
  std::vector<double> gradient(reference.in("weights").size(), 0.0);
  const std::vector<int> &e = reference.in("weights").extents();
  for (int k = 0; k < e[1]; ++k)
    for (int n = 0; n < e[0]; ++n)
      reference.forSamples([&](int l, int t) {
        gradient[indexOf(e, {n, k})] +=
            at(reference.in("dz_transposed"), {n, l, t}) * at(reference.in("x"), {l, k, t});
      });
  reference.update([&](size_t i) { return gradient[i]; }, "weights");
}

void denseGradBias(Reference &reference) {
  std::vector<double> gradient(reference.in("bias").size(), 0.0);
  for (int n = 0; n < reference.in("bias").extents()[0]; ++n)
    reference.forSamples([&](int l, int t) {
      gradient[static_cast<size_t>(n)] += at(reference.in("dz_transposed"), {n, l, t});
    });
  reference.update([&](size_t i) { return gradient[i]; }, "bias");
}

void denseGradInput(Reference &reference) {
  const int inputs = reference.data().spec().intOf("inputs"),
            units = reference.data().spec().intOf("units");
  auto slope = slopeOf(reference.text("activation"));
  reference.forSamples([&](int l, int t) {
    for (int k = 0; k < inputs; ++k) {
      double sum = 0;
      for (int n = 0; n < units; ++n)
        sum += at(reference.in("dz"), {l, n, t}) * at(reference.in("weights"), {n, k});
      if (reference.text("activation") != "none")
        sum *= slope(at(reference.in("y_or_z"), {l, k, t}));
      reference.set("dx", {l, k, t}, sum);
    }
  });
}

void transposeDelta(Reference &reference) {
  const std::vector<int> e = reference.in("dz_transposed").extents();
  for (int n = 0; n < e[0]; ++n)
    reference.forSamples([&](int l, int t) {
      reference.set("dz_transposed", {n, l, t}, at(reference.in("dz"), {l, n, t}));
    });
}

} // namespace nnx::kernels
