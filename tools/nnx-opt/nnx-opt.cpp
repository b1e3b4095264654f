// nnx-opt: runs single passes on .mlir files, as mlir-opt does.
#include "compiler/dialect/NnxDialect.h"
#include "compiler/passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<nnx::NnxDialect, mlir::func::FuncDialect>();
  nnx::registerNnxPasses();
  mlir::registerTransformsPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "nnx-opt\n", registry));
}
