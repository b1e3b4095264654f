// Makes one op of what one kernel computes. Across layers: convolution, activation and pool;
// convolution and softmax; dense and activation; the derivative of an activation with the gradient
// it multiplies, that of a softmax with the pool's gradient. Within a layer always, since no kernel
// computes the parts: gradient and update, loss and its gradient.
#include "compiler/dialect/NnxDialect.h"
#include "compiler/layers/Layers.h"
#include "compiler/passes/Passes.h"

#include "dsl/Activations.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace nnx {
#define GEN_PASS_DEF_FUSE
#include "compiler/dialect/NnxPasses.h.inc"
} // namespace nnx

using namespace mlir;

namespace nnx {
namespace {

constexpr llvm::StringLiteral linear = "linear";

// What the backward pass does with an activation that stands before a pool: the gradient through
// the pool, then through the activation. Null ops where there is no backward pass.
struct BackwardOfPooledActivation {
  MaxPoolGradOp pool;
  ActivationGradOp activation;
  bool savesInput = false; // the activation's derivative is a function of its input
};

// Finds the ops that use `activation` and `argmax` backward; fails where anything else does.
FailureOr<BackwardOfPooledActivation> matchBackward(ActivationOp activation, MaxPoolOp pool) {
  BackwardOfPooledActivation found;
  for (Operation *user : pool.getArgmax().getUsers()) {
    auto grad = dyn_cast<MaxPoolGradOp>(user);
    if (!grad || found.pool || grad.getSaved() || !grad->hasOneUse())
      return failure();
    found.pool = grad;
    found.activation = dyn_cast<ActivationGradOp>(*grad->user_begin());
    if (!found.activation || found.activation.getDy() != grad.getDx())
      return failure();
  }
  auto isOther = [&](Operation *user, Operation *forward) {
    return user != forward && user != found.activation;
  };
  for (Operation *user : activation.getY().getUsers())
    if (isOther(user, pool))
      return failure();
  for (Operation *user : activation.getX().getUsers())
    if (isOther(user, activation))
      return failure();
  if (found.activation)
    found.savesInput = found.activation.getSaved() == activation.getX();
  return found;
}

// Whether windows lie side by side and wholly inside of x: the form of a pool that other kernels
// compute along. Those that `same` lets fall off the end do not come up where extents divide.
template <class PoolOp> bool isPartition(PoolOp pool, RankedTensorType x) {
  ArrayRef<int64_t> window = pool.getWindow(), extents = sampleExtents(x);
  return window == pool.getStrides() &&
         (pool.getPadding() == Padding::Valid ||
          (extents[0] % window[0] == 0 && extents[1] % window[1] == 0));
}

// max_pool(f(conv2d(x))) = f(max_pool(conv2d(x))) for an f that never falls. Where f falls and then
// rises, the greatest f(z) of a window is that of its greatest or of its least z. Backward, for
// both,
//   f'(z) * scatter(dy) = scatter(f'(z of the place that y comes from) * dy)
// since no other element of z receives a gradient.
struct FuseConvolutionWithPool : OpRewritePattern<MaxPoolOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MaxPoolOp pool, PatternRewriter &rewriter) const override {
    if (!isPartition(pool, typeOf(pool.getX())))
      return rewriter.notifyMatchFailure(pool, "windows overlap, leave gaps or reach outside");
    auto activation = pool.getX().getDefiningOp<ActivationOp>();
    Value z = activation ? activation.getX() : pool.getX();
    auto conv = z.getDefiningOp<Conv2dOp>();
    if (!conv)
      return failure();
    BackwardOfPooledActivation backward;
    if (activation) {
      if (dsl::findActivation(activation.getKind())->shape == dsl::ActivationShape::Unknown)
        return rewriter.notifyMatchFailure(pool, "nothing is known of the activation's shape");
      FailureOr<BackwardOfPooledActivation> match = matchBackward(activation, pool);
      if (failed(match))
        return failure();
      backward = *match;
    } else if (!conv->hasOneUse()) {
      return failure();
    }

