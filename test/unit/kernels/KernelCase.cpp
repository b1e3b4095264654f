// Data and plain-loop references for every kind of kernel.
#include "KernelCase.h"

#include "compiler/kernels/Conv2d.h"
#include "dsl/Activations.h"
#include "dsl/Optimizers.h"

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <random>

namespace nnx::kernels {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Reads a buffer at coordinates, innermost first; 0 outside.
double at(TestBuffer &buffer, std::initializer_list<int> place) {
  size_t index = 0, stride = 1, d = 0;
  for (int p : place) {
    const int extent = buffer.extents()[d++];
    if (p < 0 || p >= extent)
      return 0;
    index += stride * static_cast<size_t>(p);
    stride *= static_cast<size_t>(extent);
  }
  return buffer.floats()[index];
}

size_t indexOf(const std::vector<int> &extents, std::initializer_list<int> place) {
  size_t index = 0, stride = 1, d = 0;
  for (int p : place) {
    index += stride * static_cast<size_t>(p);
    stride *= static_cast<size_t>(extents[d++]);
  }
  return index;
}

std::function<double(double)> activationOf(const std::string &name) {
  if (name == "none")
    return [](double x) { return x; };
  const dsl::ActivationRow *row = dsl::findActivation(name);
  return [row](double x) { return row->value.evaluate({{"x", x}}); };
}

std::function<double(double)> slopeOf(const std::string &name) {
  if (name == "none")
    return [](double) { return 1.0; };
  const dsl::ActivationRow *row = dsl::findActivation(name);
  if (row->derivativeOfOutput)
    return [row](double y) { return row->derivativeOfOutput->evaluate({{"y", y}}); };
  return [row](double x) { return row->derivative.evaluate({{"x", x}}); };
}

using Results = std::map<std::string, std::vector<double>>;

class Reference {
public:
  Reference(KernelCase &c, int n) : data(c), samples(n) {}

  Results run() {
    const std::string &kind = data.spec().kind;
    if (kind == "conv2d_forward")
      convForward();
    else if (kind == "conv2d_grad_weights_update")
      convGradWeights();
    else if (kind == "conv2d_grad_bias_update")
      convGradBias();
    else if (kind == "conv2d_grad_input")
      convGradInput();
    else if (kind == "max_pool_forward")
      poolForward();
    else if (kind == "max_pool_grad")
      poolGrad();
    else if (kind == "dense_forward")
      denseForward();
    else if (kind == "dense_grad_weights_update")
      denseGradWeights();
    else if (kind == "dense_grad_bias_update")
      denseGradBias();
    else if (kind == "dense_grad_input")
      denseGradInput();
    else if (kind == "transpose_delta")
      transpose();
    else if (kind == "activation_forward" || kind == "activation_grad")
      elementwise();
    else if (kind == "softmax_forward" || kind == "softmax_grad")
      softmax();
    else if (kind == "softmax_cross_entropy")
      crossEntropy();
    else if (kind == "update")
      update([&](size_t i) { return double(data.buffer("gradient").floats()[i]); }, "weights");
    else
      throw std::runtime_error("no reference for " + kind);
    return std::move(results);
  }

private:
  TestBuffer &in(const std::string &name) { return data.buffer(name); }
  std::vector<double> &out(const std::string &name) {
    std::vector<double> &values = results[name];
    if (values.empty())
      values.assign(in(name).size(), nan);
    return values;
  }
  void set(const std::string &name, std::initializer_list<int> place, double value) {
    out(name)[indexOf(in(name).extents(), place)] = value;
  }
  template <typename Body> void forSamples(Body body) {
    for (int s = 0; s < samples; ++s)
      body(s % 16, s / 16);
  }
  const std::string &text(const std::string &name) { return data.spec().textOf(name); }

  void update(const std::function<double(size_t)> &gradient, const std::string &weights) {
    auto choice = dsl::parseOptimizerChoice(text("optimizer"));
    const std::vector<std::string> slots = choice->row->slots(choice->flags);
    const std::vector<dsl::Assignment> rule = choice->row->rule(choice->flags);
    for (size_t i = 0; i < in(weights).size(); ++i) {
      std::map<std::string, double> v{{"w", in(weights).floats()[i]}, {"g", gradient(i)}};
      for (const std::string &slot : slots)
        v[slot] = in(slot).floats()[i];
      for (const auto &[name, value] : data.hypers())
        v[name] = value;
      for (const dsl::Assignment &line : rule)
        v[line.target] = line.value.evaluate(v);
      out(weights)[i] = v["w"];
      for (const std::string &slot : slots)
        out(slot)[i] = v[slot];
    }
  }

