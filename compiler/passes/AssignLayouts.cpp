// Says of every tensor where its elements lie: layouts follow from shapes, except that what is flat
// keeps the order of the image it came from, and dense kernels follow the order of their input.
// Adds transpose_delta where a kernel wants features innermost, and slices that bring a flat tensor
// into the order of another one where branches meet. Works on fused ops.
#include "compiler/dialect/NnxDialect.h"
#include "compiler/layers/Layers.h"
#include "compiler/passes/Layout.h"
#include "compiler/passes/Passes.h"
#include "compiler/passes/Updates.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/TypeSwitch.h"

namespace nnx {
#define GEN_PASS_DEF_ASSIGNLAYOUTS
#include "compiler/dialect/NnxPasses.h.inc"
} // namespace nnx

using namespace mlir;

namespace nnx {
namespace {

// Both gradients of one dense layer read the same transposed delta.
void insertTransposes(func::FuncOp function) {
  llvm::DenseMap<Value, Value> transposed;
  function.walk([&](Operation *op) {
    OpOperand *read = llvm::TypeSwitch<Operation *, OpOperand *>(op)
                          .Case<DenseGradWeightsUpdateOp, DenseGradBiasUpdateOp>(
                              [](auto fused) { return &fused.getDzMutable(); })
                          .Case<DenseGradWeightsOp, DenseGradBiasOp>(
                              [](auto grad) { return &grad.getDyMutable(); })
                          .Default([](Operation *) { return nullptr; });
    if (!read)
      return;
    OpOperand &dz = *read;
    Value &copy = transposed[dz.get()];
    if (!copy) {
      OpBuilder builder(op);
      builder.setInsertionPointAfterValue(dz.get());
      copy = TransposeDeltaOp::create(builder, dz.get().getLoc(), dz.get().getType(), dz.get());
    }
    dz.set(copy);
  });
}

class LayoutAssigner {
public:
  explicit LayoutAssigner(func::FuncOp function) : function(function) {}

  LogicalResult run() {
    for (BlockArgument argument : function.getArguments())
      assignByShape(argument);
    for (Operation &op : function.getBody().front().without_terminator())
      if (failed(assign(&op)))
        return failure();
    if (failed(assignSlots()))
      return failure();
    write();
    return success();
  }

private:
  // A copy: the map moves its entries when it grows.
  Layout of(Value value) const { return layouts.lookup(value); }

  // Brings operand `index` of `op` into `wanted`, if it lies otherwise.
  void reorder(Operation *op, unsigned index, const Layout &wanted) {
    Value value = op->getOperand(index);
    if (of(value) == wanted)
      return;
    OpBuilder builder(op);
    Value copy = SliceOp::create(builder, op->getLoc(), value.getType(), value, /*offset=*/0);
    layouts[copy] = wanted;
    op->setOperand(index, copy);
  }

  Layout inOrder(Value value) const { return Layout::ofSamples(typeOf(value)); }

  // Parameters of a batch_norm wait for what they normalize.
  LogicalResult assignFeatures(Operation *op, Value x, ValueRange values) {
    for (Value value : values) {
      Layout wanted = Layout::ofFeatures(typeOf(value), of(x));
      bool isArgument = isa<BlockArgument>(value);
      if (isArgument && features.contains(value) && of(value) != wanted)
        return op->emitOpError("shares parameters with a layer whose input has another order");
      features.insert(value);
      layouts[value] = wanted;
    }
    return success();
  }

  // Dense kernels wait for the layer that reads them.
  void assignByShape(Value value) {
    RankedTensorType type = typeOf(value);
    if (!type.hasStaticShape())
      layouts[value] = Layout::ofSamples(type);
    else if (type.getRank() == 4)
      layouts[value] = Layout::ofConvKernel(type);
    else if (type.getRank() == 1)
      layouts[value] = Layout::ofBias(type);
  }

