// The nnx dialect in C++: dialect, attributes, types, interfaces and ops as TableGen wrote them.
#pragma once

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "compiler/dialect/NnxDialect.h.inc"
#include "compiler/dialect/NnxEnums.h.inc"
#include "compiler/dialect/NnxInterfaces.h.inc"
#define GET_ATTRDEF_CLASSES
#include "compiler/dialect/NnxAttrs.h.inc"
#define GET_TYPEDEF_CLASSES
#include "compiler/dialect/NnxTypes.h.inc"
#define GET_OP_CLASSES
#include "compiler/dialect/NnxOps.h.inc"

namespace nnx {

// Names of attributes on modules and on arguments of functions (docs/architecture.md).
inline constexpr llvm::StringLiteral kOptimizerAttr = "nnx.optimizer";
inline constexpr llvm::StringLiteral kParameterAttr = "nnx.parameter";
inline constexpr llvm::StringLiteral kSlotAttr = "nnx.slot";

// Names of the functions of a module: before and after the backward pass.
inline constexpr llvm::StringLiteral kForwardFunction = "forward";
inline constexpr llvm::StringLiteral kStepFunction = "step";
inline constexpr llvm::StringLiteral kEvaluateFunction = "evaluate";

} // namespace nnx