  void convForward() {
    const Conv2dGeometry g(data.spec());
    auto f = activationOf(text("activation"));
    forSamples([&](int l, int t) {
      for (int c = 0; c < g.filters; ++c)
        for (int py = 0; py < g.pooledHeight; ++py)
          for (int px = 0; px < g.pooledWidth; ++px) {
            double best = 0;
            int place = -1;
            for (int w = 0; w < g.poolH * g.poolW; ++w) {
              const int x = px * g.poolW + w % g.poolW, y = py * g.poolH + w / g.poolW;
              double z = at(in("bias"), {c});
              for (int ci = 0; ci < g.channels; ++ci)
                for (int ky = 0; ky < g.kernelH; ++ky)
                  for (int kx = 0; kx < g.kernelW; ++kx)
                    z += at(in("x"), {l, x * g.strideW + kx - g.padLeft,
                                      y * g.strideH + ky - g.padTop, ci, t}) *
                         at(in("weights"), {c, kx, ky, ci});
              if (place < 0 || z > best)
                best = z, place = w;
            }
            set("y", {l, px, py, c, t}, f(best));
            if (g.isPooled)
              set("argmax", {l, px, py, c, t}, place);
            if (data.spec().flagOf("saves_input"))
              set("z", {l, px, py, c, t}, best);
          }
    });
  }

  // dz of the convolution's output at a place, through the pool.
  double delta(const Conv2dGeometry &g, int l, int x, int y, int c, int t) {
    if (!g.isPooled)
      return at(in("dz"), {l, x, y, c, t});
    const int px = x / g.poolW, py = y / g.poolH;
    if (px >= g.pooledWidth || py >= g.pooledHeight)
      return 0;
    const size_t i = indexOf(in("dz").extents(), {l, px, py, c, t});
    return in("argmax").bytes()[i] == x % g.poolW + g.poolW * (y % g.poolH) ? in("dz").floats()[i]
                                                                            : 0;
  }

  void convGradWeights() {
    const Conv2dGeometry g(data.spec());
    std::vector<double> gradient(in("weights").size(), 0.0);
    for (int ci = 0; ci < g.channels; ++ci)
      for (int ky = 0; ky < g.kernelH; ++ky)
        for (int kx = 0; kx < g.kernelW; ++kx)
          for (int c = 0; c < g.filters; ++c) {
            double sum = 0;
            forSamples([&](int l, int t) {
              for (int y = 0; y < g.outHeight; ++y)
                for (int x = 0; x < g.outWidth; ++x)
                  sum +=
                      delta(g, l, x, y, c, t) * at(in("x"), {l, x * g.strideW + kx - g.padLeft,
                                                             y * g.strideH + ky - g.padTop, ci, t});
            });
            gradient[indexOf(in("weights").extents(), {c, kx, ky, ci})] = sum;
          }
    update([&](size_t i) { return gradient[i]; }, "weights");
  }

  void convGradBias() {
    std::vector<double> gradient(in("bias").size(), 0.0);
    const std::vector<int> &e = in("dz").extents();
    forSamples([&](int l, int t) {
      for (int c = 0; c < e[3]; ++c)
        for (int y = 0; y < e[2]; ++y)
          for (int x = 0; x < e[1]; ++x)
            gradient[static_cast<size_t>(c)] += at(in("dz"), {l, x, y, c, t});
    });
    update([&](size_t i) { return gradient[i]; }, "bias");
  }

