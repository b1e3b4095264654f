// Appends calls of kernels to a function: what the selection of kernels for any op needs.
#pragma once

#include "compiler/passes/BufferBuilder.h"

#include "compiler/kernels/KernelSpec.h"
#include "compiler/kernels/KernelTarget.h"
#include "compiler/layers/Layers.h"

#include <map>
#include <string>

namespace nnx {

// Attributes of a kernel; its buffers by the names that Kernels.def gives them.
using Attributes = std::map<std::string, std::string>;
using Bindings = llvm::SmallVector<std::pair<llvm::StringRef, mlir::Value>>;

class KernelCaller {
public:
  KernelCaller(mlir::func::FuncOp function, mlir::Block &block, const kernels::KernelTarget &target)
      : buffers(function, block), calls(mlir::OpBuilder::atBlockEnd(&block)), target(target) {}

  // Appends the call with the arguments in the order that the kernel has them.
  mlir::LogicalResult call(mlir::Operation *op, const char *kind, const Attributes &attributes,
                           const Bindings &bindings);

  BufferBuilder buffers;

protected:
  mlir::OpBuilder calls;

private:
  mlir::DictionaryAttr specAttr(const kernels::KernelSpec &spec);

  const kernels::KernelTarget &target;
};

// Layers without weights of their own: one op is one kernel. An op that is none of them has no
// kernel, which is an error.
mlir::LogicalResult selectSimpleLayer(mlir::Operation *op, KernelCaller &caller);

// "28x28x1"
std::string shapeText(llvm::ArrayRef<int64_t> extents);
std::string sampleText(mlir::Value tensor);
// As short as reads back the same.
std::string realText(const llvm::APFloat &value);
Attributes with(Attributes attributes, const Attributes &more);

inline bool isImage(mlir::Value tensor) {
  return typeOf(tensor).getRank() == 4;
}

// The attributes that all kernels of a pool have; `x` is its input, or has its type.
template <class OpT> Attributes poolAttributes(OpT op, mlir::Value x) {
  return {{"input", sampleText(x)},
          {"window", shapeText(op.getWindow())},
          {"stride", shapeText(op.getStrides())},
          {"padding", stringifyPadding(op.getPadding()).str()}};
}

} // namespace nnx
