// batch_norm on (lane, place, channel, tile), where a flat sample has one place. Over the n numbers
// of a channel, lanes that are no samples left out:
//   mean = sum x / n, variance = sum (x - mean)^2 / n, s = sqrt(variance + epsilon)
//   y = gamma (x - mean) / s + beta
//   dgamma = sum dy (x - mean) / s, dbeta = sum dy
//   dx = gamma / s (dy - dbeta / n - (x - mean) / s dgamma / n)
#include "compiler/kernels/FloatMath.h"
#include "compiler/kernels/GpuSchedule.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/Tensors.h"

#include <functional>

namespace nnx::kernels {

using namespace Halide;

namespace {

Extents channelTensor() {
  return {tileLanes, runTime, runTime, runTime};
}

ImageParam channelInput(const char *name) {
  return inputBuffer(Float(32), name, channelTensor());
}
ImageParam featureInput(const char *name) {
  return inputBuffer(Float(32), name, {runTime});
}

/// Sums of `term(l, p, c, t)` over a channel: places first, then lanes and tiles, always in this
/// order; scheduled inside of one channel of `user`, on a GPU by `partsOnGpu`.
class ChannelSums {
public:
  using Term = std::function<Expr(Expr, Expr, Expr, Expr)>;

  ChannelSums(const char *name, const std::vector<Term> &terms, const ImageParam &x,
              const Param<int> &samples)
      : lane(0, tileLanes, 0, (samples + tileLanes - 1) / tileLanes, "lane"), tileSums(name),
        sums(std::string(name) + "_all") {
    Var l("l"), c("c"), t("t");
    RDom place(0, x.dim(1).extent(), "place");
    const std::vector<Expr> zeros(terms.size(), 0.0f);
    std::vector<Expr> inTile, inAll;
    tileSums(l, c, t) = Tuple(zeros);
    sums(c) = Tuple(zeros);
    Expr isSample = lane.y * tileLanes + lane.x < samples;
    for (int i = 0; i < static_cast<int>(terms.size()); ++i) {
      inTile.push_back(part(tileSums(l, c, t), i) + terms[i](l, place, c, t));
      inAll.push_back(part(sums(c), i) +
                      select(isSample, part(tileSums(lane.x, c, lane.y), i), 0.0f));
    }
    tileSums(l, c, t) = Tuple(inTile);
    sums(c) = Tuple(inAll);
    tileLane = l;
  }

  Expr operator()(const Expr &c, int i) const { return part(sums(c), i); }

  void schedule(Func user, const Var &c) {
    sums.compute_at(user, c).store_in(onStack);
    tileSums.compute_at(sums, lane.y)
        .store_in(onStack)
        .vectorize(tileLane)
        .update()
        .vectorize(tileLane);
  }

  /// Of a GPU: what the thread of a channel computes for itself.
  std::vector<Func> partsOnGpu() {
    tileSums.compute_at(sums, lane.x).store_in(onStack);
    return {sums};
  }

private:
  // Halide takes a Tuple of one for no Tuple.
  static Expr part(const FuncRef &value, int i) {
    return value.size() == 1 ? Expr(value) : Expr(value[i]);
  }

