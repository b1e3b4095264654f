// Turns ops on tensors into calls of kernels on buffers. Every op left by nnx-fuse has one kernel;
// one without is an error at its place. Weights and state are updated in place, after everything
// that reads their old values.
#include "compiler/layers/Layers.h"
#include "compiler/passes/KernelCaller.h"
#include "compiler/passes/Passes.h"
#include "compiler/passes/Updates.h"

#include "dsl/Optimizers.h"
#include "llvm/ADT/TypeSwitch.h"

namespace nnx {
#define GEN_PASS_DEF_SELECTKERNELS
#include "compiler/dialect/NnxPasses.h.inc"
} // namespace nnx

using namespace mlir;

namespace nnx {
namespace {

// The attributes that all kernels of a convolution have; `x` is its input, or has its type.
template <class OpT> Attributes convolution(OpT op, Value x, Value weights) {
  ArrayRef<int64_t> shape = typeOf(weights).getShape();
  return {{"input", sampleText(x)},
          {"filters", std::to_string(shape[3])},
          {"kernel", shapeText(shape.take_front(2))},
          {"stride", shapeText(op.getStrides())},
          {"dilation", shapeText(op.getDilations())},
          {"padding", stringifyPadding(op.getPadding()).str()}};
}

std::string flag(bool value) {
  return value ? "1" : "0";
}

class KernelSelector : public KernelCaller {
public:
  using KernelCaller::KernelCaller;

  LogicalResult select(Operation *op) {
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case<Conv2dBlockOp, Conv2dSoftmaxOp, Conv2dGradWeightsUpdateOp, Conv2dGradBiasUpdateOp,
              Conv2dGradInputOp, DenseBlockOp, DenseGradWeightsUpdateOp, DenseGradBiasUpdateOp,
              DenseGradInputOp, TransposeDeltaOp, MaxPoolOp, MaxPoolGradOp, ActivationOp,
              ActivationGradOp, SoftmaxOp, SoftmaxGradOp, SoftmaxCrossEntropyOp,
              SoftmaxCrossEntropyBlockOp, ElementwiseLossOp, ElementwiseLossBlockOp, UpdateOp,
              FlattenOp, FlattenGradOp, Conv2dGradWeightsOp, Conv2dGradBiasOp, DenseGradWeightsOp,
              DenseGradBiasOp, SquaredNormOp>([&](auto known) { return selectFor(known); })
        .Default([&](Operation *other) { return selectSimpleLayer(other, *this); });
  }

private:
  Value biasOf(Operation *op, Value bias, int64_t units) {
    return bias ? buffers.of(bias) : buffers.zeroBias(units, op->getLoc());
  }

  // Adds the state of an update, by the names of the optimizer's row.
  Bindings bindUpdate(Bindings bindings, StringRef weightsName, Operation *op,
                      StringRef optimizer) {
    auto choice = dsl::parseOptimizerChoice(optimizer);
    std::vector<dsl::OptimizerSlot> slots = choice->row->slots(choice->flags);
    SmallVector<Value> updated = updatedOperands(op);
    bindings.push_back({weightsName, buffers.of(updated[0])});
    for (auto [slot, value] : llvm::zip_equal(slots, ArrayRef(updated).drop_front()))
      bindings.push_back({calls.getStringAttr(slot.name).getValue(), buffers.of(value)});
    for (auto [result, operand] : llvm::zip_equal(op->getResults(), updated))
      buffers.set(result, buffers.of(operand));
    return bindings;
  }

  LogicalResult selectFor(Conv2dBlockOp op) {
    Bindings bindings{{"x", buffers.of(op.getX())},
                      {"weights", buffers.of(op.getWeights())},
                      {"bias", biasOf(op, op.getBias(), typeOf(op.getY()).getShape().back())},
                      {"y", buffers.of(op.getY())}};
    if (op.getArgmax())
      bindings.push_back({"argmax", buffers.of(op.getArgmax())});
    else if (op.getWindow())
      bindings.push_back({"argmax", argmaxScratch(op, op.getY())});
    if (op.getZ())
      bindings.push_back({"z", buffers.of(op.getZ())});
    Attributes more{{"activation", op.getActivation().str()},
                    {"pool", op.getWindow() ? shapeText(*op.getWindow()) : "0"},
                    {"saves_input", flag(bool(op.getZ()))}};
    return call(op, "conv2d_forward", with(convolution(op, op.getX(), op.getWeights()), more),
                bindings);
  }

