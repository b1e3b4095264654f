// conv2d_grad_weights_update and conv2d_grad_bias_update: gradients by the weights, then the
// optimizer's step in place.
//   g(co, kx, ky, ci) = sum_{l, t, x, y} dz(l, x, y, co, t) in(l, x sx + kx - px, y sy + ky - py,
//   ci, t) g(co) = sum_{l, t, x, y} dz(l, x, y, co, t)
// With a pool, dz is that of the pool's output and goes to the place that argmax names.
#include "compiler/kernels/Activation.h"
#include "compiler/kernels/Conv2d.h"
#include "compiler/kernels/Conv2dWinogradGrad.h"
#include "compiler/kernels/GpuSchedule.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/Tiles.h"

#include <algorithm>

namespace nnx::kernels {

using namespace Halide;

namespace {

// How the sums are cut: `taps` kx by `filters` co are summed in registers over the places of
// `rows` rows of dz, for `channels` ci one after another.
struct Blocks {
  int taps, filters, rows, channels;

  Blocks(const Conv2dGeometry &g, const KernelTarget &target) {
    const int registers = accumulatorsOf(target);
    taps = g.kernelW;
    for (int pieces = 1; taps > registers; taps = g.kernelW % ++pieces ? taps : g.kernelW / pieces)
      ;
    // A power of two divides the padded row of the weights.
    for (filters = 1; filters * 2 * taps <= registers && filters < 8;)
      filters *= 2;
    // The block of dz is read again for every ky and ci: 16 kB of it stay in L1 beside the input.
    const int rowBytes = filters * g.poolW * g.pooledWidth * g.poolH * tileLanes * 4;
    const int most = std::max(1, (16 << 10) / rowBytes);
    rows = g.poolH * ceilDiv(g.pooledHeight, ceilDiv(g.pooledHeight, most));
    // The sums of each lane, read and written once for each block of rows: 96 kB stay in L2.
    const int channelBytes = filters * g.kernelW * g.kernelH * tileLanes * 4;
    const int mostChannels = std::max(1, (96 << 10) / channelBytes);
    channels = ceilDiv(g.channels, ceilDiv(g.channels, mostChannels));
  }
};

} // namespace

Kernel build_conv2d_grad_weights_update(const KernelSpec &spec, const KernelTarget &target) {
  const Conv2dGeometry g(spec);
  UpdateRule rule(spec);
  Param<int> samples("samples");
  auto inputsOf = [&](const ImageParam &x, const ImageParam &dz, const ImageParam &argmax) {
    std::vector<Argument> buffers{x, dz};
    if (g.isPooled)
      buffers.emplace_back(argmax);
    return rule.inputsOf(samples, buffers);
  };
  if (canCorrelateMinimally(g, target)) {
    MinimalCorrelation correlation(g, target, samples);
    const std::vector<Var> at{correlation.c, correlation.kx, correlation.ky, correlation.ci};
    Func weights("weights");
    rule.start(weights, at);
    Stage step =
        rule.step(weights, std::vector<Expr>(at.begin(), at.end()), correlation.gradient(at));
    constrainOutputs(weights, g.weightExtents());
    correlation.schedule(weights, step);
    return {Pipeline(weights), inputsOf(correlation.input, correlation.dz, correlation.argmax)};
  }

  const Blocks blocks(g, target);
  ImageParam input = inputBuffer(Float(32), "x", g.inputExtents());
  ImageParam dz = inputBuffer(Float(32), "dz", g.pooledExtents());
  ImageParam argmax = inputBuffer(UInt(8), "argmax", g.pooledExtents());
  Var l("l"), x("x"), y("y"), c("c"), t("t"), kx("kx"), ky("ky"), ci("ci"), part("part"), b("b");

  // dz of the convolution's output; what the pool dropped is left out of the sums below.
  Func delta("delta");
  Expr place = x % g.poolW + g.poolW * (y % g.poolH);
  Expr channel = min(c, g.filters - 1); // tiles of co may reach into the padding of the weights
  Expr px = x / g.poolW, py = y / g.poolH;
  delta(l, x, y, c, t) = g.isPooled ? select(cast<int>(argmax(l, px, py, channel, t)) == place,
                                             dz(l, px, py, channel, t), 0.0f)
                                    : Expr(dz(l, x, y, channel, t));
  Func padded("padded");
  Expr inX = x - g.padLeft, inY = y - g.padTop;
  padded(l, x, y, ci, t) =
      select(inX >= 0 && inX < g.width && inY >= 0 && inY < g.height,
             input(l, clamp(inX, 0, g.width - 1), clamp(inY, 0, g.height - 1), ci, t), 0.0f);
  auto source = [&](const Expr &atX, const Expr &atY) {
    return g.isPadded ? Expr(padded(l, atX, atY, ci, t)) : Expr(input(l, atX, atY, ci, t));
  };

  const std::vector<Argument> inputs = inputsOf(input, dz, argmax);
  const int usedHeight = g.pooledHeight * g.poolH, usedWidth = g.pooledWidth * g.poolW;
  Func laneSum("lane_sum"), gradient("gradient"), weights("weights");
  if (target.isGpu()) {
    // A block has some taps of one pair of channels. A thread sums them for one lane over a slice
    // of the rows; what the slices have is added in their order, and then what the lanes have.
    const int tapsX = g.kernelW <= 11 ? g.kernelW : 1;
    const int tapsY = tapsX * g.kernelH <= 9 ? g.kernelH : 1;
    constexpr int most = blockThreads * 2 / tileLanes; // slices
    const int rows = ceilDiv(usedHeight, most), slices = ceilDiv(usedHeight, rows);
    Var s("s"), kxo("kxo"), kxi("kxi"), kyo("kyo"), kyi("kyi"), taps("taps"), tap("tap");
    RDom at(0, usedWidth, 0, rows, 0, dz.dim(4).extent(), "at"), lane(0, tileLanes, "lane"),
        slice(0, slices, "slice");
    at.where(s * rows + at.y < usedHeight);
    const Expr row = min(s * rows + at.y, usedHeight - 1);
    Func sum("sum"), part("part");
    sum(l, c, kx, ky, ci, s) = 0.0f;
    sum(l, c, kx, ky, ci, s) +=
        select(at.z * tileLanes + l < samples,
               delta(l, at.x, row, c, at.z) * padded(l, at.x * g.strideW + kx * g.dilationW,
                                                     row * g.strideH + ky * g.dilationH, ci, at.z),
               0.0f);
    part(l, c, kx, ky, ci, s) = sum(l, c, kx, ky, ci, s);
    laneSum(l, c, kx, ky, ci) = 0.0f;
    laneSum(l, c, kx, ky, ci) += part(l, c, kx, ky, ci, slice);
    gradient(c, kx, ky, ci) = 0.0f;
    gradient(c, kx, ky, ci) += laneSum(lane, c, kx, ky, ci);
    rule.start(weights, {c, kx, ky, ci});
    Stage step = rule.step(weights, {c, kx, ky, ci}, gradient(c, kx, ky, ci));
    constrainOutputs(weights, g.weightExtents());
    spreadOverThreads(Stage(weights), {c, kx, ky, ci});
    step.split(kx, kxo, kxi, tapsX)
        .split(ky, kyo, kyi, tapsY)
        .fuse(kxo, kyo, taps)
        .reorder(kxi, kyi, taps, ci, c)
        .gpu_blocks(taps, ci, c)
        .gpu_threads(kxi, kyi);
    gradient.compute_at(weights, kxi).store_in(onStack);
    // As many threads as the slices have: the taps of a block are at most eleven.
    laneSum.compute_at(weights, taps).fuse(kx, ky, tap).gpu_threads(l, tap);
    laneSum.update().fuse(kx, ky, tap).gpu_threads(l, tap);
    part.compute_at(weights, taps)
        .reorder(kx, ky, l, s, c, ci)
        .gpu_threads(l, s)
        .unroll(kx)
        .unroll(ky);
    sum.compute_at(part, l)
        .store_in(onStack)
        .reorder(kx, ky, l)
        .unroll(kx)
        .unroll(ky)
        .update()
        .reorder(kx, ky, at.x, at.y, at.z)
        .unroll(kx)
        .unroll(ky)
        .unroll(at.x, usedWidth % 2 == 0 ? 2 : 1);
    return {Pipeline(weights), inputs};
  }

  // Sums of one lane: over a block of rows, over all blocks and tiles. The whole tiles are part 0,
  // the last tile, where some lanes are no samples, is part 1.
  Expr wholeTiles = samples / tileLanes, lastLanes = samples % tileLanes;
  RDom at(0, usedWidth, 0, blocks.rows, "at");
  at.where(b * blocks.rows + at.y < usedHeight);
  Expr atY = b * blocks.rows + at.y;
  if (usedHeight % blocks.rows != 0) // what Halide's bounds do not see of the condition above
    atY = min(atY, usedHeight - 1);
  Func blockSum("block_sum");
  blockSum(l, c, kx, ky, ci, b, t) = 0.0f;
  blockSum(l, c, kx, ky, ci, b, t) +=
      delta(l, at.x, atY, c, t) *
      source(at.x * g.strideW + kx * g.dilationW, atY * g.strideH + ky * g.dilationH);
  RDom block(0, ceilDiv(usedHeight, blocks.rows), 0, wholeTiles + 1, "block");
  block.where(block.y >= part * wholeTiles);
  block.where(block.y < wholeTiles + part);
  laneSum(l, c, kx, ky, ci, part) = 0.0f;
  laneSum(l, c, kx, ky, ci, part) += blockSum(l, c, kx, ky, ci, block.x, block.y);
  RDom lane(0, tileLanes, 0, select(lastLanes == 0, 1, 2), "lane");
  gradient(c, kx, ky, ci) = 0.0f;
  gradient(c, kx, ky, ci) +=
      select(lane.y == 0 || lane.x < lastLanes, laneSum(lane.x, c, kx, ky, ci, lane.y), 0.0f);
  rule.start(weights, {c, kx, ky, ci});
  Stage step = rule.step(weights, {c, kx, ky, ci}, gradient(c, kx, ky, ci));

  constrainOutputs(weights, g.weightExtents());
  checkScratch(double(blocks.filters) * g.kernelW * g.kernelH * blocks.channels);
  Var co("co"), cc("cc"), cio("cio"), cii("cii"), lo("lo"), li("li"), kxo("kxo"), kxi("kxi");
  step.split(c, co, cc, blocks.filters)
      .split(ci, cio, cii, blocks.channels, TailStrategy::GuardWithIf)
      .reorder(cc, kx, ky, cii, cio, co)
      .vectorize(cc)
      .parallel(cio)
      .parallel(co);
  gradient.compute_at(weights, cio)
      .store_in(onStack)
      .bound_storage(ci, blocks.channels)
      .vectorize(c, blocks.filters);
  gradient.update().reorder(lane.x, c, kx, ky, ci, lane.y).atomic().vectorize(lane.x);
  laneSum.compute_at(gradient, lane.y)
      .store_in(onStack)
      .bound_storage(ci, blocks.channels)
      .vectorize(l);
  laneSum.update()
      .split(l, lo, li, target.vectorLanes)
      .split(kx, kxo, kxi, blocks.taps)
      .reorder(li, kxi, c, lo, kxo, ky, ci, block.x, block.y)
      .vectorize(li)
      .unroll(kxi)
      .unroll(c);
  if (g.isPooled)
    delta.compute_at(laneSum, block.x)
        .store_in(onStack)
        .bound_storage(x, usedWidth)
        .bound_storage(y, blocks.rows)
        .bound_storage(c, blocks.filters)
        .vectorize(l);
  if (g.isPadded)
    padded.compute_at(laneSum, ci)
        .store_in(onStack)
        .bound_storage(x, (usedWidth - 1) * g.strideW + g.spanW)
        .bound_storage(y, (blocks.rows - 1) * g.strideH + g.spanH)
        .vectorize(l);
  blockSum.compute_at(laneSum, lo)
      .store_in(onStack)
      .vectorize(l)
      .unroll(kx)
      .unroll(c)
      .update()
      .reorder(l, kx, c, at.x, at.y)
      .vectorize(l)
      .unroll(kx)
      .unroll(c);
  return {Pipeline(weights), inputs};
}

Kernel build_conv2d_grad_bias_update(const KernelSpec &spec, const KernelTarget &target) {
  UpdateRule rule(spec);
  Param<int> samples("samples");
  ImageParam dz = inputBuffer(Float(32), "dz", imageTensor(runTime, runTime, runTime));
  Var c("c"), l("l"), t("t");
  Expr wholeTiles = samples / tileLanes, lastLanes = samples % tileLanes;
  RDom place(0, dz.dim(1).extent(), 0, dz.dim(2).extent(), "place");
  Func tileSum("tile_sum"), gradient("gradient"), bias("bias");
  if (target.isGpu()) {
    Func laneSum("lane_sum");
    RDom at(0, dz.dim(1).extent(), 0, dz.dim(2).extent(), 0, dz.dim(4).extent(), "at");
    RDom lane(0, tileLanes, "lane");
    laneSum(l, c) = 0.0f;
    laneSum(l, c) += select(at.z * tileLanes + l < samples,
                            dz(l, at.x, at.y, min(c, dz.dim(3).extent() - 1), at.z), 0.0f);
    gradient(c) = 0.0f;
    gradient(c) += laneSum(lane, c);
    rule.start(bias, {c});
    rule.step(bias, {c}, gradient(c));
    constrainOutputs(bias, {runTime});
    updateByLanes(bias, c, gradient, laneSum);
    return {Pipeline(bias), rule.inputsOf(samples, {dz})};
  }
  tileSum(l, c, t) = 0.0f;
  tileSum(l, c, t) += dz(l, place.x, place.y, min(c, dz.dim(3).extent() - 1), t);
  RDom lane(0, tileLanes, 0, (samples + tileLanes - 1) / tileLanes, "lane");
  gradient(c) = 0.0f;
  gradient(c) +=
      select(lane.y < wholeTiles || lane.x < lastLanes, tileSum(lane.x, c, lane.y), 0.0f);
  rule.start(bias, {c});
  Stage step = rule.step(bias, {c}, gradient(c));

  constrainOutputs(bias, {runTime});
  step.parallel(c);
  gradient.compute_at(bias, c).store_in(onStack);
  gradient.update().atomic().vectorize(lane.x);
  tileSum.compute_at(gradient, lane.y).store_in(onStack).vectorize(l).update().vectorize(l);
  return {Pipeline(bias), rule.inputsOf(samples, {dz})};
}

} // namespace nnx::kernels