    rewriter.setInsertionPoint(conv);
    bool keepsArgmax = !pool.getArgmax().use_empty();
    auto block = Conv2dBlockOp::create(rewriter, conv.getLoc(), pool.getY().getType(),
                                       keepsArgmax ? pool.getArgmax().getType() : Type(),
                                       backward.savesInput ? pool.getY().getType() : Type(),
                                       conv.getX(), conv.getWeights(), conv.getBias(),
                                       conv.getStrides(), conv.getDilations(), conv.getPadding(),
                                       activation ? activation.getKind() : StringRef(linear),
                                       pool.getWindowAttr(), pool.getStridesAttr());
    if (backward.activation) {
      rewriter.setInsertionPoint(backward.activation);
      Value saved = backward.savesInput ? block.getZ() : block.getY();
      auto delta =
          ActivationGradOp::create(rewriter, backward.activation.getLoc(), block.getY().getType(),
                                   backward.pool.getDy(), saved, activation.getKind());
      rewriter.replaceOpWithNewOp<MaxPoolGradOp>(
          backward.activation, backward.activation.getType(), delta, block.getArgmax(), Value(),
          pool.getWindow(), pool.getStrides(), pool.getPadding(), StringAttr());
      rewriter.eraseOp(backward.pool);
    }
    rewriter.replaceAllUsesWith(pool.getY(), block.getY());
    if (keepsArgmax)
      rewriter.replaceAllUsesWith(pool.getArgmax(), block.getArgmax());
    rewriter.eraseOp(pool);
    if (activation)
      rewriter.eraseOp(activation);
    rewriter.eraseOp(conv);
    return success();
  }
};

Operation *createBlock(Conv2dOp conv, StringRef activation, bool keepsInput, OpBuilder &builder) {
  Type y = conv.getY().getType();
  return Conv2dBlockOp::create(
      builder, conv.getLoc(), y, /*argmax=*/Type(), keepsInput ? y : Type(), conv.getX(),
      conv.getWeights(), conv.getBias(), conv.getStrides(), conv.getDilations(), conv.getPadding(),
      activation,
      /*window=*/DenseI64ArrayAttr(), /*pool_strides=*/DenseI64ArrayAttr());
}

Operation *createBlock(DenseOp dense, StringRef activation, bool keepsInput, OpBuilder &builder) {
  Type y = dense.getY().getType();
  return DenseBlockOp::create(builder, dense.getLoc(), y, keepsInput ? y : Type(), dense.getX(),
                              dense.getWeights(), dense.getBias(), activation);
}

// y = f(layer(x)); layer(x) itself is kept where something else, such as f', reads it.
template <class LayerOp> struct FuseActivation : OpRewritePattern<ActivationOp> {
  using OpRewritePattern<ActivationOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(ActivationOp activation, PatternRewriter &rewriter) const override {
    auto layer = activation.getX().getDefiningOp<LayerOp>();
    if (!layer)
      return failure();
    bool keepsInput = !layer->hasOneUse();
    rewriter.setInsertionPoint(layer);
    Operation *block = createBlock(layer, activation.getKind(), keepsInput, rewriter);
    rewriter.replaceOp(activation, block->getResult(0));
    if (keepsInput)
      rewriter.replaceAllUsesWith(layer.getY(), block->getResults().back());
    rewriter.eraseOp(layer);
    return success();
  }
};

// y = softmax(conv2d(x)): a place's sums over its filters while they are in cache.
struct FuseConvolutionWithSoftmax : OpRewritePattern<SoftmaxOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SoftmaxOp softmax, PatternRewriter &rewriter) const override {
    auto conv = softmax.getX().getDefiningOp<Conv2dOp>();
    if (!conv || !conv->hasOneUse())
      return failure();
    rewriter.replaceOpWithNewOp<Conv2dSoftmaxOp>(
        softmax, softmax.getY().getType(), conv.getX(), conv.getWeights(), conv.getBias(),
        conv.getStridesAttr(), conv.getDilationsAttr(), conv.getPaddingAttr());
    rewriter.eraseOp(conv);
    return success();
  }
};

