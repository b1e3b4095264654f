// The passes of NnxPasses.td: a create function of each, and their registration.
#pragma once

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <memory>
#include <nnxrt/abi.h>

namespace nnx {

#define GEN_PASS_DECL
#include "compiler/dialect/NnxPasses.h.inc"

#define GEN_PASS_REGISTRATION
#include "compiler/dialect/NnxPasses.h.inc"

} // namespace nnx
