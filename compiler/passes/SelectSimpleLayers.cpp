// Kernels of layers without weights of their own, and of batch_norm, whose parameters are updated
// apart.
#include "compiler/passes/KernelCaller.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace nnx {
namespace {

// The shape behind the elements of a sample in memory: k = x + W * (y + H * c) for HxWxC, while
// Keras counts (y * W + x) * C + c; one number where both are the same.
std::string orderText(Value tensor) {
  return shapeText(layoutOf(tensor).dims);
}

LogicalResult selectFor(KernelCaller &k, AvgPoolOp op) {
  return k.call(op, "avg_pool_forward", poolAttributes(op, op.getX()),
                {{"x", k.buffers.of(op.getX())}, {"y", k.buffers.of(op.getY())}});
}

LogicalResult selectFor(KernelCaller &k, AvgPoolGradOp op) {
  return k.call(op, "avg_pool_grad", poolAttributes(op, op.getDx()),
                {{"dy", k.buffers.of(op.getDy())}, {"dx", k.buffers.of(op.getDx())}});
}

LogicalResult selectFor(KernelCaller &k, MaxPoolSoftmaxGradOp op) {
  return k.call(op, "max_pool_softmax_grad", poolAttributes(op, op.getDx()),
                {{"dy", k.buffers.of(op.getDy())},
                 {"argmax", k.buffers.of(op.getArgmax())},
                 {"y", k.buffers.of(op.getY())},
                 {"dx", k.buffers.of(op.getDx())}});
}

LogicalResult selectFor(KernelCaller &k, AddOp op) {
  if (!layoutOf(op.getSum()).overSamples())
    return op->emitOpError("has no kernel for parameters");
  return k.call(op, "add", {},
                {{"lhs", k.buffers.flatView(op.getLhs())},
                 {"rhs", k.buffers.flatView(op.getRhs())},
                 {"sum", k.buffers.flatView(op.getSum())}});
}

// Channels lie outermost, so that parts of an image are runs of a sample, as those of a flat
// tensor are. A flat one in the order of an image is read so.
std::string partOrder(Value tensor) {
  return isImage(tensor) ? std::to_string(layoutOf(tensor).allocatedElements() / NNXRT_LANES)
                         : orderText(tensor);
}

LogicalResult selectFor(KernelCaller &k, ConcatOp op) {
  return k.call(op, "concat", {{"lhs", partOrder(op.getLhs())}, {"rhs", partOrder(op.getRhs())}},
                {{"lhs", k.buffers.flatView(op.getLhs())},
                 {"rhs", k.buffers.flatView(op.getRhs())},
                 {"y", k.buffers.flatView(op.getY())}});
}

LogicalResult selectFor(KernelCaller &k, SliceOp op) {
  int64_t places = 1;
  if (isImage(op.getX()))
    places = typeOf(op.getX()).getDimSize(1) * typeOf(op.getX()).getDimSize(2);
  return k.call(op, "slice",
                {{"input", partOrder(op.getX())},
                 {"output", partOrder(op.getY())},
                 {"offset", std::to_string(int64_t(op.getOffset()) * places)}},
                {{"x", k.buffers.flatView(op.getX())}, {"y", k.buffers.flatView(op.getY())}});
}

// Element (place, channel) is number place * channels + channel of a sample, which also holds for a
// flat one in the order of an image.
LogicalResult selectFor(KernelCaller &k, DropoutOp op) {
  Layout layout = layoutOf(op.getX());
  int64_t channels = layout.dims.back();
  int64_t places = layout.allocatedElements() / NNXRT_LANES / channels;
  SmallVector<int64_t> extents{NNXRT_LANES, places, channels, NNXRT_TILES};
  return k.call(
      op, "dropout",
      {{"input", shapeText({places, channels})},
       {"rate", realText(op.getRate())},
       {"stream", std::to_string(op.getStream())}},
      {{"x", k.buffers.view(op.getX(), extents)}, {"y", k.buffers.view(op.getY(), extents)}});
}

// (lane, place, channel, tile): the places of an image, or one place of a flat sample.
Value channelView(KernelCaller &k, Value tensor) {
  Layout layout = layoutOf(tensor);
  int64_t channels = isImage(tensor) ? layout.dims.back() : layout.extents[1];
  return k.buffers.view(tensor, {NNXRT_LANES, layout.allocatedElements() / NNXRT_LANES / channels,
                                 channels, NNXRT_TILES});
}

LogicalResult selectFor(KernelCaller &k, BatchNormStatisticsOp op) {
  k.buffers.set(op.getNewMovingMean(), k.buffers.of(op.getMovingMean()));
  k.buffers.set(op.getNewMovingVariance(), k.buffers.of(op.getMovingVariance()));
  return k.call(op, "batch_norm_statistics", {{"momentum", realText(op.getMomentum())}},
                {{"x", channelView(k, op.getX())},
                 {"mean", k.buffers.of(op.getMean())},
                 {"variance", k.buffers.of(op.getVariance())},
                 {"moving_mean", k.buffers.of(op.getMovingMean())},
                 {"moving_variance", k.buffers.of(op.getMovingVariance())}});
}

LogicalResult selectFor(KernelCaller &k, NormalizeOp op) {
  return k.call(op, "normalize", {{"epsilon", realText(op.getEpsilon())}},
                {{"x", channelView(k, op.getX())},
                 {"gamma", k.buffers.of(op.getGamma())},
                 {"beta", k.buffers.of(op.getBeta())},
                 {"mean", k.buffers.of(op.getMean())},
                 {"variance", k.buffers.of(op.getVariance())},
                 {"y", channelView(k, op.getY())}});
}

LogicalResult selectFor(KernelCaller &k, BatchNormGradParametersOp op) {
  return k.call(op, "batch_norm_grad_parameters", {{"epsilon", realText(op.getEpsilon())}},
                {{"x", channelView(k, op.getX())},
                 {"dy", channelView(k, op.getDy())},
                 {"mean", k.buffers.of(op.getMean())},
                 {"variance", k.buffers.of(op.getVariance())},
                 {"dgamma", k.buffers.of(op.getDgamma())},
                 {"dbeta", k.buffers.of(op.getDbeta())}});
}

LogicalResult selectFor(KernelCaller &k, BatchNormGradInputOp op) {
  return k.call(op, "batch_norm_grad_input", {{"epsilon", realText(op.getEpsilon())}},
                {{"x", channelView(k, op.getX())},
                 {"dy", channelView(k, op.getDy())},
                 {"gamma", k.buffers.of(op.getGamma())},
                 {"mean", k.buffers.of(op.getMean())},
                 {"variance", k.buffers.of(op.getVariance())},
                 {"dgamma", k.buffers.of(op.getDgamma())},
                 {"dbeta", k.buffers.of(op.getDbeta())},
                 {"dx", channelView(k, op.getDx())}});
}

} // namespace

LogicalResult selectSimpleLayer(Operation *op, KernelCaller &caller) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<AvgPoolOp, AvgPoolGradOp, MaxPoolSoftmaxGradOp, AddOp, ConcatOp, SliceOp, DropoutOp,
            BatchNormStatisticsOp, NormalizeOp, BatchNormGradParametersOp, BatchNormGradInputOp>(
          [&](auto known) { return selectFor(caller, known); })
      .Default([](Operation *other) { return other->emitOpError("has no kernel"); });
}

} // namespace nnx