// softmax_grad(max_pool_grad(dy), y): the scattered gradient is never stored.
struct FusePoolGradWithSoftmaxGrad : OpRewritePattern<SoftmaxGradOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SoftmaxGradOp grad, PatternRewriter &rewriter) const override {
    auto scatter = grad.getDy().getDefiningOp<MaxPoolGradOp>();
    if (!scatter || !scatter->hasOneUse() || scatter.getSaved())
      return failure();
    rewriter.replaceOpWithNewOp<MaxPoolSoftmaxGradOp>(
        grad, grad.getDx().getType(), scatter.getDy(), scatter.getArgmax(), grad.getY(),
        scatter.getWindow(), scatter.getStrides(), scatter.getPadding());
    rewriter.eraseOp(scatter);
    return success();
  }
};

// A layer without an activation of its own has the linear one.
template <class LayerOp> struct MakeLinearBlock : OpRewritePattern<LayerOp> {
  using OpRewritePattern<LayerOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(LayerOp layer, PatternRewriter &rewriter) const override {
    rewriter.replaceOp(layer, createBlock(layer, linear, /*keepsInput=*/false, rewriter));
    return success();
  }
};

// f'(unflatten(g)) = unflatten(f'(g)): brings the derivative to the op that makes g.
struct MoveDerivativeBeforeUnflatten : OpRewritePattern<ActivationGradOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ActivationGradOp grad, PatternRewriter &rewriter) const override {
    auto unflatten = grad.getDy().getDefiningOp<FlattenGradOp>();
    if (!unflatten || !unflatten->hasOneUse())
      return failure();
    Type flat = unflatten.getDy().getType();
    Value saved = FlattenOp::create(rewriter, grad.getLoc(), flat, grad.getSaved());
    Value delta = ActivationGradOp::create(rewriter, grad.getLoc(), flat, unflatten.getDy(), saved,
                                           grad.getKind());
    rewriter.replaceOpWithNewOp<FlattenGradOp>(grad, grad.getType(), delta);
    return success();
  }
};

// The op that makes dy multiplies by the derivative while dy is still in registers.
template <class GradientOp> struct FoldDerivative : OpRewritePattern<ActivationGradOp> {
  using OpRewritePattern<ActivationGradOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(ActivationGradOp grad, PatternRewriter &rewriter) const override {
    auto producer = grad.getDy().getDefiningOp<GradientOp>();
    if (!producer || !producer->hasOneUse() || producer.getSaved())
      return failure();
    // Where the derivative stands, everything it reads is there.
    rewriter.moveOpBefore(producer, grad);
    rewriter.modifyOpInPlace(producer, [&] {
      producer.getSavedMutable().assign(grad.getSaved());
      producer.setActivationAttr(grad.getKindAttr());
    });
    rewriter.replaceOp(grad, producer.getDx());
    return success();
  }
};

