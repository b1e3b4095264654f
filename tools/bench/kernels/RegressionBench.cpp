// nnx-regression-bench: how many times faster some kernels are than plain C++ loops over the same
// buffers, in turns in one run, beside the ratios that were recorded when they were last changed on
// purpose. A ratio says little of the machine, so a fall of it says that a kernel became slower. It
// reports and always ends with 0: a busy machine is no failure.
#include "test/unit/kernels/KernelCase.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <immintrin.h>
#include <string>
#include <utility>

using namespace nnx::kernels;

namespace {

constexpr int samples = 32, lanes = 16;
constexpr double margin = 0.6; // of the recorded ratio: below it, the report says so

constexpr int inputs = 800, units = 96, padded = 96;

void denseForward(KernelCase &data) {
  const float *x = data.buffer("x").floats(), *w = data.buffer("weights").floats(),
              *bias = data.buffer("bias").floats();
  float *y = data.buffer("y").floats();
  for (int s = 0; s < samples; ++s)
    for (int n = 0; n < units; ++n) {
      float sum = bias[n];
      for (int k = 0; k < inputs; ++k)
        sum += x[s % lanes + lanes * (k + inputs * (s / lanes))] * w[n + padded * k];
      y[s % lanes + lanes * (n + units * (s / lanes))] = std::max(0.0f, sum);
    }
}

void denseGradInput(KernelCase &data) {
  const float *dz = data.buffer("dz").floats(), *w = data.buffer("weights").floats();
  float *dx = data.buffer("dx").floats();
  for (int s = 0; s < samples; ++s)
    for (int k = 0; k < inputs; ++k) {
      float sum = 0;
      for (int n = 0; n < units; ++n)
        sum += dz[s % lanes + lanes * (n + units * (s / lanes))] * w[n + padded * k];
      dx[s % lanes + lanes * (k + inputs * (s / lanes))] = sum;
    }
}

constexpr int side = 13, channels = 32, outSide = 11, filters = 64;

size_t atImage(int s, int x, int y, int c, int extent, int count) {
  return size_t(s % lanes) +
         size_t(lanes) * size_t(x + extent * (y + extent * (c + count * (s / lanes))));
}

// Calls body(weight, output, input) for every product of the convolution.
template <typename Body> void forProducts(Body body) {
  for (int s = 0; s < samples; ++s)
    for (int c = 0; c < filters; ++c)
      for (int y = 0; y < outSide; ++y)
        for (int x = 0; x < outSide; ++x)
          for (int ci = 0; ci < channels; ++ci)
            for (int ky = 0; ky < 3; ++ky)
              for (int kx = 0; kx < 3; ++kx)
                body(c + size_t(filters) * size_t(kx + 3 * (ky + 3 * ci)),
                     atImage(s, x, y, c, outSide, filters),
                     atImage(s, x + kx, y + ky, ci, side, channels));
}

void convForward(KernelCase &data) {
  const float *in = data.buffer("x").floats(), *w = data.buffer("weights").floats();
  float *y = data.buffer("y").floats();
  std::fill_n(y, data.buffer("y").size(), 0.0f);
  forProducts([&](size_t weight, size_t out, size_t input) { y[out] += in[input] * w[weight]; });
}

void convGradWeights(KernelCase &data) {
  const float *in = data.buffer("x").floats(), *dz = data.buffer("dz").floats();
  float *w = data.buffer("weights").floats();
  forProducts(
      [&](size_t weight, size_t out, size_t input) { w[weight] += 1e-7f * dz[out] * in[input]; });
}

void convGradInput(KernelCase &data) {
  const float *dz = data.buffer("dz").floats(), *w = data.buffer("weights").floats();
  float *dx = data.buffer("dx").floats();
  std::fill_n(dx, data.buffer("dx").size(), 0.0f);
  forProducts([&](size_t weight, size_t out, size_t input) { dx[input] += dz[out] * w[weight]; });
}

struct Compared {
  KernelSpec spec;
  void (*plain)(KernelCase &);
  double recorded; // AMD Zen 3, AVX2
};

std::vector<Compared> compared() {
  const std::map<std::string, std::string> dense{{"inputs", "800"}, {"units", "96"}};
  const std::map<std::string, std::string> conv{{"input", "13x13x32"}, {"filters", "64"},
                                                {"kernel", "3x3"},     {"stride", "1x1"},
                                                {"dilation", "1x1"},   {"padding", "valid"}};
  const auto with = [](std::map<std::string, std::string> some,
                       const std::map<std::string, std::string> &more) {
    some.insert(more.begin(), more.end());
    return some;
  };
  return {
      {{"dense_forward", with({{"activation", "relu"}, {"saves_input", "0"}}, dense)},
       denseForward,
       60},
      {{"dense_grad_input", with({{"activation", "none"}}, dense)}, denseGradInput, 38},
      {{"conv2d_forward",
        with({{"activation", "relu"}, {"pool", "0"}, {"saves_input", "0"}}, conv)},
       convForward,
       46},
      {{"conv2d_grad_weights_update",
        with({{"pool", "0"}, {"optimizer", "sgd(nesterov=false)"}}, conv)},
       convGradWeights,
       46},
      {{"conv2d_grad_input", with({{"pool", "0"}, {"activation", "none"}}, conv)},
       convGradInput,
       43},
  };
}

double secondsOf(const std::function<void()> &call) {
  const auto start = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

} // namespace

int main() {
  _mm_setcsr(_mm_getcsr() | 0x8040); // flush denormals, as the runtime does
  std::printf("times faster than plain loops (recorded)\n");
  for (const Compared &each : compared()) {
    const LoadedKernel kernel(each.spec, hostKernelTarget());
    KernelCase data(each.spec, {samples, units, 1, 1}), plainData = data;
    for (auto &[name, value] : data.hypers())
      value = 1e-7f; // the numbers stay as they are
    const std::function<int()> call = kernel.bind(data.values());
    int failed = 0;
    double ours = 1e9, plain = 1e9;
    for (int round = 0; round < 7; ++round) {
      for (int i = 0; i < 20; ++i)
        ours = std::min(ours, secondsOf([&] { failed |= call(); }));
      plain = std::min(plain, secondsOf([&] { each.plain(plainData); }));
    }
    const double ratio = plain / ours;
    std::printf("%6.1f (%5.1f)%s  %s\n", ratio, each.recorded,
                failed != 0                      ? " FAILED"
                : ratio < margin * each.recorded ? " SLOWER"
                                                 : "",
                each.spec.text().c_str());
  }
}