  void convGradInput() {
    const Conv2dGeometry g(data.spec());
    auto slope = slopeOf(text("activation"));
    std::vector<double> &dx = out("dx");
    const std::vector<int> &e = in("dx").extents();
    forSamples([&](int l, int t) {
      for (int ci = 0; ci < g.channels; ++ci) {
        for (int y = 0; y < g.height; ++y)
          for (int x = 0; x < g.width; ++x)
            set("dx", {l, x, y, ci, t}, 0);
        // Scattered from the outputs, where the kernel gathers.
        for (int c = 0; c < g.filters; ++c)
          for (int y = 0; y < g.outHeight; ++y)
            for (int x = 0; x < g.outWidth; ++x)
              for (int ky = 0; ky < g.kernelH; ++ky)
                for (int kx = 0; kx < g.kernelW; ++kx) {
                  const int ix = x * g.strideW + kx - g.padLeft, iy = y * g.strideH + ky - g.padTop;
                  if (ix >= 0 && ix < g.width && iy >= 0 && iy < g.height)
                    dx[indexOf(e, {l, ix, iy, ci, t})] +=
                        at(in("dz"), {l, x, y, c, t}) * at(in("weights"), {c, kx, ky, ci});
                }
        if (text("activation") != "none")
          for (int y = 0; y < g.height; ++y)
            for (int x = 0; x < g.width; ++x)
              dx[indexOf(e, {l, x, y, ci, t})] *= slope(at(in("y_or_z"), {l, x, y, ci, t}));
      }
    });
  }

  void poolForward() {
    const std::vector<int> window = data.spec().shapeOf("window"),
                           stride = data.spec().shapeOf("stride");
    const std::vector<int> e = in("y").extents();
    forSamples([&](int l, int t) {
      for (int c = 0; c < e[3]; ++c)
        for (int y = 0; y < e[2]; ++y)
          for (int x = 0; x < e[1]; ++x) {
            double best = 0;
            int place = -1;
            for (int w = 0; w < window[0] * window[1]; ++w) {
              const double v = at(
                  in("x"), {l, x * stride[1] + w % window[1], y * stride[0] + w / window[1], c, t});
              if (place < 0 || v > best)
                best = v, place = w;
            }
            set("y", {l, x, y, c, t}, best);
            set("argmax", {l, x, y, c, t}, place);
          }
    });
  }

  void poolGrad() {
    const std::vector<int> window = data.spec().shapeOf("window"),
                           stride = data.spec().shapeOf("stride");
    auto slope = slopeOf(text("activation"));
    const std::vector<int> e = in("dy").extents(), full = in("dx").extents();
    std::vector<double> &dx = out("dx");
    forSamples([&](int l, int t) {
      for (int c = 0; c < full[3]; ++c) {
        for (int y = 0; y < full[2]; ++y)
          for (int x = 0; x < full[1]; ++x)
            dx[indexOf(full, {l, x, y, c, t})] = 0;
        for (int y = 0; y < e[2]; ++y)
          for (int x = 0; x < e[1]; ++x) {
            const int w = in("argmax").bytes()[indexOf(e, {l, x, y, c, t})];
            dx[indexOf(full, {l, x * stride[1] + w % window[1], y * stride[0] + w / window[1], c,
                              t})] += at(in("dy"), {l, x, y, c, t});
          }
        if (text("activation") != "none")
          for (int y = 0; y < full[2]; ++y)
            for (int x = 0; x < full[1]; ++x)
              dx[indexOf(full, {l, x, y, c, t})] *= slope(at(in("y_or_z"), {l, x, y, c, t}));
      }
    });
  }

  void denseForward() {
    const int inputs = data.spec().intOf("inputs"), units = data.spec().intOf("units");
    auto f = activationOf(text("activation"));
    forSamples([&](int l, int t) {
      for (int n = 0; n < units; ++n) {
        double z = at(in("bias"), {n});
        for (int k = 0; k < inputs; ++k)
          z += at(in("x"), {l, k, t}) * at(in("weights"), {n, k});
        set("y", {l, n, t}, f(z));
        if (data.spec().flagOf("saves_input"))
          set("z", {l, n, t}, z);
      }
    });
  }

  void denseGradWeights() {
    std::vector<double> gradient(in("weights").size(), 0.0);
    const std::vector<int> &e = in("weights").extents();
    for (int k = 0; k < e[1]; ++k)
      for (int n = 0; n < e[0]; ++n)
        forSamples([&](int l, int t) {
          gradient[indexOf(e, {n, k})] +=
              at(in("dz_transposed"), {n, l, t}) * at(in("x"), {l, k, t});
        });
    update([&](size_t i) { return gradient[i]; }, "weights");
  }