// The gradient of the pool behind a convolution goes through both in one op where the kernel makes
// use of the windows: minimal filtering of tiles of 2x2, see Conv2dWinograd.cpp.
struct FusePoolGradWithConvolutionGrad : OpRewritePattern<Conv2dGradInputOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(Conv2dGradInputOp grad, PatternRewriter &rewriter) const override {
    auto scatter = grad.getDy().getDefiningOp<MaxPoolGradOp>();
    if (!scatter || scatter.getSaved() || !isPartition(scatter, typeOf(scatter.getDx())))
      return failure();
    ArrayRef<int64_t> kernel = typeOf(grad.getWeights()).getShape();
    auto areAll = [](ArrayRef<int64_t> extents, int64_t value) {
      return llvm::all_of(extents, [&](int64_t extent) { return extent == value; });
    };
    if (!areAll(kernel.take_front(2), 3) || kernel[2] < 16 || kernel[3] < 16 ||
        !areAll(scatter.getWindow(), 2) || !areAll(grad.getStrides(), 1) ||
        !areAll(grad.getDilations(), 1) || grad.getPadding() != Padding::Valid)
      return rewriter.notifyMatchFailure(grad, "no tiles of 2x2");
    rewriter.modifyOpInPlace(grad, [&] {
      grad.getDyMutable().set(scatter.getDy());
      grad.getArgmaxMutable().assign(scatter.getArgmax());
      grad.setWindowAttr(scatter.getWindowAttr());
      grad.setPoolStridesAttr(scatter.getStridesAttr());
    });
    return success();
  }
};

struct FuseUpdate : OpRewritePattern<UpdateOp> {
  FuseUpdate(MLIRContext *context, bool acrossLayers)
      : OpRewritePattern(context), acrossLayers(acrossLayers) {}

  LogicalResult matchAndRewrite(UpdateOp update, PatternRewriter &rewriter) const override {
    Operation *gradient = update.getGradient().getDefiningOp();
    if (!gradient || !gradient->hasOneUse())
      return failure(); // clipping by norm reads it too
    if (auto conv = dyn_cast<Conv2dGradWeightsOp>(gradient)) {
      Value dz = conv.getDy(), argmax;
      DenseI64ArrayAttr window;
      auto scatter = dz.getDefiningOp<MaxPoolGradOp>();
      if (acrossLayers && scatter && !scatter.getSaved() &&
          isPartition(scatter, typeOf(scatter.getDx()))) {
        dz = scatter.getDy();
        argmax = scatter.getArgmax();
        window = scatter.getWindowAttr();
      }
      rewriter.replaceOpWithNewOp<Conv2dGradWeightsUpdateOp>(
          update, update.getResultTypes(), conv.getX(), dz, argmax, update.getWeights(),
          update.getSlots(), conv.getStridesAttr(), conv.getDilationsAttr(), conv.getPaddingAttr(),
          window, window, update.getOptimizerAttr());
    } else if (auto conv = dyn_cast<Conv2dGradBiasOp>(gradient)) {
      // The sum over a scattered gradient is the sum over the gradient.
      auto scatter = conv.getDy().getDefiningOp<MaxPoolGradOp>();
      Value dz = acrossLayers && scatter && !scatter.getSaved() ? scatter.getDy() : conv.getDy();
      rewriter.replaceOpWithNewOp<Conv2dGradBiasUpdateOp>(update, update.getResultTypes(), dz,
                                                          update.getWeights(), update.getSlots(),
                                                          update.getOptimizerAttr());
    } else if (auto dense = dyn_cast<DenseGradWeightsOp>(gradient)) {
      rewriter.replaceOpWithNewOp<DenseGradWeightsUpdateOp>(
          update, update.getResultTypes(), dense.getX(), dense.getDy(), update.getWeights(),
          update.getSlots(), update.getOptimizerAttr());
    } else if (auto dense = dyn_cast<DenseGradBiasOp>(gradient)) {
      rewriter.replaceOpWithNewOp<DenseGradBiasUpdateOp>(
          update, update.getResultTypes(), dense.getDy(), update.getWeights(), update.getSlots(),
          update.getOptimizerAttr());
    } else {
      return failure();
    }
    rewriter.eraseOp(gradient);
    return success();
  }

  bool acrossLayers;
};

