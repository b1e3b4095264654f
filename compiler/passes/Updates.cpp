// Operands and results that share memory.
#include "compiler/passes/Updates.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace nnx {

static SmallVector<Value> list(Value weights, ValueRange slots) {
  SmallVector<Value> all{weights};
  llvm::append_range(all, slots);
  return all;
}

SmallVector<Value> updatedOperands(Operation *op) {
  return llvm::TypeSwitch<Operation *, SmallVector<Value>>(op)
      .Case<UpdateOp, Conv2dGradWeightsUpdateOp, DenseGradWeightsUpdateOp>(
          [](auto update) { return list(update.getWeights(), update.getSlots()); })
      .Case<Conv2dGradBiasUpdateOp, DenseGradBiasUpdateOp>(
          [](auto update) { return list(update.getBias(), update.getSlots()); })
      .Case([](BatchNormStatisticsOp statistics) {
        return SmallVector<Value>{statistics.getMovingMean(), statistics.getMovingVariance()};
      })
      .Default([](Operation *) { return SmallVector<Value>(); });
}

LogicalResult moveUpdatesBehindReaders(Block &block) {
  SmallVector<Operation *> updates;
  for (Operation &op : block.without_terminator())
    if (!updatedOperands(&op).empty())
      updates.push_back(&op);
  for (Operation *update : updates) {
    Operation *last = update;
    for (auto [operand, result] : llvm::zip(updatedOperands(update), update->getResults())) {
      for (Operation *user : result.getUsers())
        if (user != block.getTerminator())
          return update->emitOpError("is read within the step that makes it");
      for (Operation *user : operand.getUsers())
        if (last->isBeforeInBlock(user))
          last = user;
    }
    if (last != update)
      update->moveAfter(last);
  }
  return success();
}

} // namespace nnx
