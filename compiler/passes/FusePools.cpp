// Pools in one op with what stands beside them: see Fuse.cpp.
#include "compiler/passes/FusePools.h"

#include "compiler/kernels/MinimalFiltering.h"
#include "dsl/Activations.h"

using namespace mlir;

namespace nnx {
namespace {

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

// The gradient of the pool behind a convolution goes through both in one op where the kernel makes
// use of the windows: minimal filtering of tiles of 2x2, see Conv2dWinograd.cpp.
struct FusePoolGradWithConvolutionGrad : OpRewritePattern<Conv2dGradInputOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(Conv2dGradInputOp grad, PatternRewriter &rewriter) const override {
    auto scatter = grad.getDy().getDefiningOp<MaxPoolGradOp>();
    if (!scatter || scatter.getSaved() || !isPartition(scatter, typeOf(scatter.getDx())))
      return failure();
    auto pair = [](ArrayRef<int64_t> extents) { return std::array{extents[0], extents[1]}; };
    ArrayRef<int64_t> kernel = typeOf(grad.getWeights()).getShape();
    if (pair(scatter.getWindow()) != std::array<int64_t, 2>{2, 2} ||
        !kernels::isFilterable({pair(kernel), pair(grad.getStrides()), pair(grad.getDilations()),
                                grad.getPadding() == Padding::Same, kernel[2], kernel[3]}))
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

} // namespace

void addPoolPatterns(RewritePatternSet &patterns) {
  patterns.add<FuseConvolutionWithPool>(patterns.getContext());
}

void addPoolGradientPatterns(RewritePatternSet &patterns) {
  patterns.add<FusePoolGradWithSoftmaxGrad, FusePoolGradWithConvolutionGrad>(patterns.getContext());
}

} // namespace nnx
