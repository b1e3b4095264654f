// A network of the language, its backward pass derived, in the interpreter: no kernel takes part.
#pragma once

#include "compiler/interpreter/Interpreter.h"
#include "dsl/Study.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include <string>
#include <vector>

namespace nnx::test {

// The study of one experiment that trains a network of these layers on samples of `shape` with five
// classes. Throws std::runtime_error with the messages of the language.
dsl::Study studyOf(const std::string &layers, const std::string &shape,
                   const std::string &optimizer = "sgd(lr = 1)",
                   const std::string &loss = "cross_entropy");

// The same, with five numbers to predict for each sample.
dsl::Variant withTargets(dsl::Variant variant);

class InterpretedNetwork {
public:
  // Throws std::runtime_error where a module cannot be made.
  explicit InterpretedNetwork(const dsl::Variant &variant);

  // Samples, labels, then parameters, of a formula: the same for equal shapes, none of them zero.
  std::vector<Array> makeArguments(int64_t samples) const;
  // False for labels, samples, and state that no optimizer updates.
  bool isTrained(size_t argument) const;
  // All results of @step, all slots zero.
  std::vector<Array> step(std::vector<Array> arguments,
                          const reference::Hyperparameters &hyper) const;
  // The mean of the losses of the batch in @step.
  double meanLoss(const std::vector<Array> &arguments,
                  const reference::Hyperparameters &hyper) const;

private:
  mlir::func::FuncOp find(llvm::StringRef name) const;
  std::vector<Array> run(llvm::StringRef name, const std::vector<Array> &arguments,
                         const reference::Hyperparameters &hyper) const;

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

} // namespace nnx::test