  RDom lane;
  Func tileSums, sums;
  Var tileLane;
};

/// 1 / sqrt(variance + epsilon)
Expr inverseDeviation(const Expr &variance, double epsilon) {
  return exactQuotient(1.0f, floatSqrt(variance + static_cast<float>(epsilon)));
}

// The numbers behind one mean.
Expr countOf(const ImageParam &x, const Param<int> &samples) {
  return cast<float>(samples) * cast<float>(x.dim(1).extent());
}

void scheduleElementwise(Func out, const Var &l, const Var &p, const Var &c, const Var &t,
                         const std::vector<Func> &perChannel, const KernelTarget &target) {
  if (target.isGpu())
    return spreadOverThreads(out, {l, p, c, t}, {});
  out.vectorize(l).parallel(c).parallel(t);
  for (Func factor : perChannel)
    factor.compute_at(out, c).store_in(onStack);
}

} // namespace

Kernel build_batch_norm_statistics(const KernelSpec &spec, const KernelTarget &target) {
  const auto momentum = static_cast<float>(spec.realOf("momentum"));
  const auto rest = static_cast<float>(1 - spec.realOf("momentum"));
  Param<int> samples("samples");
  ImageParam x = channelInput("x");
  Var c("c");
  // Rows of features are padded; what is written behind the last channel is not read.
  auto value = [&](const Expr &l, const Expr &p, const Expr &at, const Expr &t) {
    return Expr(x(l, p, min(at, x.dim(2).extent() - 1), t));
  };
  Expr scale = exactQuotient(1.0f, countOf(x, samples));
  ChannelSums sums("sum", {value}, x, samples);
  Func centre("centre"), mean("mean");
  centre(c) = sums(c, 0) * scale;
  ChannelSums squares("squares", {[&](const Expr &l, const Expr &p, const Expr &at, const Expr &t) {
                        Expr distance = value(l, p, at, t) - centre(at);
                        return distance * distance;
                      }},
                      x, samples);
  mean(c) = Tuple(std::vector<Expr>(4, undef<float>()));
  const OldElements old({mean(c)[2], mean(c)[3]});
  Expr variance = squares(c, 0) * scale;
  mean(c) = old.bind({centre(c), variance, momentum * old[0] + rest * centre(c),
                      momentum * old[1] + rest * variance});

  constrainOutputs(mean, {runTime});
  if (target.isGpu()) {
    std::vector<Func> own{centre};
    for (ChannelSums *each : {&sums, &squares})
      for (const Func &part : each->partsOnGpu())
        own.push_back(part);
    updateOnThreads(mean, {c}, own);
    return {Pipeline(mean), {samples, x}};
  }
  mean.update().parallel(c);
  centre.compute_at(mean, c).store_in(onStack);
  sums.schedule(mean, c);
  squares.schedule(mean, c);
  return {Pipeline(mean), {samples, x}};
}

Kernel build_normalize(const KernelSpec &spec, const KernelTarget &target) {
  ImageParam x = channelInput("x"), gamma = featureInput("gamma"), beta = featureInput("beta"),
             mean = featureInput("mean"), variance = featureInput("variance");
  Var l("l"), p("p"), c("c"), t("t");
  Func factor("factor"), y("y");
  factor(c) = gamma(c) * inverseDeviation(variance(c), spec.realOf("epsilon"));
  y(l, p, c, t) = (x(l, p, c, t) - mean(c)) * factor(c) + beta(c);

  constrainOutputs(y, channelTensor());
  scheduleElementwise(y, l, p, c, t, {factor}, target);
  return {Pipeline(y), {x, gamma, beta, mean, variance}};
}

Kernel build_batch_norm_grad_parameters(const KernelSpec &spec, const KernelTarget &target) {
  Param<int> samples("samples");
  ImageParam x = channelInput("x"), dy = channelInput("dy"), mean = featureInput("mean"),
             variance = featureInput("variance");
  Var c("c");
  auto clamped = [&](const Expr &at) { return min(at, x.dim(2).extent() - 1); };
  ChannelSums sums("sum",
                   {[&](const Expr &l, const Expr &p, const Expr &at, const Expr &t) {
                      return dy(l, p, clamped(at), t) * (x(l, p, clamped(at), t) - mean(at));
                    },
                    [&](const Expr &l, const Expr &p, const Expr &at, const Expr &t) {
                      return Expr(dy(l, p, clamped(at), t));
                    }},
                   x, samples);
  Func dgamma("dgamma");
  Expr exists = c < x.dim(2).extent();
  dgamma(c) = Tuple(
      select(exists, sums(c, 0) * inverseDeviation(variance(c), spec.realOf("epsilon")), 0.0f),
      select(exists, sums(c, 1), 0.0f));

  constrainOutputs(dgamma, {runTime});
  if (target.isGpu()) {
    spreadOverThreads(dgamma, {c}, sums.partsOnGpu());
    return {Pipeline(dgamma), {samples, x, dy, mean, variance}};
  }
  dgamma.parallel(c);
  sums.schedule(dgamma, c);
  return {Pipeline(dgamma), {samples, x, dy, mean, variance}};
}

Kernel build_batch_norm_grad_input(const KernelSpec &spec, const KernelTarget &target) {
  Param<int> samples("samples");
  ImageParam x = channelInput("x"), dy = channelInput("dy"), gamma = featureInput("gamma"),
             mean = featureInput("mean"), variance = featureInput("variance"),
             dgamma = featureInput("dgamma"), dbeta = featureInput("dbeta");
  Var l("l"), p("p"), c("c"), t("t");
  Func factor("factor"), slope("slope"), shift("shift"), dx("dx");
  Expr inverse = inverseDeviation(variance(c), spec.realOf("epsilon"));
  Expr scale = exactQuotient(1.0f, countOf(x, samples));
  factor(c) = gamma(c) * inverse;
  slope(c) = inverse * dgamma(c) * scale;
  shift(c) = dbeta(c) * scale;
  dx(l, p, c, t) = factor(c) * (dy(l, p, c, t) - shift(c) - (x(l, p, c, t) - mean(c)) * slope(c));

  constrainOutputs(dx, channelTensor());
  scheduleElementwise(dx, l, p, c, t, {factor, slope, shift}, target);
  return {Pipeline(dx), {samples, x, dy, gamma, mean, variance, dgamma, dbeta}};
}

} // namespace nnx::kernels