// One kernel makes all four numbers of a channel, another applies them.
struct SplitBatchNorm : OpRewritePattern<BatchNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BatchNormOp norm, PatternRewriter &rewriter) const override {
    Type state = norm.getMean().getType();
    auto statistics = BatchNormStatisticsOp::create(rewriter, norm.getLoc(), state, state, state,
                                                    state, norm.getX(), norm.getMovingMean(),
                                                    norm.getMovingVariance(), norm.getMomentum());
    Value y = NormalizeOp::create(rewriter, norm.getLoc(), norm.getY().getType(), norm.getX(),
                                  norm.getGamma(), norm.getBeta(), statistics.getMean(),
                                  statistics.getVariance(), norm.getEpsilon());
    rewriter.replaceOp(norm, {y, statistics.getMean(), statistics.getVariance(),
                              statistics.getNewMovingMean(), statistics.getNewMovingVariance()});
    return success();
  }
};

struct FuseLossGradient : OpRewritePattern<SoftmaxCrossEntropyGradOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SoftmaxCrossEntropyGradOp grad,
                                PatternRewriter &rewriter) const override {
    auto loss = grad.getProbabilities().getDefiningOp<SoftmaxCrossEntropyOp>();
    if (!loss || loss.getLabels() != grad.getLabels() ||
        loss.getLabelSmoothing() != grad.getLabelSmoothing())
      return failure();
    rewriter.setInsertionPoint(loss);
    auto block = SoftmaxCrossEntropyBlockOp::create(
        rewriter, loss.getLoc(), loss.getLoss().getType(), loss.getProbabilities().getType(),
        grad.getDlogits().getType(), loss.getLogits(), loss.getLabels(),
        loss.getLabelSmoothingAttr());
    rewriter.replaceOp(grad, block.getDlogits());
    rewriter.replaceOp(loss, ValueRange{block.getLoss(), block.getProbabilities()});
    return success();
  }
};

struct FuseElementwiseLossGradient : OpRewritePattern<ElementwiseLossGradOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ElementwiseLossGradOp grad,
                                PatternRewriter &rewriter) const override {
    auto loss = grad.getPredictions().getDefiningOp<ElementwiseLossOp>();
    if (!loss || loss.getTargets() != grad.getTargets() || loss.getKind() != grad.getKind())
      return failure();
    rewriter.setInsertionPoint(loss);
    auto block = ElementwiseLossBlockOp::create(
        rewriter, loss.getLoc(), loss.getLoss().getType(), loss.getPredictions().getType(),
        grad.getDx().getType(), loss.getX(), loss.getTargets(), loss.getKindAttr());
    rewriter.replaceOp(grad, block.getDx());
    rewriter.replaceOp(loss, ValueRange{block.getLoss(), block.getPredictions()});
    return success();
  }
};

struct Fuse : impl::FuseBase<Fuse> {
  using FuseBase::FuseBase;

  void runOnOperation() override {
    MLIRContext *context = &getContext();
    if (acrossLayers) {
      // The pool first: a block of convolution and activation can no longer take one.
      RewritePatternSet pools(context);
      pools.add<FuseConvolutionWithPool>(context);
      if (failed(applyPatternsGreedily(getOperation(), std::move(pools))))
        return signalPassFailure();
    }
    RewritePatternSet patterns(context);
    if (acrossLayers) {
      patterns.add<FuseActivation<Conv2dOp>, FuseActivation<DenseOp>, MoveDerivativeBeforeUnflatten,
                   FoldDerivative<DenseGradInputOp>, FoldDerivative<Conv2dGradInputOp>,
                   FoldDerivative<MaxPoolGradOp>, FuseConvolutionWithSoftmax,
                   FusePoolGradWithSoftmaxGrad, FusePoolGradWithConvolutionGrad>(context);
    }
    patterns.add<FuseLossGradient, FuseElementwiseLossGradient, SplitBatchNorm>(context);
    patterns.add<FuseUpdate>(context, acrossLayers);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();

    // A layer is linear only where no activation follows it.
    RewritePatternSet rest(context);
    rest.add<MakeLinearBlock<Conv2dOp>, MakeLinearBlock<DenseOp>>(context);
    if (failed(applyPatternsGreedily(getOperation(), std::move(rest))))
      signalPassFailure();
  }
};

} // namespace
} // namespace nnx
