// max_pool, avg_pool and their gradients.
#include "compiler/interpreter/Reference.h"

namespace nnx::reference {
namespace {

// Calls visit(place, iy, ix) for every place of the window at (oy, ox) that lies inside of the
// input.
template <typename Visit>
void forEachPlace(const std::vector<int64_t> &input, const Window &w, int64_t oy, int64_t ox,
                  Visit visit) {
  for (int64_t place = 0; place < w.size[0] * w.size[1]; ++place) {
    int64_t iy = oy * w.stride[0] + place / w.size[1] - w.before[0];
    int64_t ix = ox * w.stride[1] + place % w.size[1] - w.before[1];
    if (iy >= 0 && iy < input[1] && ix >= 0 && ix < input[2])
      visit(place, iy, ix);
  }
}

// Calls visit(b, oy, ox, c) for every element of an image.
template <typename Visit> void forEachElement(const std::vector<int64_t> &shape, Visit visit) {
  for (int64_t b = 0; b < shape[0]; ++b)
    for (int64_t oy = 0; oy < shape[1]; ++oy)
      for (int64_t ox = 0; ox < shape[2]; ++ox)
        for (int64_t c = 0; c < shape[3]; ++c)
          visit(b, oy, ox, c);
}

double placesInside(const std::vector<int64_t> &input, const Window &window, int64_t oy,
                    int64_t ox) {
  double count = 0;
  forEachPlace(input, window, oy, ox, [&](int64_t, int64_t, int64_t) { ++count; });
  return count;
}

} // namespace

Pooled maxPool(const Array &x, const Window &window, std::array<int64_t, 2> places) {
  Array y({x.shape[0], places[0], places[1], x.shape[3]}), argmax(y.shape);
  forEachElement(y.shape, [&](int64_t b, int64_t oy, int64_t ox, int64_t c) {
    bool isFirst = true;
    forEachPlace(x.shape, window, oy, ox, [&](int64_t place, int64_t iy, int64_t ix) {
      double value = x.at(b, iy, ix, c);
      if (isFirst || !(value <= y.at(b, oy, ox, c))) { // so that a NaN does not go by
        y.at(b, oy, ox, c) = value;
        argmax.at(b, oy, ox, c) = static_cast<double>(place);
      }
      isFirst = false;
    });
  });
  return {y, argmax};
}

Array atArgmax(const Array &x, const Array &argmax, const Window &window) {
  Array y(argmax.shape);
  forEachElement(y.shape, [&](int64_t b, int64_t oy, int64_t ox, int64_t c) {
    auto place = static_cast<int64_t>(argmax.at(b, oy, ox, c));
    y.at(b, oy, ox, c) = x.at(b, oy * window.stride[0] + place / window.size[1] - window.before[0],
                              ox * window.stride[1] + place % window.size[1] - window.before[1], c);
  });
  return y;
}

Array maxPoolGrad(const Array &dy, const Array &argmax, const Window &window,
                  std::vector<int64_t> inputShape) {
  Array dx(std::move(inputShape));
  forEachElement(dy.shape, [&](int64_t b, int64_t oy, int64_t ox, int64_t c) {
    auto place = static_cast<int64_t>(argmax.at(b, oy, ox, c));
    dx.at(b, oy * window.stride[0] + place / window.size[1] - window.before[0],
          ox * window.stride[1] + place % window.size[1] - window.before[1], c) +=
        dy.at(b, oy, ox, c);
  });
  return dx;
}

Array avgPool(const Array &x, const Window &window, std::array<int64_t, 2> places) {
  Array y({x.shape[0], places[0], places[1], x.shape[3]});
  forEachElement(y.shape, [&](int64_t b, int64_t oy, int64_t ox, int64_t c) {
    double sum = 0;
    forEachPlace(x.shape, window, oy, ox,
                 [&](int64_t, int64_t iy, int64_t ix) { sum += x.at(b, iy, ix, c); });
    y.at(b, oy, ox, c) = sum / placesInside(x.shape, window, oy, ox);
  });
  return y;
}

Array avgPoolGrad(const Array &dy, const Window &window, std::vector<int64_t> inputShape) {
  Array dx(std::move(inputShape));
  forEachElement(dy.shape, [&](int64_t b, int64_t oy, int64_t ox, int64_t c) {
    double share = dy.at(b, oy, ox, c) / placesInside(dx.shape, window, oy, ox);
    forEachPlace(dx.shape, window, oy, ox,
                 [&](int64_t, int64_t iy, int64_t ix) { dx.at(b, iy, ix, c) += share; });
  });
  return dx;
}

} // namespace nnx::reference