  void denseGradBias() {
    std::vector<double> gradient(in("bias").size(), 0.0);
    for (int n = 0; n < in("bias").extents()[0]; ++n)
      forSamples([&](int l, int t) {
        gradient[static_cast<size_t>(n)] += at(in("dz_transposed"), {n, l, t});
      });
    update([&](size_t i) { return gradient[i]; }, "bias");
  }

  void denseGradInput() {
    const int inputs = data.spec().intOf("inputs"), units = data.spec().intOf("units");
    auto slope = slopeOf(text("activation"));
    forSamples([&](int l, int t) {
      for (int k = 0; k < inputs; ++k) {
        double sum = 0;
        for (int n = 0; n < units; ++n)
          sum += at(in("dz"), {l, n, t}) * at(in("weights"), {n, k});
        if (text("activation") != "none")
          sum *= slope(at(in("y_or_z"), {l, k, t}));
        set("dx", {l, k, t}, sum);
      }
    });
  }

  void transpose() {
    const std::vector<int> e = in("dz_transposed").extents();
    for (int n = 0; n < e[0]; ++n)
      forSamples([&](int l, int t) { set("dz_transposed", {n, l, t}, at(in("dz"), {l, n, t})); });
  }

  void elementwise() {
    auto f = activationOf(text("activation"));
    auto slope = slopeOf(text("activation"));
    const bool forward = data.spec().kind == "activation_forward";
    forSamples([&](int l, int t) {
      for (int k = 0; k < in(forward ? "x" : "dy").extents()[1]; ++k)
        if (forward)
          set("y", {l, k, t}, f(at(in("x"), {l, k, t})));
        else
          set("dx", {l, k, t}, at(in("dy"), {l, k, t}) * slope(at(in("y_or_z"), {l, k, t})));
    });
  }

  // Over n of (l, n, t) or c of (l, x, y, c, t): both are (inside, n, t), inside a multiple of 16.
  void softmax() {
    const bool forward = data.spec().kind == "softmax_forward";
    const std::vector<int> e = in(forward ? "x" : "y").extents();
    const int inside = e.size() == 3 ? 16 : 16 * e[1] * e[2], n = e[e.size() - 2];
    for (int t = 0; t < e.back(); ++t)
      for (int i = 0; i < inside; ++i) {
        auto index = [&](int m) { return size_t(i) + size_t(inside) * size_t(m + n * t); };
        if (i % 16 + 16 * t >= samples)
          continue;
        double most = -1e300, sum = 0;
        for (int m = 0; m < n; ++m)
          if (forward)
            most = std::max(most, double(in("x").floats()[index(m)]));
        for (int m = 0; m < n; ++m)
          sum += forward ? std::exp(in("x").floats()[index(m)] - most)
                         : double(in("dy").floats()[index(m)]) * in("y").floats()[index(m)];
        for (int m = 0; m < n; ++m)
          if (forward)
            out("y")[index(m)] = std::exp(in("x").floats()[index(m)] - most) / sum;
          else
            out("dx")[index(m)] = in("y").floats()[index(m)] * (in("dy").floats()[index(m)] - sum);
      }
  }

  void crossEntropy() {
    const int classes = data.spec().intOf("classes");
    const bool gradient = data.spec().flagOf("gradient");
    for (int t = 0; t < data.tiles(); ++t)
      for (int l = 0; l < 16; ++l) {
        const bool isSample = 16 * t + l < samples;
        const int label = in("labels").ints()[l + 16 * t];
        double most = -1e300, sum = 0;
        for (int n = 0; n < classes; ++n)
          most = std::max(most, at(in("x"), {l, n, t}));
        for (int n = 0; n < classes; ++n)
          sum += std::exp(at(in("x"), {l, n, t}) - most);
        set("loss", {l, t}, isSample ? std::log(sum) + most - at(in("x"), {l, label, t}) : 0);
        for (int n = 0; n < classes; ++n) {
          const double p = std::exp(at(in("x"), {l, n, t}) - most) / sum;
          set("probabilities", {l, n, t}, isSample ? p : 0);
          if (gradient)
            set("dx", {l, n, t}, isSample ? (p - (n == label)) / samples : 0);
        }
      }
  }

