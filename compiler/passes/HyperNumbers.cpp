// Scalar expressions as straight-line LLVM code in double precision, over the array of hypers.
#include "compiler/passes/HyperNumbers.h"

#include "compiler/passes/VariantBuffers.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/StringMap.h"

#include <unordered_map>

using namespace mlir;

namespace nnx {
namespace {

using dsl::ScalarExpr;
using dsl::ScalarOp;

class NumberLowering {
public:
  NumberLowering(ModuleOp module, const std::vector<dsl::Hyper> &hypers)
      : module(module), builder(module.getLoc(), module.getContext()) {
    for (auto [i, hyper] : llvm::enumerate(hypers))
      indices[hyper.name] = i;
  }

  void run(const std::vector<dsl::Assignment> &numbers) {
    builder.setInsertionPointToEnd(module.getBody());
    auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(builder.getContext()),
                                            {LLVM::LLVMPointerType::get(builder.getContext())});
    auto function = LLVM::LLVMFuncOp::create(builder, symbolOf(module, kPrepareFunction), type);
    Block *entry = function.addEntryBlock(builder);
    hyper = entry->getArgument(0);
    builder.setInsertionPointToEnd(entry);
    for (const dsl::Assignment &number : numbers) {
      Value value = visit(number.value);
      LLVM::StoreOp::create(builder, value, placeOf(number.target));
      done.clear(); // what reads the target from now on reads the new value
    }
    LLVM::ReturnOp::create(builder, ValueRange());
  }

private:
  Type f64() { return builder.getF64Type(); }

  Value placeOf(const std::string &name) {
    return LLVM::GEPOp::create(builder, LLVM::LLVMPointerType::get(builder.getContext()), f64(),
                               hyper, ArrayRef<LLVM::GEPArg>{int32_t(indices.at(name))});
  }

  Value visit(const ScalarExpr &e) {
    if (auto known = done.find(e); known != done.end())
      return known->second;
    Value value = build(e);
    done.emplace(e, value);
    return value;
  }

  template <class Op> Value unary(const ScalarExpr &e) {
    return Op::create(builder, f64(), visit(e.operand(0)));
  }
  template <class Op> Value binary(const ScalarExpr &e) {
    Value a = visit(e.operand(0)), b = visit(e.operand(1));
    return Op::create(builder, f64(), a, b);
  }
  Value compare(LLVM::FCmpPredicate predicate, const ScalarExpr &e) {
    Value a = visit(e.operand(0)), b = visit(e.operand(1));
    return LLVM::FCmpOp::create(builder, predicate, a, b);
  }

  // A function of libm.
  Value callMath(StringRef name, const ScalarExpr &e) {
    auto callee = module.lookupSymbol<LLVM::LLVMFuncOp>(name);
    if (!callee) {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToEnd(module.getBody());
      callee = LLVM::LLVMFuncOp::create(builder, name, LLVM::LLVMFunctionType::get(f64(), {f64()}));
    }
    return LLVM::CallOp::create(builder, callee, visit(e.operand(0))).getResult();
  }

  Value build(const ScalarExpr &e) {
    auto a = [&] { return e.operand(0); };
    auto f = [](ScalarOp op, const ScalarExpr &x) { return dsl::call(op, {x}); };
    switch (e.op()) {
    case ScalarOp::Constant:
      return LLVM::ConstantOp::create(builder, f64(), builder.getF64FloatAttr(e.value()));
    case ScalarOp::Variable:
      return LLVM::LoadOp::create(builder, f64(), placeOf(e.name()));
    case ScalarOp::Add:
      return binary<LLVM::FAddOp>(e);
    case ScalarOp::Sub:
      return binary<LLVM::FSubOp>(e);
    case ScalarOp::Mul:
      return binary<LLVM::FMulOp>(e);
    case ScalarOp::Div:
      return binary<LLVM::FDivOp>(e);
    case ScalarOp::Neg:
      return unary<LLVM::FNegOp>(e);
    case ScalarOp::Less:
      return compare(LLVM::FCmpPredicate::olt, e);
    case ScalarOp::LessEqual:
      return compare(LLVM::FCmpPredicate::ole, e);
    case ScalarOp::Greater:
      return compare(LLVM::FCmpPredicate::ogt, e);
    case ScalarOp::GreaterEqual:
      return compare(LLVM::FCmpPredicate::oge, e);
    case ScalarOp::Equal:
      return compare(LLVM::FCmpPredicate::oeq, e);
    case ScalarOp::NotEqual:
      return compare(LLVM::FCmpPredicate::une, e);
    case ScalarOp::Select: {
      Value condition = visit(a()), yes = visit(e.operand(1)), no = visit(e.operand(2));
      return LLVM::SelectOp::create(builder, condition, yes, no);
    }
    case ScalarOp::Min:
      return binary<LLVM::MinimumOp>(e);
    case ScalarOp::Max:
      return binary<LLVM::MaximumOp>(e);
    case ScalarOp::Pow:
      return binary<LLVM::PowOp>(e);
    case ScalarOp::Abs:
      return unary<LLVM::FAbsOp>(e);
    case ScalarOp::Exp:
      return unary<LLVM::ExpOp>(e);
    case ScalarOp::Log:
      return unary<LLVM::LogOp>(e);
    case ScalarOp::Sqrt:
      return unary<LLVM::SqrtOp>(e);
    case ScalarOp::Expm1:
      return callMath("expm1", e);
    case ScalarOp::Log1p:
      return callMath("log1p", e);
    case ScalarOp::Erf:
      return callMath("erf", e);
    case ScalarOp::Tanh:
      return callMath("tanh", e);
    case ScalarOp::Rsqrt:
      return visit(1 / f(ScalarOp::Sqrt, a()));
    case ScalarOp::Sigmoid:
      return visit(1 / (1 + f(ScalarOp::Exp, -a())));
    case ScalarOp::Softplus:
      return visit(dsl::call(ScalarOp::Max, {0, a()}) +
                   f(ScalarOp::Log1p, f(ScalarOp::Exp, -f(ScalarOp::Abs, a()))));
    case ScalarOp::Sign: {
      auto less = [](const ScalarExpr &x, const ScalarExpr &y) {
        return ScalarExpr::make(ScalarOp::Less, {x, y});
      };
      return visit(dsl::select(less(0, a()), 1, dsl::select(less(a(), 0), -1, a())));
    }
    }
    llvm_unreachable("every kind of scalar expression is above");
  }

  ModuleOp module;
  ImplicitLocOpBuilder builder;
  llvm::StringMap<size_t> indices;
  Value hyper;
  std::unordered_map<ScalarExpr, Value, dsl::ScalarExprHash> done;
};

} // namespace

void lowerNumbers(ModuleOp module, const dsl::OptimizerChoice &optimizer) {
  std::vector<dsl::Assignment> numbers = optimizer.row->numbers(optimizer.flags);
  if (!numbers.empty())
    NumberLowering(module, optimizer.row->hypers(optimizer.flags)).run(numbers);
}

} // namespace nnx