  LogicalResult assign(Operation *op) {
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case([&](FlattenOp flatten) {
          layouts[flatten.getY()] = typeOf(flatten.getX()).getRank() == 4
                                        ? Layout::ofFlattened(typeOf(flatten.getX()))
                                        : of(flatten.getX());
          return success();
        })
        .Case([&](FlattenGradOp grad) {
          assignByShape(grad.getDx());
          if (typeOf(grad.getDx()).getRank() == 4)
            reorder(op, 0, Layout::ofFlattened(typeOf(grad.getDx())));
          return success();
        })
        .Case([&](AddOp add) {
          if (of(add.getLhs()) != of(add.getRhs()))
            for (unsigned operand : {0, 1})
              reorder(op, operand, inOrder(add.getSum()));
          layouts[add.getSum()] = of(add.getLhs());
          return success();
        })
        .Case<ConcatOp, SliceOp>([&](Operation *part) {
          // Made here, a slice has its layout already.
          layouts.try_emplace(part->getResult(0), inOrder(part->getResult(0)));
          return success();
        })
        .Case<ActivationGradOp, SoftmaxGradOp>([&](Operation *grad) {
          reorder(grad, 0, of(grad->getOperand(1)));
          layouts[grad->getResult(0)] = of(grad->getOperand(1));
          return success();
        })
        .Case([&](BatchNormStatisticsOp norm) {
          return assignFeatures(op, norm.getX(),
                                {norm.getMovingMean(), norm.getMovingVariance(), norm.getMean(),
                                 norm.getVariance(), norm.getNewMovingMean(),
                                 norm.getNewMovingVariance()});
        })
        .Case([&](NormalizeOp norm) {
          layouts[norm.getY()] = of(norm.getX());
          return assignFeatures(
              op, norm.getX(),
              {norm.getGamma(), norm.getBeta(), norm.getMean(), norm.getVariance()});
        })
        .Case([&](BatchNormGradParametersOp grad) {
          reorder(op, 1, of(grad.getX()));
          return assignFeatures(op, grad.getX(), {grad.getDgamma(), grad.getDbeta()});
        })
        .Case([&](BatchNormGradInputOp grad) {
          reorder(op, 1, of(grad.getX()));
          layouts[grad.getDx()] = of(grad.getX());
          return success();
        })
        .Case([&](DenseBlockOp dense) {
          Layout wanted = Layout::ofDenseKernel(typeOf(dense.getWeights()), of(dense.getX()));
          auto [it, isNew] = layouts.try_emplace(dense.getWeights(), wanted);
          if (!isNew && it->second != wanted)
            return LogicalResult(op->emitOpError("shares weights with a layer whose input has "
                                                 "another order"));
          assignByShape(dense.getY());
          if (dense.getZ())
            assignByShape(dense.getZ());
          return LogicalResult(success());
        })
        .Case([&](DenseGradInputOp grad) {
          layouts[grad.getDx()] = Layout::ofDenseInput(typeOf(grad.getDx()), of(grad.getWeights()));
          return success();
        })
        .Case([&](DenseGradWeightsOp grad) {
          layouts[grad.getDweights()] =
              Layout::ofDenseKernel(typeOf(grad.getDweights()), of(grad.getX()));
          return success();
        })
        .Case([&](TransposeDeltaOp transpose) {
          reorder(op, 0, inOrder(transpose.getDz()));
          layouts[transpose.getTransposed()] = Layout::ofTransposedDelta(typeOf(transpose.getDz()));
          return success();
        })
        .Case<ActivationOp, SoftmaxOp, DropoutOp>([&](Operation *same) {
          layouts[same->getResult(0)] = of(same->getOperand(0));
          return success();
        })
        .Case<SoftmaxCrossEntropyOp, SoftmaxCrossEntropyBlockOp, ElementwiseLossOp,
              ElementwiseLossBlockOp>([&](Operation *loss) {
          reorder(loss, 0, inOrder(loss->getOperand(0)));
          for (Value result : loss->getResults())
            assignByShape(result);
          return success();
        })
        .Default([&](Operation *other) {
          SmallVector<Value> updated = updatedOperands(other);
          for (auto [i, result] : llvm::enumerate(other->getResults()))
            if (updated.empty())
              assignByShape(result);
            else
              layouts[result] = of(updated[i]);
          return success();
        });
  }

  // Optimizer state lies as its parameter does.
  LogicalResult assignSlots() {
    llvm::DenseMap<StringAttr, Value> parameters;
    for (BlockArgument argument : function.getArguments()) {
      unsigned i = argument.getArgNumber();
      if (auto parameter = function.getArgAttrOfType<ParameterAttr>(i, kParameterAttr)) {
        parameters[parameter.getName()] = argument;
        if (!layouts.contains(argument))
          return function.emitOpError("no layer reads parameter ") << parameter.getName();
      } else if (auto slot = function.getArgAttrOfType<SlotAttr>(i, kSlotAttr)) {
        Value parameter = parameters.lookup(slot.getParameter());
        if (!parameter)
          return function.emitOpError("slot of an unknown parameter ") << slot.getParameter();
        layouts[argument] = of(parameter);
      }
    }
    // Updates stood before their slots' layouts were known.
    for (Operation &op : function.getBody().front().without_terminator())
      for (auto [operand, result] : llvm::zip(updatedOperands(&op), op.getResults()))
        layouts[result] = of(operand);
    return success();
  }

  void write() {
    MLIRContext *context = function.getContext();
    for (BlockArgument argument : function.getArguments())
      function.setArgAttr(argument.getArgNumber(), kLayoutAttr, of(argument).toAttr(context));
    for (Operation &op : function.getBody().front().without_terminator()) {
      auto list = llvm::map_to_vector(
          op.getResults(), [&](Value result) -> Attribute { return of(result).toAttr(context); });
      op.setAttr(kLayoutsAttr, ArrayAttr::get(context, list));
    }
  }

  func::FuncOp function;
  llvm::DenseMap<Value, Layout> layouts;
  llvm::DenseSet<Value> features; // that a batch_norm has laid out
};

struct AssignLayouts : impl::AssignLayoutsBase<AssignLayouts> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      insertTransposes(function);
      if (failed(LayoutAssigner(function).run()))
        return signalPassFailure();
    }
  }
};

} // namespace
} // namespace nnx
