// What the verifiers, inference and gradients of the layers share.
#pragma once

#include "compiler/dialect/NnxDialect.h"

#include "dsl/Layers.h"

namespace nnx {

/// Takes a message to where the error belongs and answers failure.
using Complain = llvm::function_ref<mlir::LogicalResult(const llvm::Twine &)>;

/// tensor<?x sample extents x element>
mlir::RankedTensorType batched(llvm::ArrayRef<int64_t> sample, mlir::Type element);
/// Extents of one sample of a batched tensor.
inline llvm::ArrayRef<int64_t> sampleExtents(mlir::RankedTensorType type) {
  return type.getShape().drop_front();
}

/// Fails unless a sample has extents of at least 1 and no more elements than buffers address.
mlir::LogicalResult expectExtents(llvm::ArrayRef<int64_t> extents, Complain complain);
/// Fails unless `pair` is two numbers of at least 1, along y and x.
mlir::LogicalResult expectPair(llvm::StringRef what, llvm::ArrayRef<int64_t> pair,
                               Complain complain);
/// The type behind a formula of dsl/Layers.h, or its complaint.
mlir::FailureOr<mlir::RankedTensorType> typeFrom(const dsl::LayerResult &sizes, mlir::Type element,
                                                 Complain complain);

// Result types of layers, or a complaint. `bias` may be null.
mlir::FailureOr<mlir::RankedTensorType>
inferConv2d(mlir::RankedTensorType x, mlir::RankedTensorType weights, mlir::RankedTensorType bias,
            llvm::ArrayRef<int64_t> strides, llvm::ArrayRef<int64_t> dilations, Padding padding,
            Complain complain);
mlir::FailureOr<mlir::RankedTensorType> inferDense(mlir::RankedTensorType x,
                                                   mlir::RankedTensorType weights,
                                                   mlir::RankedTensorType bias, Complain complain);
mlir::FailureOr<mlir::RankedTensorType> inferMaxPool(mlir::RankedTensorType x,
                                                     llvm::ArrayRef<int64_t> window,
                                                     llvm::ArrayRef<int64_t> strides,
                                                     Padding padding, Complain complain);
mlir::FailureOr<mlir::RankedTensorType> inferAvgPool(mlir::RankedTensorType x,
                                                     llvm::ArrayRef<int64_t> window,
                                                     llvm::ArrayRef<int64_t> strides,
                                                     Padding padding, Complain complain);
mlir::FailureOr<mlir::RankedTensorType> inferConcat(mlir::RankedTensorType lhs,
                                                    mlir::RankedTensorType rhs, Complain complain);
mlir::FailureOr<mlir::RankedTensorType> inferFlatten(mlir::RankedTensorType x, Complain complain);

/// Fails unless `found` is `expected`; `what` names the operand or result.
mlir::LogicalResult expectType(llvm::StringRef what, mlir::Type expected, mlir::Type found,
                               Complain complain);
/// Fails unless `kind` is a row of dsl/tables/Activations.def; names the nearest one.
mlir::LogicalResult expectActivation(llvm::StringRef kind, Complain complain);
/// `saved` (may be null) and `activation` stand together, and saved has the type of `dx`.
mlir::LogicalResult expectSaved(mlir::Value saved, std::optional<llvm::StringRef> activation,
                                mlir::Type dx, Complain complain);
/// Fails unless `optimizer` is an optimizer of the tables that keeps `slots`, and every slot, the
/// gradient where there is one (else null) and every updated value have the type of the weights.
mlir::LogicalResult expectUpdate(llvm::StringRef optimizer, mlir::Value weights,
                                 mlir::Value gradient, mlir::ValueRange slots,
                                 mlir::ValueRange updated, Complain complain);

/// For verifiers: complaints are errors of `op`.
inline auto complainAt(mlir::Operation *op) {
  return
      [op](const llvm::Twine &message) -> mlir::LogicalResult { return op->emitOpError(message); };
}
/// For inference: complaints are errors at `location`, if there is one.
inline auto complainAt(std::optional<mlir::Location> location) {
  return [location](const llvm::Twine &message) -> mlir::LogicalResult {
    return mlir::emitOptionalError(location, message);
  };
}
inline mlir::RankedTensorType typeOf(mlir::Value value) {
  return value ? llvm::cast<mlir::RankedTensorType>(value.getType()) : mlir::RankedTensorType();
}
/// Builds the gradient ops of an op where the op stands in the source.
template <typename OpT> OpT buildAt(mlir::OpBuilder &builder, mlir::Operation *op, auto &&...args) {
  return OpT::create(builder, op->getLoc(), std::forward<decltype(args)>(args)...);
}

} // namespace nnx
