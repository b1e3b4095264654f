// Makes one op of what one kernel computes. Across layers: convolution, activation and pool
// (FusePools.cpp); convolution and softmax; dense and activation; the derivative of an activation
// with the gradient it multiplies, that of a softmax or a convolution with the pool's gradient.
// Within a layer always, since no kernel computes the parts: gradient and update, loss and its
// gradient.
#include "compiler/dialect/NnxDialect.h"
#include "compiler/layers/Layers.h"
#include "compiler/passes/FusePools.h"
#include "compiler/passes/Passes.h"

#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace nnx {
#define GEN_PASS_DEF_FUSE
#include "compiler/dialect/NnxPasses.h.inc"
} // namespace nnx

using namespace mlir;

namespace nnx {
namespace {

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
      addPoolPatterns(pools);
      if (failed(applyPatternsGreedily(getOperation(), std::move(pools))))
        return signalPassFailure();
    }
    RewritePatternSet patterns(context);
    if (acrossLayers) {
      patterns.add<FuseActivation<Conv2dOp>, FuseActivation<DenseOp>, MoveDerivativeBeforeUnflatten,
                   FoldDerivative<DenseGradInputOp>, FoldDerivative<Conv2dGradInputOp>,
                   FoldDerivative<MaxPoolGradOp>, FuseConvolutionWithSoftmax>(context);
      addPoolGradientPatterns(patterns);
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
