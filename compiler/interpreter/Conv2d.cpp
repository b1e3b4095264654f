// conv2d and its gradients. All three visit the same terms of the same sum, so the visit stands
// once.
#include "compiler/interpreter/Reference.h"

namespace nnx::reference {

// Calls term(b, oy, ox, iy, ix, ky, kx) for every element of the window that lies on the input.
template <typename Term>
static void forEachTerm(const std::vector<int64_t> &input, const std::vector<int64_t> &output,
                        const Window &w, Term term) {
  for (int64_t b = 0; b < input[0]; ++b)
    for (int64_t oy = 0; oy < output[1]; ++oy)
      for (int64_t ox = 0; ox < output[2]; ++ox)
        for (int64_t ky = 0; ky < w.size[0]; ++ky)
          for (int64_t kx = 0; kx < w.size[1]; ++kx) {
            int64_t iy = oy * w.stride[0] + ky * w.dilation[0] - w.before[0];
            int64_t ix = ox * w.stride[1] + kx * w.dilation[1] - w.before[1];
            if (iy >= 0 && iy < input[1] && ix >= 0 && ix < input[2])
              term(b, oy, ox, iy, ix, ky, kx);
          }
}

Array conv2d(const Array &x, const Array &weights, const Array *bias, const Window &window,
             std::array<int64_t, 2> places) {
  int64_t inputs = weights.shape[2], filters = weights.shape[3];
  Array y({x.shape[0], places[0], places[1], filters});
  if (bias)
    for (int64_t i = 0; i < y.size(); ++i)
      y.data[i] = bias->data[i % filters];
  forEachTerm(x.shape, y.shape, window,
              [&](auto b, auto oy, auto ox, auto iy, auto ix, auto ky, auto kx) {
                for (int64_t ci = 0; ci < inputs; ++ci)
                  for (int64_t co = 0; co < filters; ++co)
                    y.at(b, oy, ox, co) += x.at(b, iy, ix, ci) * weights.at(ky, kx, ci, co);
              });
  return y;
}

Array conv2dGradInput(const Array &dy, const Array &weights, const Window &window,
                      std::vector<int64_t> inputShape) {
  int64_t inputs = weights.shape[2], filters = weights.shape[3];
  Array dx(std::move(inputShape));
  forEachTerm(dx.shape, dy.shape, window,
              [&](auto b, auto oy, auto ox, auto iy, auto ix, auto ky, auto kx) {
                for (int64_t ci = 0; ci < inputs; ++ci)
                  for (int64_t co = 0; co < filters; ++co)
                    dx.at(b, iy, ix, ci) += dy.at(b, oy, ox, co) * weights.at(ky, kx, ci, co);
              });
  return dx;
}

Array conv2dGradWeights(const Array &x, const Array &dy, const Window &window) {
  int64_t inputs = x.shape[3], filters = dy.shape[3];
  Array dweights({window.size[0], window.size[1], inputs, filters});
  forEachTerm(x.shape, dy.shape, window,
              [&](auto b, auto oy, auto ox, auto iy, auto ix, auto ky, auto kx) {
                for (int64_t ci = 0; ci < inputs; ++ci)
                  for (int64_t co = 0; co < filters; ++co)
                    dweights.at(ky, kx, ci, co) += x.at(b, iy, ix, ci) * dy.at(b, oy, ox, co);
              });
  return dweights;
}

Array gradBias(const Array &dy) {
  Array dbias({dy.shape.back()});
  for (int64_t i = 0; i < dy.size(); ++i)
    dbias.data[i % dbias.size()] += dy.data[i];
  return dbias;
}

} // namespace nnx::reference
