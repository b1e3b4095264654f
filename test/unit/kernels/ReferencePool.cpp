// The pools and their gradients, by plain loops.
#include "KernelReference.h"

#include "compiler/kernels/Pool.h"

namespace nnx::kernels {
namespace {

// Calls body(place, x, y) for every place of window (px, py) inside of the input.
template <typename Body> void forPlaces(const PoolGeometry &g, int px, int py, Body body) {
  for (int w = 0; w < g.windowH * g.windowW; ++w) {
    const int x = px * g.strideW + w % g.windowW - g.padLeft,
              y = py * g.strideH + w / g.windowW - g.padTop;
    if (x >= 0 && x < g.width && y >= 0 && y < g.height)
      body(w, x, y);
  }
}

// Calls body(l, px, py, c, t) for every output.
template <typename Body> void forOutputs(Reference &reference, const PoolGeometry &g, Body body) {
  reference.forSamples([&](int l, int t) {
    for (int c = 0; c < g.channels; ++c)
      for (int py = 0; py < g.outHeight; ++py)
        for (int px = 0; px < g.outWidth; ++px)
          body(l, px, py, c, t);
  });
}

// Calls body(element, l, x, y, c, t) for every element of dx.
template <typename Body> void forInputs(Reference &reference, const PoolGeometry &g, Body body) {
  std::vector<double> &dx = reference.out("dx");
  reference.forSamples([&](int l, int t) {
    for (int c = 0; c < g.channels; ++c)
      for (int y = 0; y < g.height; ++y)
        for (int x = 0; x < g.width; ++x)
          body(dx[indexOf(reference.in("dx").extents(), {l, x, y, c, t})], l, x, y, c, t);
  });
}

void clear(Reference &reference, const PoolGeometry &g) {
  forInputs(reference, g, [](double &element, int, int, int, int, int) { element = 0; });
}

int countOf(const PoolGeometry &g, int px, int py) {
  int count = 0;
  forPlaces(g, px, py, [&](int, int, int) { ++count; });
  return count;
}

} // namespace

void maxPoolForward(Reference &reference) {
  const PoolGeometry g(reference.data().spec());
  forOutputs(reference, g, [&](int l, int px, int py, int c, int t) {
    double best = 0;
    int place = -1;
    forPlaces(g, px, py, [&](int w, int x, int y) {
      const double v = at(reference.in("x"), {l, x, y, c, t});
      if (place < 0 || v > best)
        best = v, place = w;
    });
    reference.set("y", {l, px, py, c, t}, best);
    reference.set("argmax", {l, px, py, c, t}, place);
  });
}

namespace {

void scatter(Reference &reference, const PoolGeometry &g) {
  clear(reference, g);
  std::vector<double> &dx = reference.out("dx");
  const std::vector<int> e = reference.in("dy").extents(), full = reference.in("dx").extents();
  forOutputs(reference, g, [&](int l, int px, int py, int c, int t) {
    const int w = reference.in("argmax").bytes()[indexOf(e, {l, px, py, c, t})];
    forPlaces(g, px, py, [&](int place, int x, int y) {
      if (place == w)
        dx[indexOf(full, {l, x, y, c, t})] += at(reference.in("dy"), {l, px, py, c, t});
    });
  });
}

} // namespace

void maxPoolGrad(Reference &reference) {
  const PoolGeometry g(reference.data().spec());
  scatter(reference, g);
  if (reference.text("activation") == "none")
    return;
  auto slope = slopeOf(reference.text("activation"));
  forInputs(reference, g, [&](double &element, int l, int x, int y, int c, int t) {
    element *= slope(at(reference.in("y_or_z"), {l, x, y, c, t}));
  });
}

void maxPoolSoftmaxGrad(Reference &reference) {
  const PoolGeometry g(reference.data().spec());
  scatter(reference, g);
  std::vector<double> &dx = reference.out("dx");
  const std::vector<double> dy = dx;
  const std::vector<int> full = reference.in("dx").extents();
  forInputs(reference, g, [&](double &element, int l, int x, int y, int c, int t) {
    double sum = 0;
    for (int m = 0; m < g.channels; ++m)
      sum += dy[indexOf(full, {l, x, y, m, t})] * at(reference.in("y"), {l, x, y, m, t});
    element = at(reference.in("y"), {l, x, y, c, t}) * (dy[indexOf(full, {l, x, y, c, t})] - sum);
  });
}

void avgPoolForward(Reference &reference) {
  const PoolGeometry g(reference.data().spec());
  forOutputs(reference, g, [&](int l, int px, int py, int c, int t) {
    double sum = 0;
    forPlaces(g, px, py, [&](int, int x, int y) { sum += at(reference.in("x"), {l, x, y, c, t}); });
    reference.set("y", {l, px, py, c, t}, sum / countOf(g, px, py));
  });
}

void avgPoolGrad(Reference &reference) {
  const PoolGeometry g(reference.data().spec());
  clear(reference, g);
  std::vector<double> &dx = reference.out("dx");
  const std::vector<int> full = reference.in("dx").extents();
  forOutputs(reference, g, [&](int l, int px, int py, int c, int t) {
    forPlaces(g, px, py, [&](int, int x, int y) {
      dx[indexOf(full, {l, x, y, c, t})] +=
          at(reference.in("dy"), {l, px, py, c, t}) / countOf(g, px, py);
    });
  });
}

} // namespace nnx::kernels
