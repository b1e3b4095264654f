// The pool and its gradient, by plain loops.
#include "KernelReference.h"

namespace nnx::kernels {

void maxPoolForward(Reference &reference) {
  const std::vector<int> window = reference.data().spec().shapeOf("window"),
                         stride = reference.data().spec().shapeOf("stride");
  const std::vector<int> e = reference.in("y").extents();
  reference.forSamples([&](int l, int t) {
    for (int c = 0; c < e[3]; ++c)
      for (int y = 0; y < e[2]; ++y)
        for (int x = 0; x < e[1]; ++x) {
          double best = 0;
          int place = -1;
          for (int w = 0; w < window[0] * window[1]; ++w) {
            const double v = at(reference.in("x"), {l, x * stride[1] + w % window[1],
                                                    y * stride[0] + w / window[1], c, t});
            if (place < 0 || v > best)
              best = v, place = w;
          }
          reference.set("y", {l, x, y, c, t}, best);
          reference.set("argmax", {l, x, y, c, t}, place);
        }
  });
}

void maxPoolGrad(Reference &reference) {
  const std::vector<int> window = reference.data().spec().shapeOf("window"),
                         stride = reference.data().spec().shapeOf("stride");
  auto slope = slopeOf(reference.text("activation"));
  const std::vector<int> e = reference.in("dy").extents(), full = reference.in("dx").extents();
  std::vector<double> &dx = reference.out("dx");
  reference.forSamples([&](int l, int t) {
    for (int c = 0; c < full[3]; ++c) {
      for (int y = 0; y < full[2]; ++y)
        for (int x = 0; x < full[1]; ++x)
          dx[indexOf(full, {l, x, y, c, t})] = 0;
      for (int y = 0; y < e[2]; ++y)
        for (int x = 0; x < e[1]; ++x) {
          const int w = reference.in("argmax").bytes()[indexOf(e, {l, x, y, c, t})];
          dx[indexOf(full, {l, x * stride[1] + w % window[1], y * stride[0] + w / window[1], c,
                            t})] += at(reference.in("dy"), {l, x, y, c, t});
        }
      if (reference.text("activation") != "none")
        for (int y = 0; y < full[2]; ++y)
          for (int x = 0; x < full[1]; ++x)
            dx[indexOf(full, {l, x, y, c, t})] *=
                slope(at(reference.in("y_or_z"), {l, x, y, c, t}));
    }
  });
}

} // namespace nnx::kernels
