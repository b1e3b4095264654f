// Builds the structs of nnxrt/abi.h field by field as LLVM constants. An LLVM struct that is not
// packed has the layout of the C struct with the same fields.
#include "compiler/emit/StudyTable.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/IRBuilder.h"

#include <cassert>

namespace nnx::emit {

using llvm::ArrayRef;
using llvm::Constant;
using llvm::StringRef;

namespace {

class TableBuilder {
public:
  explicit TableBuilder(llvm::Module &module)
      : module(module), context(module.getContext()),
        pointer(llvm::PointerType::getUnqual(context)) {}

  template <class Integer> Constant *integer(Integer value) {
    return llvm::ConstantInt::get(llvm::Type::getIntNTy(context, 8 * sizeof(Integer)),
                                  uint64_t(value));
  }

  Constant *real(double value) {
    return llvm::ConstantFP::get(llvm::Type::getDoubleTy(context), value);
  }

  Constant *text(StringRef value) {
    return constant(llvm::ConstantDataArray::getString(context, value));
  }

  Constant *record(ArrayRef<Constant *> fields) {
    return llvm::ConstantStruct::getAnon(context, fields);
  }

  // A pointer to the elements, or null where there are none.
  Constant *array(ArrayRef<Constant *> elements) {
    if (elements.empty())
      return llvm::ConstantPointerNull::get(pointer);
    return constant(inlineArray(elements));
  }

  Constant *inlineArray(ArrayRef<Constant *> elements) {
    auto *type = llvm::ArrayType::get(elements.front()->getType(), elements.size());
    return llvm::ConstantArray::get(type, elements);
  }

  template <class Items, class Make> Constant *arrayOf(const Items &items, Make make) {
    std::vector<Constant *> elements;
    elements.reserve(std::size(items));
    for (const auto &item : items)
      elements.push_back(make(item));
    return array(elements);
  }

  template <class Integer> Constant *integers(const std::vector<Integer> &values) {
    return arrayOf(values, [&](Integer value) { return integer(value); });
  }

  // NNXRT_MAX_RANK numbers, zero behind the rank.
  template <class Integer> Constant *perDimension(const std::vector<Integer> &values) {
    assert(values.size() <= NNXRT_MAX_RANK);
    std::vector<Constant *> elements(NNXRT_MAX_RANK, integer(Integer(0)));
    for (size_t i = 0; i < values.size(); ++i)
      elements[i] = integer(values[i]);
    return inlineArray(elements);
  }

  Constant *buffer(const BufferRow &row);
  Constant *parameter(const ParameterRow &row);
  Constant *function(const FunctionRow &row);
  Constant *variant(const VariantRow &row);

private:
  Constant *constant(Constant *value) {
    auto *global = new llvm::GlobalVariable(module, value->getType(), /*isConstant=*/true,
                                            llvm::GlobalValue::PrivateLinkage, value);
    global->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
    return global;
  }