  LogicalResult selectFor(Conv2dSoftmaxOp op) {
    return call(op, "conv2d_softmax_forward", convolution(op, op.getX(), op.getWeights()),
                {{"x", buffers.of(op.getX())},
                 {"weights", buffers.of(op.getWeights())},
                 {"bias", biasOf(op, op.getBias(), typeOf(op.getY()).getShape().back())},
                 {"y", buffers.of(op.getY())}});
  }

  LogicalResult selectFor(Conv2dGradWeightsUpdateOp op) {
    Bindings bindings{{"x", buffers.of(op.getX())}, {"dz", buffers.of(op.getDz())}};
    if (op.getArgmax())
      bindings.push_back({"argmax", buffers.of(op.getArgmax())});
    Attributes more{{"pool", op.getWindow() ? shapeText(*op.getWindow()) : "0"},
                    {"optimizer", op.getOptimizer().str()}};
    return call(op, "conv2d_grad_weights_update",
                with(convolution(op, op.getX(), op.getWeights()), more),
                bindUpdate(bindings, "weights", op, op.getOptimizer()));
  }

  LogicalResult selectFor(Conv2dGradBiasUpdateOp op) {
    return call(op, "conv2d_grad_bias_update", {{"optimizer", op.getOptimizer().str()}},
                bindUpdate({{"dz", buffers.of(op.getDz())}}, "bias", op, op.getOptimizer()));
  }

  LogicalResult selectFor(Conv2dGradInputOp op) {
    Bindings bindings{{"dz", buffers.of(op.getDy())},
                      {"weights", buffers.of(op.getWeights())},
                      {"dx", buffers.of(op.getDx())}};
    if (op.getArgmax())
      bindings.push_back({"argmax", buffers.of(op.getArgmax())});
    if (op.getSaved())
      bindings.push_back({"y_or_z", buffers.of(op.getSaved())});
    return call(op, "conv2d_grad_input",
                with(convolution(op, op.getDx(), op.getWeights()),
                     {{"pool", op.getWindow() ? shapeText(*op.getWindow()) : "0"},
                      {"activation", op.getActivation().value_or("none").str()}}),
                bindings);
  }

  LogicalResult selectFor(DenseBlockOp op) {
    Bindings bindings{{"x", buffers.of(op.getX())},
                      {"weights", buffers.of(op.getWeights())},
                      {"bias", biasOf(op, op.getBias(), typeOf(op.getY()).getDimSize(1))},
                      {"y", buffers.of(op.getY())}};
    if (op.getZ())
      bindings.push_back({"z", buffers.of(op.getZ())});
    return call(op, "dense_forward",
                with(dense(op.getWeights()), {{"activation", op.getActivation().str()},
                                              {"saves_input", flag(bool(op.getZ()))}}),
                bindings);
  }

  LogicalResult selectFor(DenseGradWeightsUpdateOp op) {
    return call(
        op, "dense_grad_weights_update",
        with(dense(op.getWeights()), {{"optimizer", op.getOptimizer().str()}}),
        bindUpdate({{"x", buffers.of(op.getX())}, {"dz_transposed", buffers.of(op.getDz())}},
                   "weights", op, op.getOptimizer()));
  }

  LogicalResult selectFor(DenseGradBiasUpdateOp op) {
    return call(
        op, "dense_grad_bias_update", {{"optimizer", op.getOptimizer().str()}},
        bindUpdate({{"dz_transposed", buffers.of(op.getDz())}}, "bias", op, op.getOptimizer()));
  }

  // A gradient that something else than its update reads: the kernel stores it.
  LogicalResult storeGradient(Operation *op, const char *kind, Attributes attributes,
                              Bindings bindings, StringRef target) {
    bindings.push_back({target, buffers.of(op->getResult(0))});
    attributes["optimizer"] = dsl::storedGradient().structuralText({});
    return call(op, kind, attributes, bindings);
  }

  LogicalResult selectFor(Conv2dGradWeightsOp op) {
    return storeGradient(op, "conv2d_grad_weights_update",
                         with(convolution(op, op.getX(), op.getDweights()), {{"pool", "0"}}),
                         {{"x", buffers.of(op.getX())}, {"dz", buffers.of(op.getDy())}}, "weights");
  }
  LogicalResult selectFor(Conv2dGradBiasOp op) {
    return storeGradient(op, "conv2d_grad_bias_update", {}, {{"dz", buffers.of(op.getDy())}},
                         "bias");
  }
  LogicalResult selectFor(DenseGradWeightsOp op) {
    return storeGradient(op, "dense_grad_weights_update", dense(op.getDweights()),
                         {{"x", buffers.of(op.getX())}, {"dz_transposed", buffers.of(op.getDy())}},
                         "weights");
  }
  LogicalResult selectFor(DenseGradBiasOp op) {
    return storeGradient(op, "dense_grad_bias_update", {},
                         {{"dz_transposed", buffers.of(op.getDy())}}, "bias");
  }

