// The convolution and its gradients, by plain loops.
#include "KernelReference.h"

#include "compiler/kernels/Conv2d.h"
#include "dsl/Activations.h"

#include <algorithm>
#include <cmath>

namespace nnx::kernels {

namespace {

double sumAt(Reference &reference, const Conv2dGeometry &g, int l, int x, int y, int c, int t) {
  double z = at(reference.in("bias"), {c});
  for (int ci = 0; ci < g.channels; ++ci)
    for (int ky = 0; ky < g.kernelH; ++ky)
      for (int kx = 0; kx < g.kernelW; ++kx)
        z += at(reference.in("x"), {l, x * g.strideW + kx * g.dilationW - g.padLeft,
                                    y * g.strideH + ky * g.dilationH - g.padTop, ci, t}) *
             at(reference.in("weights"), {c, kx, ky, ci});
  return z;
}

} // namespace

// An activation that rises everywhere or saturates pools its input, any other its output.
void conv2dForward(Reference &reference) {
  const Conv2dGeometry g(reference.data().spec());
  const std::string &name = reference.text("activation");
  auto f = activationOf(name);
  const bool rises = dsl::findActivation(name)->shape == dsl::ActivationShape::Increasing;
  reference.forSamples([&](int l, int t) {
    for (int c = 0; c < g.filters; ++c)
      for (int py = 0; py < g.pooledHeight; ++py)
        for (int px = 0; px < g.pooledWidth; ++px) {
          double best = 0;
          int place = -1;
          for (int w = 0; w < g.poolH * g.poolW; ++w) {
            const double z = sumAt(reference, g, l, px * g.poolW + w % g.poolW,
                                   py * g.poolH + w / g.poolW, c, t);
            if (place < 0 || (rises ? z > best : f(z) > f(best)))
              best = z, place = w;
          }
          reference.set("y", {l, px, py, c, t}, f(best));
          if (g.isPooled)
            reference.set("argmax", {l, px, py, c, t}, place);
          if (reference.data().spec().flagOf("saves_input"))
            reference.set("z", {l, px, py, c, t}, best);
        }
  });
}

void conv2dSoftmaxForward(Reference &reference) {
  const Conv2dGeometry g(reference.data().spec());
  reference.forSamples([&](int l, int t) {
    for (int y = 0; y < g.outHeight; ++y)
      for (int x = 0; x < g.outWidth; ++x) {
        std::vector<double> z;
        for (int c = 0; c < g.filters; ++c)
          z.push_back(sumAt(reference, g, l, x, y, c, t));
        const double greatest = *std::max_element(z.begin(), z.end());
        double sum = 0;
        for (double &value : z)
          sum += value = std::exp(value - greatest);
        for (int c = 0; c < g.filters; ++c)
          reference.set("y", {l, x, y, c, t}, z[size_t(c)] / sum);
      }
  });
}

namespace {

// dz of the convolution's output at a place, through the pool.
double delta(Reference &reference, const Conv2dGeometry &g, int l, int x, int y, int c, int t) {
  if (!g.isPooled)
    return at(reference.in("dz"), {l, x, y, c, t});
  const int px = x / g.poolW, py = y / g.poolH;
  if (px >= g.pooledWidth || py >= g.pooledHeight)
    return 0;
  const size_t i = indexOf(reference.in("dz").extents(), {l, px, py, c, t});
  return reference.in("argmax").bytes()[i] == x % g.poolW + g.poolW * (y % g.poolH)
             ? reference.in("dz").floats()[i]
             : 0;
}

} // namespace

void conv2dGradWeights(Reference &reference) {
  const Conv2dGeometry g(reference.data().spec());
  std::vector<double> gradient(reference.in("weights").size(), 0.0);
  for (int ci = 0; ci < g.channels; ++ci)
    for (int ky = 0; ky < g.kernelH; ++ky)
      for (int kx = 0; kx < g.kernelW; ++kx)
        for (int c = 0; c < g.filters; ++c) {
          double sum = 0;
          reference.forSamples([&](int l, int t) {
            for (int y = 0; y < g.outHeight; ++y)
              for (int x = 0; x < g.outWidth; ++x)
                sum += delta(reference, g, l, x, y, c, t) *
                       at(reference.in("x"), {l, x * g.strideW + kx * g.dilationW - g.padLeft,
                                              y * g.strideH + ky * g.dilationH - g.padTop, ci, t});
          });
          gradient[indexOf(reference.in("weights").extents(), {c, kx, ky, ci})] = sum;
        }
  reference.update([&](size_t i) { return gradient[i]; }, "weights");
}

void conv2dGradBias(Reference &reference) {
  std::vector<double> gradient(reference.in("bias").size(), 0.0);
  const std::vector<int> &e = reference.in("dz").extents();
  reference.forSamples([&](int l, int t) {
    for (int c = 0; c < e[3]; ++c)
      for (int y = 0; y < e[2]; ++y)
        for (int x = 0; x < e[1]; ++x)
          gradient[static_cast<size_t>(c)] += at(reference.in("dz"), {l, x, y, c, t});
  });
  reference.update([&](size_t i) { return gradient[i]; }, "bias");
}

void conv2dGradInput(Reference &reference) {
  const Conv2dGeometry g(reference.data().spec());
  auto slope = slopeOf(reference.text("activation"));
  std::vector<double> &dx = reference.out("dx");
  const std::vector<int> &e = reference.in("dx").extents();
  reference.forSamples([&](int l, int t) {
    for (int ci = 0; ci < g.channels; ++ci) {
      for (int y = 0; y < g.height; ++y)
        for (int x = 0; x < g.width; ++x)
          reference.set("dx", {l, x, y, ci, t}, 0);
      // Scattered from the outputs, where the kernel gathers.
      for (int c = 0; c < g.filters; ++c)
        for (int y = 0; y < g.outHeight; ++y)
          for (int x = 0; x < g.outWidth; ++x)
            for (int ky = 0; ky < g.kernelH; ++ky)
              for (int kx = 0; kx < g.kernelW; ++kx) {
                const int ix = x * g.strideW + kx * g.dilationW - g.padLeft,
                          iy = y * g.strideH + ky * g.dilationH - g.padTop;
                if (ix >= 0 && ix < g.width && iy >= 0 && iy < g.height)
                  dx[indexOf(e, {l, ix, iy, ci, t})] +=
                      delta(reference, g, l, x, y, c, t) *
                      at(reference.in("weights"), {c, kx, ky, ci});
              }
      if (reference.text("activation") != "none")
        for (int y = 0; y < g.height; ++y)
          for (int x = 0; x < g.width; ++x)
            dx[indexOf(e, {l, x, y, ci, t})] *= slope(at(reference.in("y_or_z"), {l, x, y, ci, t}));
    }
  });
}

} // namespace nnx::kernels
