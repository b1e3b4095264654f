// Attributes of kernels::KernelSpec from those of ops: shapes as text, height first.
#pragma once

#include "compiler/layers/Layers.h"

#include "llvm/ADT/StringExtras.h"

#include <map>
#include <string>

namespace nnx {

using Attributes = std::map<std::string, std::string>;

// "28x28x1"
inline std::string shapeText(llvm::ArrayRef<int64_t> extents) {
  return llvm::join(llvm::map_range(extents, [](int64_t e) { return std::to_string(e); }), "x");
}

inline std::string sampleText(mlir::Value tensor) {
  return shapeText(typeOf(tensor).getShape().drop_front());
}

// The attributes that all kernels of a convolution have; `x` is its input, or has its type.
template <class OpT> Attributes convolution(OpT op, mlir::Value x, mlir::Value weights) {
  llvm::ArrayRef<int64_t> shape = typeOf(weights).getShape();
  return {{"input", sampleText(x)},
          {"filters", std::to_string(shape[3])},
          {"kernel", shapeText(shape.take_front(2))},
          {"stride", shapeText(op.getStrides())},
          {"padding", stringifyPadding(op.getPadding()).str()}};
}

inline Attributes with(Attributes attributes, const Attributes &more) {
  attributes.insert(more.begin(), more.end());
  return attributes;
}

inline std::string flag(bool value) {
  return value ? "1" : "0";
}

} // namespace nnx