  LogicalResult selectFor(SquaredNormOp op) {
    Layout layout = layoutOf(op.getGradient());
    int64_t rows = layout.allocatedElements() / layout.extents[0];
    Bindings bindings{{"gradient", buffers.view(op.getGradient(), {layout.extents[0], rows})},
                      {"squared_norm", buffers.of(op.getSum())}};
    if (op.getBefore())
      bindings.push_back({"before", buffers.of(op.getBefore())});
    return call(op, "squared_norm",
                {{"units", std::to_string(typeOf(op.getGradient()).getShape().back())},
                 {"adds", flag(bool(op.getBefore()))}},
                bindings);
  }

  LogicalResult selectFor(DenseGradInputOp op) {
    Bindings bindings{{"dz", buffers.of(op.getDy())},
                      {"weights", buffers.of(op.getWeights())},
                      {"dx", buffers.of(op.getDx())}};
    if (op.getSaved())
      bindings.push_back({"y_or_z", buffers.of(op.getSaved())});
    return call(
        op, "dense_grad_input",
        with(dense(op.getWeights()), {{"activation", op.getActivation().value_or("none").str()}}),
        bindings);
  }

  LogicalResult selectFor(TransposeDeltaOp op) {
    return call(
        op, "transpose_delta", {},
        {{"dz", buffers.of(op.getDz())}, {"dz_transposed", buffers.of(op.getTransposed())}});
  }

  LogicalResult selectFor(MaxPoolOp op) {
    bool keepsArgmax = !op.getArgmax().use_empty();
    return call(
        op, "max_pool_forward", poolAttributes(op, op.getX()),
        {{"x", buffers.of(op.getX())},
         {"y", buffers.of(op.getY())},
         {"argmax", keepsArgmax ? buffers.of(op.getArgmax()) : argmaxScratch(op, op.getY())}});
  }

  LogicalResult selectFor(MaxPoolGradOp op) {
    Bindings bindings{{"dy", buffers.of(op.getDy())},
                      {"argmax", buffers.of(op.getArgmax())},
                      {"dx", buffers.of(op.getDx())}};
    if (op.getSaved())
      bindings.push_back({"y_or_z", buffers.of(op.getSaved())});
    return call(op, "max_pool_grad",
                with(poolAttributes(op, op.getDx()),
                     {{"activation", op.getActivation().value_or("none").str()}}),
                bindings);
  }

  LogicalResult selectFor(ActivationOp op) {
    return call(op, "activation_forward", {{"activation", op.getKind().str()}},
                {{"x", buffers.flatView(op.getX())}, {"y", buffers.flatView(op.getY())}});
  }

  LogicalResult selectFor(ActivationGradOp op) {
    return call(op, "activation_grad", {{"activation", op.getKind().str()}},
                {{"dy", buffers.flatView(op.getDy())},
                 {"y_or_z", buffers.flatView(op.getSaved())},
                 {"dx", buffers.flatView(op.getDx())}});
  }

  LogicalResult selectFor(SoftmaxOp op) {
    return call(op, "softmax_forward", {{"over", isImage(op.getX()) ? "c" : "n"}},
                {{"x", buffers.of(op.getX())}, {"y", buffers.of(op.getY())}});
  }

  LogicalResult selectFor(SoftmaxGradOp op) {
    return call(op, "softmax_grad", {{"over", isImage(op.getDy()) ? "c" : "n"}},
                {{"dy", buffers.of(op.getDy())},
                 {"y", buffers.of(op.getY())},
                 {"dx", buffers.of(op.getDx())}});
  }

  LogicalResult selectFor(SoftmaxCrossEntropyOp op) {
    return selectCrossEntropy(op, op.getLabelSmoothing(), {});
  }

  LogicalResult selectFor(SoftmaxCrossEntropyBlockOp op) {
    return selectCrossEntropy(op, op.getLabelSmoothing(), op.getDlogits());
  }

  LogicalResult selectCrossEntropy(Operation *op, const APFloat &smoothing, Value dlogits) {
    return selectLoss(
        op, "softmax_cross_entropy", "labels", "probabilities",
        {{"classes", sampleText(op->getOperand(0))}, {"label_smoothing", realText(smoothing)}},
        dlogits);
  }

  LogicalResult selectFor(ElementwiseLossOp op) {
    return selectElementwiseLoss(op, op.getKind(), op.getTargets(), {});
  }

