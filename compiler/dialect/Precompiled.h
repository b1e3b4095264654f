// The headers of MLIR and the dialect, which nearly every source of the compiler includes.
#pragma once

#include "compiler/dialect/NnxDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