  llvm::Module &module;
  llvm::LLVMContext &context;
  llvm::PointerType *pointer;
};

Constant *TableBuilder::buffer(const BufferRow &row) {
  assert(row.extent.size() == row.stride.size());
  return record({text(row.name), integer(uint8_t(row.type)), integer(uint8_t(row.space)),
                 integer(uint8_t(row.extent.size())), integer(row.aliasOf), integer(row.offset),
                 integer(row.bytes), perDimension(row.extent), perDimension(row.stride)});
}

Constant *TableBuilder::parameter(const ParameterRow &row) {
  assert(row.dim.size() == row.stride.size());
  return record({text(row.name), text(row.init),
                 inlineArray({real(row.initArgument[0]), real(row.initArgument[1])}),
                 integer(row.fanIn), integer(row.fanOut), integer(row.stream), integer(row.buffer),
                 integer(uint32_t(row.shape.size())), integer(uint32_t(row.dim.size())),
                 perDimension(row.shape), perDimension(row.dim), perDimension(row.stride),
                 integers(row.slots), integers(row.slotStarts), integer(uint32_t(row.slots.size())),
                 integer(uint32_t(row.isTrained))});
}

Constant *TableBuilder::function(const FunctionRow &row) {
  llvm::Function *run = module.getFunction(row.symbol);
  assert(run && "the function of a variant is not in the module");
  Constant *plans = arrayOf(row.plans, [&](const PlanRow &plan) {
    return record({integer(plan.tiles), integer(plan.arenaBytes), integers(plan.offsets)});
  });
  return record({run, plans, integer(uint32_t(row.plans.size()))});
}

Constant *TableBuilder::variant(const VariantRow &row) {
  Constant *buffers = arrayOf(row.buffers, [&](const BufferRow &b) { return buffer(b); });
  Constant *parameters =
      arrayOf(row.parameters, [&](const ParameterRow &p) { return parameter(p); });
  Constant *hyperNames = arrayOf(row.hyperNames, [&](const std::string &n) { return text(n); });
  Constant *hyperStarts = arrayOf(row.hyperStarts, [&](double start) { return real(start); });
  llvm::Function *prepare = row.prepare.empty() ? nullptr : module.getFunction(row.prepare);
  assert((prepare || row.prepare.empty()) && "the function of a variant is not in the module");
  return record(
      {text(row.name),
       integer(row.height),
       integer(row.width),
       integer(row.channels),
       integer(row.classes),
       integer(row.targets),
       buffers,
       parameters,
       hyperNames,
       hyperStarts,
       integer(uint32_t(row.buffers.size())),
       integer(uint32_t(row.parameters.size())),
       integer(uint32_t(row.hyperNames.size())),
       integer(row.input),
       integer(row.label),
       integer(row.loss),
       integer(row.output),
       integer(row.stateBytes),
       prepare ? static_cast<Constant *>(prepare) : llvm::ConstantPointerNull::get(pointer),
       function(row.step),
       function(row.evaluate)});
}

// Defines NAME, which returns what `callee` returns of `leading` and its own arguments.
void emitForwarder(llvm::Module &module, const std::string &name, const char *callee,
                   llvm::Type *result, ArrayRef<Constant *> leading,
                   ArrayRef<llvm::Type *> arguments) {
  std::vector<llvm::Type *> all;
  std::vector<llvm::Value *> values;
  for (Constant *value : leading) {
    all.push_back(value->getType());
    values.push_back(value);
  }
  all.insert(all.end(), arguments.begin(), arguments.end());
  llvm::FunctionCallee target =
      module.getOrInsertFunction(callee, llvm::FunctionType::get(result, all, false));
  auto *own = llvm::Function::Create(llvm::FunctionType::get(result, arguments, false),
                                     llvm::GlobalValue::ExternalLinkage, name, module);
  for (llvm::Argument &argument : own->args())
    values.push_back(&argument);
  llvm::IRBuilder<> builder(llvm::BasicBlock::Create(module.getContext(), "", own));
  builder.CreateRet(builder.CreateCall(target, values));
}

} // namespace

void emitInference(llvm::Module &module, const VariantRow &variant, StringRef state,
                   const std::string &name) {
  llvm::LLVMContext &context = module.getContext();
  auto *bytes = llvm::ConstantDataArray::getString(context, state, /*AddNull=*/false);
  auto global = [&](Constant *value) {
    auto *result = new llvm::GlobalVariable(module, value->getType(), /*isConstant=*/true,
                                            llvm::GlobalValue::InternalLinkage, value);
    result->setAlignment(llvm::Align(NNXRT_ALIGNMENT));
    return result;
  };
  Constant *table = global(TableBuilder(module).variant(variant)), *weights = global(bytes);
  auto *pointer = llvm::PointerType::getUnqual(context);
  auto *size = llvm::Type::getInt64Ty(context), *status = llvm::Type::getInt32Ty(context);
  emitForwarder(module, name + "_arena_bytes", "nnx_inference_arena_bytes", size, {table}, {});
  emitForwarder(module, name + "_predict", "nnx_inference_predict", status, {table, weights},
                {pointer, size, pointer, pointer});
}

void emitStudyTable(llvm::Module &module, ArrayRef<VariantRow> variants, StringRef target,
                    StringRef json, ArrayRef<DeviceRow> devices) {
  TableBuilder build(module);
  auto tableOf = [&](ArrayRef<VariantRow> all) {
    return build.arrayOf(all, [&](const VariantRow &v) { return build.variant(v); });
  };
  Constant *rows = tableOf(variants);
  Constant *deviceRows = build.arrayOf(devices, [&](const DeviceRow &row) {
    return build.record({build.text(row.device), tableOf(row.variants)});
  });
  Constant *table = build.record(
      {build.integer(uint32_t(NNXRT_ABI_VERSION)), build.integer(uint32_t(variants.size())), rows,
       build.text(target), build.text(json), build.integer(uint64_t(json.size())), deviceRows,
       build.integer(uint32_t(devices.size()))});
  auto *global =
      new llvm::GlobalVariable(module, table->getType(), /*isConstant=*/true,
                               llvm::GlobalValue::ExternalLinkage, table, "nnxrt_study_table");
  global->setAlignment(llvm::Align(8));
}

} // namespace nnx::emit