  KernelCase &data;
  int samples;
  Results results;
};

} // namespace

std::vector<int> KernelCase::extentsOf(const KernelArgument &argument) const {
  const std::string &kind = kernelSpec.kind, &name = argument.name;
  const int t = tiles(), padded = paddedRow(caseSize.units);
  const bool isSlotOrWeight = argument.kind == KernelArgument::Kind::InOut;
  auto withTiles = [&](Extents extents) {
    extents.back() = t;
    return extents;
  };
  if (kind == "update")
    return {padded * 3};
  if (kind == "conv2d_grad_bias_update")
    return isSlotOrWeight ? Extents{padded}
                          : withTiles(imageTensor(caseSize.width, caseSize.height, caseSize.units));
  if (kind == "dense_grad_bias_update")
    return isSlotOrWeight ? Extents{padded} : Extents{padded, 16, t};
  if (kind == "transpose_delta")
    return name == "dz" ? Extents{16, caseSize.units, t} : Extents{padded, 16, t};
  if (kind == "activation_forward" || kind == "activation_grad")
    return {16, caseSize.units, t};
  if (kind == "softmax_forward" || kind == "softmax_grad")
    return argument.rank == 3
               ? Extents{16, caseSize.units, t}
               : withTiles(imageTensor(caseSize.width, caseSize.height, caseSize.units));
  if (kind == "softmax_cross_entropy")
    return argument.rank == 2 ? Extents{16, t} : Extents{16, kernelSpec.intOf("classes"), t};
  if (kind.rfind("dense", 0) == 0) {
    const int inputs = kernelSpec.intOf("inputs"), units = kernelSpec.intOf("units");
    if (name == "bias")
      return {paddedRow(units)};
    if (name == "weights" || isSlotOrWeight)
      return {paddedRow(units), inputs};
    if (name == "dz_transposed")
      return {paddedRow(units), 16, t};
    const bool ofOutput = name == "dz" || name == "z" || name == "y";
    return {16, ofOutput ? units : inputs, t};
  }
  if (kind.rfind("max_pool", 0) == 0) {
    const std::vector<int> input = kernelSpec.shapeOf("input"),
                           window = kernelSpec.shapeOf("window"),
                           stride = kernelSpec.shapeOf("stride");
    if (name == "x" || name == "dx" || name == "y_or_z")
      return withTiles(imageTensor(input[1], input[0], input[2]));
    return withTiles(imageTensor((input[1] - window[1]) / stride[1] + 1,
                                 (input[0] - window[0]) / stride[0] + 1, input[2]));
  }
  const Conv2dGeometry g(kernelSpec);
  if (name == "bias")
    return {paddedRow(g.filters)};
  if (name == "weights" || isSlotOrWeight)
    return g.weightExtents();
  if (name == "x" || name == "dx" || name == "y_or_z")
    return withTiles(g.inputExtents());
  return withTiles(g.pooledExtents());
}

KernelCase::KernelCase(const KernelSpec &s, const CaseSize &size, unsigned seed)
    : kernelSpec(s), caseSize(size) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> number(-1, 1);
  for (const KernelArgument &argument : argumentsOf(kernelSpec)) {
    if (argument.kind == KernelArgument::Kind::Float)
      floats[argument.name] = argument.name == "iteration" ? 3.0f : 0.1f + 0.2f * number(random);
    if (argument.rank == 0)
      continue;
    TestBuffer buffer(argument.type, extentsOf(argument));
    unsigned places = 1; // of a pool's window
    for (const char *name : {"pool", "window"})
      if (kernelSpec.attributes.count(name) && kernelSpec.textOf(name) != "0")
        places = unsigned(kernelSpec.shapeOf(name)[0] * kernelSpec.shapeOf(name)[1]);
    const bool isOutput = argument.kind == KernelArgument::Kind::Output;
    const bool isWeight = argument.name == "weights" || argument.name == "bias" ||
                          argument.kind == KernelArgument::Kind::InOut;
    for (size_t i = 0; i < buffer.size(); ++i) {
      if (argument.type == KernelArgument::Type::U8)
        buffer.bytes()[i] = static_cast<uint8_t>(random() % places);
      else if (argument.type == KernelArgument::Type::I32)
        buffer.ints()[i] = static_cast<int>(random() % unsigned(kernelSpec.intOf("classes")));
      else if (isOutput)
        buffer.floats()[i] = -12345;
      else
        buffer.floats()[i] = number(random) * (isWeight ? 0.3f : 1.0f);
    }
    // State such as a second moment is never negative.
    if (argument.kind == KernelArgument::Kind::InOut && argument.name != "weights" &&
        argument.name != "bias")
      for (size_t i = 0; i < buffer.size(); ++i)
        buffer.floats()[i] = std::abs(buffer.floats()[i]);
    buffers.emplace(argument.name, std::move(buffer));
    if (!isOutput && !isWeight && argument.type == KernelArgument::Type::F32)
      for (size_t i = 0; i < buffers.at(argument.name).size(); ++i)
        if (argument.name != "gradient" && !isResult(argument.name, i))
          buffers.at(argument.name).floats()[i] = std::numeric_limits<float>::quiet_NaN();
  }
}

