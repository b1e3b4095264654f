// max_pool and its gradient.
#include "compiler/interpreter/Reference.h"

namespace nnx::reference {

Pooled maxPool(const Array &x, const Window &window, std::array<int64_t, 2> places) {
  Array y({x.shape[0], places[0], places[1], x.shape[3]}), argmax(y.shape);
  for (int64_t b = 0; b < y.shape[0]; ++b)
    for (int64_t oy = 0; oy < y.shape[1]; ++oy)
      for (int64_t ox = 0; ox < y.shape[2]; ++ox)
        for (int64_t c = 0; c < y.shape[3]; ++c)
          for (int64_t place = 0; place < window.size[0] * window.size[1]; ++place) {
            double value = x.at(b, oy * window.stride[0] + place / window.size[1],
                                ox * window.stride[1] + place % window.size[1], c);
            double best = y.at(b, oy, ox, c);
            if (place == 0 || !(value <= best)) { // so that a NaN does not go by
              y.at(b, oy, ox, c) = value;
              argmax.at(b, oy, ox, c) = static_cast<double>(place);
            }
          }
  return {y, argmax};
}

Array maxPoolGrad(const Array &dy, const Array &argmax, const Window &window,
                  std::vector<int64_t> inputShape) {
  Array dx(std::move(inputShape));
  for (int64_t b = 0; b < dy.shape[0]; ++b)
    for (int64_t oy = 0; oy < dy.shape[1]; ++oy)
      for (int64_t ox = 0; ox < dy.shape[2]; ++ox)
        for (int64_t c = 0; c < dy.shape[3]; ++c) {
          auto place = static_cast<int64_t>(argmax.at(b, oy, ox, c));
          dx.at(b, oy * window.stride[0] + place / window.size[1],
                ox * window.stride[1] + place % window.size[1], c) += dy.at(b, oy, ox, c);
        }
  return dx;
}

} // namespace nnx::reference
