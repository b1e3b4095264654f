// Says of every tensor where its elements lie: layouts follow from shapes, except that what is flat
// keeps the order of the image it came from, and dense kernels follow the order of their input.
// Adds transpose_delta where a kernel wants features innermost. Works on fused ops.
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
          bool isImage = typeOf(grad.getDx()).getRank() == 4;
          return !isImage || of(grad.getDy()) == Layout::ofFlattened(typeOf(grad.getDx()))
                     ? success()
                     : op->emitOpError("gets a gradient in another order than its image's");
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
          layouts[transpose.getTransposed()] = Layout::ofTransposedDelta(typeOf(transpose.getDz()));
          return success();
        })
        .Case<ActivationOp, ActivationGradOp, SoftmaxOp, SoftmaxGradOp, AddOp>(
            [&](Operation *same) {
              layouts[same->getResult(0)] = of(same->getOperand(0));
              return success();
            })
        .Case<SoftmaxCrossEntropyOp, SoftmaxCrossEntropyBlockOp>([&](Operation *loss) {
          if (!of(loss->getOperand(0)).isInOrder())
            return LogicalResult(loss->emitOpError(
                "has no kernel for classes that are the pixels of an image with several "
                "channels; put a dense layer before the loss"));
          for (Value result : loss->getResults())
            assignByShape(result);
          return LogicalResult(success());
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
