// Derives training from a forward function: @forward becomes @evaluate, and a copy of it with
// gradients and updates appended becomes @step. The module names the optimizer (nnx.optimizer);
// ops say their own gradients (GradientOpInterface), what stands for them in @evaluate, and what
// becomes of parameters that are not trained (InferenceFormOpInterface).
#include "compiler/dialect/NnxDialect.h"
#include "compiler/passes/Passes.h"

#include "dsl/Optimizers.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace nnx {
#define GEN_PASS_DEF_DERIVEBACKWARD
#include "compiler/dialect/NnxPasses.h.inc"
} // namespace nnx

using namespace mlir;

namespace nnx {
namespace {

// Reverse-mode differentiation of one block: gradients of values with respect to the mean loss.
class Backward {
public:
  Backward(Block &block) : block(block), builder(block.getTerminator()) {}

  LogicalResult derive(Value loss) {
    SmallVector<Operation *> forward;
    for (Operation &op : block.without_terminator())
      forward.push_back(&op);
    auto root = loss.getDefiningOp<GradientOpInterface>();
    if (!root || !root.isLoss() || loss != root->getResult(0))
      return block.getTerminator()->emitOpError("expects the loss of a loss op first");
    for (Operation *op : llvm::reverse(forward))
      if (failed(deriveOp(op, op == root)))
        return failure();
    eraseUnused(forward.size());
    return success();
  }

  /// Null where the value does not reach the loss.
  Value gradientOf(Value value) const { return gradients.lookup(value); }

private:
  LogicalResult deriveOp(Operation *op, bool isRoot) {
    auto resultGradients =
        llvm::map_to_vector(op->getResults(), [&](Value v) { return gradientOf(v); });
    if (!isRoot && llvm::none_of(resultGradients, [](Value g) { return bool(g); }))
      return success();
    auto differentiable = dyn_cast<GradientOpInterface>(op);
    if (!differentiable)
      return op->emitOpError("has no gradient (GradientOpInterface)");
    SmallVector<Value> operandGradients = differentiable.buildGradient(builder, resultGradients);
    for (auto [operand, gradient] : llvm::zip_equal(op->getOperands(), operandGradients))
      if (gradient)
        accumulate(operand, gradient);
    return success();
  }

  // A value used twice has the sum of what comes back from its uses.
  void accumulate(Value value, Value gradient) {
    Value &sum = gradients[value];
    sum = sum ? AddOp::create(builder, value.getLoc(), sum, gradient).getSum() : gradient;
  }

  // Nobody trains the input, so gradients with respect to it are not wanted. Those of parameters
  // have no uses yet either: they are kept by the map.
  void eraseUnused(size_t forwardCount) {
    llvm::SmallPtrSet<Operation *, 16> wanted;
    for (BlockArgument argument : block.getArguments().drop_front(1))
      if (Value gradient = gradientOf(argument))
        wanted.insert(gradient.getDefiningOp());
    SmallVector<Operation *> backward;
    for (Operation &op : llvm::drop_begin(block.without_terminator(), forwardCount))
      backward.push_back(&op);
    gradients.remove_if([&](auto &entry) {
      auto argument = dyn_cast<BlockArgument>(entry.first);
      return !argument || argument.getArgNumber() == 0;
    });
    for (Operation *op : llvm::reverse(backward))
      if (!wanted.contains(op) && isOpTriviallyDead(op))
        op->erase();
  }