  LogicalResult selectFor(ElementwiseLossBlockOp op) {
    return selectElementwiseLoss(op, op.getKind(), op.getTargets(), op.getDx());
  }

  LogicalResult selectElementwiseLoss(Operation *op, StringRef kind, Value targets, Value dx) {
    const bool areLabels = typeOf(targets).getRank() == 1;
    return selectLoss(op, "elementwise_loss", areLabels ? "labels" : "targets", "predictions",
                      {{"outputs", sampleText(op->getOperand(0))},
                       {"loss", kind.str()},
                       {"labels", flag(areLabels)},
                       {"targets", flag(!areLabels)}},
                      dx);
  }

  // Operands: outputs and what they should be; results: the loss and the network's output.
  LogicalResult selectLoss(Operation *op, const char *kind, StringRef targets, StringRef output,
                           Attributes attributes, Value dx) {
    Bindings bindings{{"x", buffers.of(op->getOperand(0))},
                      {targets, buffers.of(op->getOperand(1))},
                      {"loss", buffers.of(op->getResult(0))},
                      {output, buffers.of(op->getResult(1))}};
    if (dx)
      bindings.push_back({"dx", buffers.of(dx)});
    attributes["gradient"] = flag(bool(dx));
    return call(op, kind, attributes, bindings);
  }

  LogicalResult selectFor(UpdateOp op) {
    Bindings bindings{{"gradient", buffers.rowView(op.getGradient())},
                      {"weights", buffers.rowView(op.getWeights())}};
    auto choice = dsl::parseOptimizerChoice(op.getOptimizer());
    for (auto [slot, value] : llvm::zip_equal(choice->row->slots(choice->flags), op.getSlots()))
      bindings.push_back({calls.getStringAttr(slot.name).getValue(), buffers.rowView(value)});
    if (op.getSquaredNorm())
      bindings.push_back({"squared_norm", buffers.of(op.getSquaredNorm())});
    for (auto [result, operand] : llvm::zip_equal(op.getUpdated(), updatedOperands(op)))
      buffers.set(result, buffers.of(operand));
    return call(op, "update", {{"optimizer", op.getOptimizer().str()}}, bindings);
  }

  // Both directions of a flatten read the same memory with other extents.
  LogicalResult selectFor(FlattenOp op) { return alias(op.getX(), op.getY()); }
  LogicalResult selectFor(FlattenGradOp op) { return alias(op.getDy(), op.getDx()); }

  LogicalResult alias(Value from, Value to) {
    buffers.set(to, buffers.view(from, layoutOf(to).extents));
    return success();
  }

  static Attributes dense(Value weights) {
    ArrayRef<int64_t> shape = typeOf(weights).getShape();
    return {{"inputs", std::to_string(shape[0])}, {"units", std::to_string(shape[1])}};
  }

  Value argmaxScratch(Operation *op, Value pooled) {
    Type ui8 = calls.getIntegerType(8, /*isSigned=*/false);
    return buffers.scratch(typeOf(pooled).clone(ui8), op->getLoc());
  }
};

struct SelectKernels : impl::SelectKernelsBase<SelectKernels> {
  using SelectKernelsBase::SelectKernelsBase;

  void runOnOperation() override {
    kernels::KernelTarget kernelTarget;
    try {
      kernelTarget = kernels::parseKernelTarget(target);
      kernelTarget.asserts = asserts;
    } catch (const kernels::KernelError &error) {
      getOperation().emitError() << error.what();
      return signalPassFailure();
    }
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (failed(convert(function, kernelTarget)))
        return signalPassFailure();
  }

  static LogicalResult convert(func::FuncOp function, const kernels::KernelTarget &target) {
    Block &tensors = function.getBody().front();
    if (failed(moveUpdatesBehindReaders(tensors)))
      return failure();
    Block *block = function.addBlock();
    Operation *end = tensors.getTerminator();
    KernelSelector selector(function, *block, target);
    selector.buffers.setRole(end->getOperand(0), kLossRole);
    selector.buffers.setRole(end->getOperand(1), kOutputRole);
    selector.buffers.addArguments();
    for (Operation &op : tensors.without_terminator())
      if (failed(selector.select(&op)))
        return failure();
    OpBuilder builder = OpBuilder::atBlockEnd(block);
    func::ReturnOp::create(builder, end->getLoc());
    tensors.dropAllReferences();
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(tensors)))
      op.erase();
    tensors.erase();
    function.removeArgAttrsAttr();
    function.removeResAttrsAttr();
    function.setFunctionType(builder.getFunctionType({}, {}));
    return success();
  }
};

} // namespace
} // namespace nnx
