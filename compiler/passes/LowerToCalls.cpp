// Each function of kernel calls becomes `int32_t name(const nnxrt_call *call)`: it loads the
// prebuilt buffers and the scalars from the call, runs kernel after kernel, and returns the first
// result that is not zero. Names of buffers and hyperparameters become numbers (VariantBuffers.h).
#include "compiler/passes/HyperNumbers.h"
#include "compiler/passes/Passes.h"
#include "compiler/passes/VariantBuffers.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <nnxrt/abi.h>

namespace nnx {
#define GEN_PASS_DEF_LOWERTOCALLS
#include "compiler/dialect/NnxPasses.h.inc"
} // namespace nnx

using namespace mlir;

namespace nnx {
namespace {

// What the call itself holds; a target is little-endian, so that the low half of a wide number
// comes first.
struct CallScalar {
  StringRef name;
  size_t offset;
  int bits; // 0: a pointer
};
constexpr CallScalar callScalars[] = {
    {"samples", offsetof(nnxrt_call, samples), 32},
    {"seed_low", offsetof(nnxrt_call, seed), 32},
    {"seed_high", offsetof(nnxrt_call, seed) + 4, 32},
    {"step", offsetof(nnxrt_call, step), 32},
    {"models", offsetof(nnxrt_call, models), 32},
    {"model_blocks", offsetof(nnxrt_call, model_blocks), 32},
    {"slots", offsetof(nnxrt_call, slots), 64},
    {"numbers", offsetof(nnxrt_call, numbers), 0},
};

class FunctionLowering {
public:
  FunctionLowering(ModuleOp module, func::FuncOp function, ArrayRef<BufferOp> buffers,
                   ArrayRef<dsl::Hyper> hypers)
      : module(module), function(function), indices(indexBuffers(function, buffers)),
        hypers(hypers), builder(function.getLoc(), function.getContext()) {}

  LogicalResult run() {
    builder.setInsertionPoint(function);
    auto lowered = LLVM::LLVMFuncOp::create(builder, symbolOf(module, function.getName()),
                                            LLVM::LLVMFunctionType::get(i32(), {pointer()}));
    Block *entry = lowered.addEntryBlock(builder);
    exit = builder.createBlock(&lowered.getBody(), {}, {i32()}, {builder.getLoc()});
    LLVM::ReturnOp::create(builder, exit->getArgument(0));
    builder.setInsertionPointToEnd(entry);

    call = entry->getArgument(0);
    user = loadField(pointer(), offsetof(nnxrt_call, user));
    table = loadField(pointer(), offsetof(nnxrt_call, buffers));
    hyper = loadField(pointer(), offsetof(nnxrt_call, hyper));
    for (auto kernel : function.getOps<CallKernelOp>())
      if (failed(lower(kernel)))
        return failure();
    Value success = LLVM::ConstantOp::create(builder, i32(), builder.getI32IntegerAttr(0));
    LLVM::BrOp::create(builder, success, exit);
    return mlir::success();
  }

private:
  Type i32() { return builder.getI32Type(); }
  Type pointer() { return LLVM::LLVMPointerType::get(builder.getContext()); }

  Value load(Type type, Value base, Type element, int64_t index) {
    Value place = LLVM::GEPOp::create(builder, pointer(), element, base,
                                      ArrayRef<LLVM::GEPArg>{int32_t(index)});
    return LLVM::LoadOp::create(builder, type, place);
  }
  Value loadField(Type type, size_t offset) {
    return load(type, call, builder.getI8Type(), int64_t(offset));
  }

  FailureOr<Value> scalar(CallKernelOp kernel, StringRef name) {
    for (const CallScalar &field : callScalars)
      if (name == field.name)
        return loadField(field.bits == 0 ? pointer() : builder.getIntegerType(field.bits),
                         field.offset);
    const auto *found = llvm::find_if(hypers, [&](auto &each) { return name == each.name; });
    if (found == hypers.end())
      return kernel.emitOpError("`") << name << "` is no hyperparameter of the optimizer";
    Value number = load(builder.getF64Type(), hyper, builder.getF64Type(), found - hypers.begin());
    return LLVM::FPTruncOp::create(builder, builder.getF32Type(), number).getResult();
  }

  LogicalResult lower(CallKernelOp kernel) {
    builder.setLoc(kernel.getLoc());
    SmallVector<Value> arguments{user};
    for (StringRef name : kernel.getScalars().getAsValueRange<StringAttr>()) {
      FailureOr<Value> value = scalar(kernel, name);
      if (failed(value))
        return failure();
      arguments.push_back(*value);
    }
    for (Value buffer : kernel.getBuffers())
      arguments.push_back(load(pointer(), table, pointer(), indices.lookup(buffer)));
    auto result = LLVM::CallOp::create(builder, declare(kernel.getSymbol(), arguments), arguments);
    Value zero = LLVM::ConstantOp::create(builder, i32(), builder.getI32IntegerAttr(0));
    Value failed = LLVM::ICmpOp::create(builder, LLVM::ICmpPredicate::ne, result.getResult(), zero);
    Block *next = builder.getBlock()->splitBlock(builder.getInsertionPoint());
    next->moveBefore(exit);
    builder.setInsertionPointAfterValue(failed);
    LLVM::CondBrOp::create(builder, failed, exit, ValueRange(result.getResult()), next,
                           ValueRange());
    builder.setInsertionPointToEnd(next);
    return success();
  }

  LLVM::LLVMFuncOp declare(StringRef symbol, ArrayRef<Value> arguments) {
    if (auto known = module.lookupSymbol<LLVM::LLVMFuncOp>(symbol))
      return known;
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(module.getBody());
    auto types = llvm::map_to_vector(arguments, [](Value value) { return value.getType(); });
    return LLVM::LLVMFuncOp::create(builder, symbol, LLVM::LLVMFunctionType::get(i32(), types));
  }

  ModuleOp module;
  func::FuncOp function;
  llvm::DenseMap<Value, uint32_t> indices;
  ArrayRef<dsl::Hyper> hypers;
  ImplicitLocOpBuilder builder;
  Block *exit = nullptr;
  Value call, user, table, hyper;
};

struct LowerToCalls : impl::LowerToCallsBase<LowerToCalls> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    std::vector<BufferOp> buffers = listBuffers(module);
    dsl::OptimizerChoice optimizer = optimizerOf(module);
    std::vector<dsl::Hyper> hypers = optimizer.row->hypers(optimizer.flags);
    lowerNumbers(module, optimizer);
    auto functions = llvm::to_vector(module.getOps<func::FuncOp>());
    for (func::FuncOp function : functions)
      if (failed(FunctionLowering(module, function, buffers, hypers).run()))
        return signalPassFailure();
    for (func::FuncOp function : functions)
      function.erase();
    // What the nnx dialect said of the module means nothing to LLVM.
    module->removeAttr(kOptimizerAttr);
  }
};

} // namespace
} // namespace nnx