KernelCase::KernelCase(const KernelCase &other)
    : kernelSpec(other.kernelSpec), caseSize(other.caseSize), floats(other.floats) {
  for (const auto &[name, buffer] : other.buffers)
    buffers.emplace(name, buffer.copy());
}

std::map<std::string, TestValue> KernelCase::values() {
  std::map<std::string, TestValue> all{{"samples", caseSize.samples}};
  for (auto &[name, buffer] : buffers)
    all[name] = &buffer;
  for (auto &[name, value] : floats)
    all[name] = value;
  return all;
}

std::map<std::string, std::vector<double>> KernelCase::expected() {
  return Reference(*this, caseSize.samples).run();
}

bool KernelCase::isResult(const std::string &name, size_t i) const {
  const std::vector<int> &e = buffers.at(name).extents();
  const bool checksAllLanes = kernelSpec.kind == "softmax_cross_entropy";
  size_t rest = i;
  std::vector<int> place;
  for (int extent : e) {
    place.push_back(static_cast<int>(rest % static_cast<size_t>(extent)));
    rest /= static_cast<size_t>(extent);
  }
  if (name == "dz_transposed")
    return place[1] + 16 * place[2] < caseSize.samples;
  if (e.size() >= 2 && e[0] == 16 && e.back() == tiles() && kernelSpec.kind != "update" &&
      name != "weights" && (e.size() != 2 || name == "loss" || name == "labels") &&
      buffers.at(name).extents().size() != 4)
    return (checksAllLanes && name != "x") || place[0] + 16 * place.back() < caseSize.samples;
  // Rows of weights, bias and state.
  if (kernelSpec.attributes.count("units"))
    return place[0] < kernelSpec.intOf("units");
  if (kernelSpec.attributes.count("filters"))
    return place[0] < kernelSpec.intOf("filters");
  return kernelSpec.kind == "update" || place[0] < caseSize.units;
}

bool KernelCase::fencesHold() const {
  for (const auto &[name, buffer] : buffers)
    if (!buffer.fencesHold())
      return false;
  return true;
}

std::string mismatch(KernelCase &data, const LoadedKernel &kernel, double tolerance) {
  const auto expected = data.expected();
  if (int code = kernel(data.values()); code != 0)
    return data.spec().text() + ": code " + std::to_string(code) + ": " + LoadedKernel::lastError();
  if (!data.fencesHold())
    return data.spec().text() + ": wrote outside of a buffer";
  for (const auto &[name, numbers] : expected) {
    TestBuffer &buffer = data.buffer(name);
    double scale = 1e-3;
    for (size_t i = 0; i < numbers.size(); ++i)
      if (data.isResult(name, i) && std::isfinite(numbers[i]))
        scale = std::max(scale, std::abs(numbers[i]));
    for (size_t i = 0; i < numbers.size(); ++i) {
      if (!data.isResult(name, i))
        continue;
      const double got = name == "argmax" ? buffer.bytes()[i] : buffer.floats()[i];
      if (!(std::abs(got - numbers[i]) <= tolerance * scale))
        return data.spec().text() + ": " + name + "[" + std::to_string(i) + "] is " +
               std::to_string(got) + ", not " + std::to_string(numbers[i]);
    }
  }
  return "";
}

} // namespace nnx::kernels
