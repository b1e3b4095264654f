// Numbering of buffers, hyperparameters and functions of a variant.
#include "compiler/passes/VariantBuffers.h"

#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace nnx {

std::vector<BufferOp> listBuffers(ModuleOp module) {
  std::vector<BufferOp> buffers;
  llvm::StringMap<BufferOp> seen;
  for (auto function : module.getOps<func::FuncOp>())
    for (BufferOp buffer : function.getOps<BufferOp>())
      if (seen.try_emplace(buffer.getName(), buffer).second)
        buffers.push_back(buffer);
  return buffers;
}

llvm::DenseMap<Value, uint32_t> indexBuffers(func::FuncOp function, ArrayRef<BufferOp> buffers) {
  llvm::StringMap<uint32_t> byName;
  for (auto [i, buffer] : llvm::enumerate(buffers))
    byName[BufferOp(buffer).getName()] = i;
  llvm::DenseMap<Value, uint32_t> indices;
  for (BufferOp buffer : function.getOps<BufferOp>())
    indices[buffer] = byName.lookup(buffer.getName());
  return indices;
}

dsl::OptimizerChoice optimizerOf(ModuleOp module) {
  return *dsl::parseOptimizerChoice(module->getAttrOfType<StringAttr>(kOptimizerAttr).getValue());
}

std::string symbolOf(ModuleOp module, StringRef name) {
  return module.getSymName() ? (*module.getSymName() + "." + name).str() : name.str();
}

} // namespace nnx
