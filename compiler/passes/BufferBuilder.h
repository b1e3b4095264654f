// Makes the buffers of one function: one for each tensor, views, and memory that kernels ask for
// beside tensors. Needs the layouts of nnx-assign-layouts.
#pragma once

#include "compiler/passes/Layout.h"

#include "mlir/IR/Builders.h"

namespace nnx {

// Attributes of nnx.buffer: which operand of the runtime's an io buffer is, and the logical type of
// the tensor of a parameter.
inline constexpr llvm::StringLiteral kRoleAttr = "nnx.role";
inline constexpr llvm::StringLiteral kTensorAttr = "nnx.tensor";

// Values of nnx.role.
inline constexpr llvm::StringLiteral kInputRole = "input";
inline constexpr llvm::StringLiteral kLabelRole = "label";
inline constexpr llvm::StringLiteral kLossRole = "loss";
inline constexpr llvm::StringLiteral kOutputRole = "output";

class BufferBuilder {
public:
  // Buffers are put at the start of `block`, before the calls.
  BufferBuilder(mlir::func::FuncOp function, mlir::Block &block);

  // Buffers of arguments, by their attributes: io, parameters, optimizer state.
  void addArguments();
  // From now on `result` is written to the runtime's memory of this role.
  void setRole(mlir::Value result, llvm::StringRef role) { roles[result] = role; }

  // The buffer of a tensor, made in the arena where it has none yet.
  mlir::Value of(mlir::Value tensor);
  void set(mlir::Value tensor, mlir::Value buffer) { buffers[tensor] = buffer; }

  // The tensor's memory with other extents, which are packed.
  mlir::Value view(mlir::Value tensor, llvm::ArrayRef<int64_t> extents);
  // (lane, k, tile), for kernels that work on each element alone.
  mlir::Value flatView(mlir::Value tensor);
  // All numbers of a weight in a row, padding included.
  mlir::Value rowView(mlir::Value weights);

  // Memory of the arena for an output that nothing reads.
  mlir::Value scratch(mlir::RankedTensorType type, mlir::Location location);
  // A bias that is always zero, for a layer without one.
  mlir::Value zeroBias(int64_t units, mlir::Location location);

private:
  BufferOp create(mlir::Location location, const llvm::Twine &name, mlir::Type element,
                  llvm::ArrayRef<int64_t> extents, llvm::ArrayRef<int64_t> strides, Space space,
                  mlir::Value viewed = {});
  std::string newName();

  mlir::func::FuncOp function;
  mlir::OpBuilder builder;
  int count = 0; // of the names made so far
  llvm::DenseMap<mlir::Value, mlir::Value> buffers;
  llvm::DenseMap<mlir::Value, llvm::StringRef> roles;
  llvm::DenseMap<int64_t, mlir::Value> zeros;
};

} // namespace nnx