  Block &block;
  OpBuilder builder;
  llvm::MapVector<Value, Value> gradients;
};

// The text of nnx.optimizer and what the tables say about it.
struct OptimizerOfModule {
  StringAttr text;
  std::vector<dsl::OptimizerSlot> slots;
  bool clipsByNorm, isNormGlobal;
};

FailureOr<OptimizerOfModule> readOptimizer(ModuleOp module) {
  auto text = module->getAttrOfType<StringAttr>(kOptimizerAttr);
  if (!text)
    return module.emitError() << "expects " << kOptimizerAttr << " on the module";
  dsl::OptimizerChoice choice = *dsl::parseOptimizerChoice(text.getValue());
  return OptimizerOfModule{text, choice.row->slots(choice.flags),
                           choice.row->readsNorm(choice.flags),
                           choice.row->isNormGlobal(choice.flags)};
}

// Appends one argument per slot of each parameter, and returns them parameter by parameter.
SmallVector<SmallVector<Value>> addSlotArguments(func::FuncOp step,
                                                 ArrayRef<dsl::OptimizerSlot> ofOptimizer) {
  OpBuilder builder(step.getContext());
  SmallVector<SmallVector<Value>> slots;
  unsigned count = step.getNumArguments();
  for (unsigned i = 2; i < count; ++i) {
    auto parameter = step.getArgAttrOfType<ParameterAttr>(i, kParameterAttr);
    SmallVector<Value> &own = slots.emplace_back();
    if (!parameter.getTrained())
      continue;
    for (const dsl::OptimizerSlot &each : ofOptimizer) {
      auto slot =
          SlotAttr::get(step.getContext(), builder.getStringAttr(each.name), parameter.getName());
      auto attributes = builder.getDictionaryAttr(builder.getNamedAttr(kSlotAttr, slot));
      unsigned index = step.getNumArguments();
      (void)step.insertArgument(index, step.getArgument(i).getType(), attributes,
                                step.getArgument(i).getLoc());
      own.push_back(step.getArgument(index));
    }
  }
  return slots;
}

// What the layer that reads an untrained parameter makes of it.
Value findNewState(Value parameter) {
  for (Operation *user : parameter.getUsers())
    if (auto layer = dyn_cast<InferenceFormOpInterface>(user))
      if (Value state = layer.getNewState(parameter))
        return state;
  return {};
}

void takeInferenceForms(func::FuncOp evaluate) {
  SmallVector<InferenceFormOpInterface> layers;
  evaluate.walk([&](InferenceFormOpInterface layer) { layers.push_back(layer); });
  for (InferenceFormOpInterface layer : layers) {
    OpBuilder builder(layer);
    SmallVector<Value> values = layer.buildInference(builder);
    for (auto [result, value] : llvm::zip_equal(layer->getResults(), values))
      if (value)
        result.replaceAllUsesWith(value);
    layer->erase();
  }
}

struct DeriveBackward : impl::DeriveBackwardBase<DeriveBackward> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto forward = module.lookupSymbol<func::FuncOp>(kForwardFunction);
    if (!forward) {
      module.emitError() << "expects a function @" << kForwardFunction;
      return signalPassFailure();
    }
    FailureOr<OptimizerOfModule> optimizer = readOptimizer(module);
    if (failed(optimizer) || failed(checkForm(forward)))
      return signalPassFailure();
    func::FuncOp step = forward.clone();
    forward.setName(kEvaluateFunction);
    step.setName(kStepFunction);
    module.push_back(step);
    takeInferenceForms(forward);
    if (failed(derive(step, *optimizer)))
      signalPassFailure();
  }

  static LogicalResult checkForm(func::FuncOp forward) {
    if (forward.getNumArguments() < 2 || forward.getNumResults() != 2 ||
        !forward.getBody().hasOneBlock())
      return forward.emitOpError("expects samples, labels and parameters, one block, and two "
                                 "results, the loss and the probabilities");
    for (unsigned i = 2; i < forward.getNumArguments(); ++i)
      if (!forward.getArgAttr(i, kParameterAttr))
        return forward.emitOpError("argument ") << i << " has no " << kParameterAttr;
    return success();
  }

  static Value buildNorm(OpBuilder &builder, Value gradient, Value before) {
    auto one = RankedTensorType::get({1}, builder.getF32Type());
    return SquaredNormOp::create(builder, gradient.getLoc(), one, gradient, before).getSum();
  }

  static LogicalResult derive(func::FuncOp step, const OptimizerOfModule &optimizer) {
    Block &block = step.getBody().front();
    Operation *end = block.getTerminator();
    unsigned count = step.getNumArguments();
    Backward backward(block);
    if (failed(backward.derive(end->getOperand(0))))
      return failure();

    SmallVector<SmallVector<Value>> slots = addSlotArguments(step, optimizer.slots);
    auto parameterOf = [&](unsigned i) {
      return step.getArgAttrOfType<ParameterAttr>(i, kParameterAttr);
    };
    OpBuilder builder(end);
    Value globalNorm;
    for (unsigned i = 2; i < count; ++i) {
      if (!parameterOf(i).getTrained())
        continue;
      Value gradient = backward.gradientOf(step.getArgument(i));
      if (!gradient)
        return step.emitOpError("parameter ")
               << parameterOf(i).getName() << " does not reach the loss";
      if (optimizer.isNormGlobal)
        globalNorm = buildNorm(builder, gradient, globalNorm);
    }
    SmallVector<Value> newWeights, newSlots;
    for (unsigned i = 2; i < count; ++i) {
      Value weights = step.getArgument(i);
      if (!parameterOf(i).getTrained()) {
        Value state = findNewState(weights);
        if (!state)
          return step.emitOpError("nothing says the new value of parameter ")
                 << parameterOf(i).getName();
        newWeights.push_back(state);
        continue;
      }
      Value gradient = backward.gradientOf(weights);
      // The update follows its gradient at once; whatever reads the old weights stands before. A
      // global norm waits for all gradients.
      Value norm = globalNorm;
      if (!globalNorm)
        builder.setInsertionPointAfter(gradient.getDefiningOp());
      if (optimizer.clipsByNorm && !norm)
        norm = buildNorm(builder, gradient, Value());
      SmallVector<Type> types(1 + slots[i - 2].size(), weights.getType());
      auto update = UpdateOp::create(builder, gradient.getLoc(), types, weights, gradient, norm,
                                     slots[i - 2], optimizer.text);
      newWeights.push_back(update.getUpdated().front());
      llvm::append_range(newSlots, update.getUpdated().drop_front());
    }
    end->insertOperands(end->getNumOperands(), newWeights);
    end->insertOperands(end->getNumOperands(), newSlots);
    step.setFunctionType(
        FunctionType::get(step.getContext(), block.getArgumentTypes(), end->getOperandTypes()));
    return success();
  }
};

} // namespace
} // namespace nnx
