// From the text of a network to functions that the interpreter runs.
#include "InterpretedNetwork.h"

#include "compiler/dialect/NnxDialect.h"
#include "compiler/frontend/BuildModule.h"
#include "compiler/passes/Passes.h"
#include "dsl/Analyse.h"

#include "mlir/Pass/PassManager.h"

#include <cmath>
#include <sstream>
#include <stdexcept>

namespace nnx::test {

dsl::Study studyOf(const std::string &layers, const std::string &shape,
                   const std::string &optimizer, const std::string &loss) {
  dsl::SourceFile source("test.nnx", "dataset data {\n"
                                     "  train = idx(\"a\", \"b\")\n"
                                     "  test = idx(\"c\", \"d\")\n"
                                     "  shape = " +
                                         shape +
                                         "\n"
                                         "  classes = 5\n"
                                         "}\n"
                                         "network net() {\n" +
                                         layers +
                                         "\n}\n"
                                         "training standard {\n"
                                         "  loss = " +
                                         loss +
                                         "\n"
                                         "  optimizer = " +
                                         optimizer +
                                         "\n"
                                         "  epochs = 1\n"
                                         "}\n"
                                         "experiment test {\n"
                                         "  train net() on data with standard\n"
                                         "}\n");
  dsl::DiagnosticSink sink;
  std::optional<dsl::Study> study = dsl::analyse(source, {}, sink);
  std::ostringstream messages;
  sink.render(messages, "test.nnx", &source, false);
  if (!study)
    throw std::runtime_error(messages.str());
  return *study;
}

dsl::Variant withTargets(dsl::Variant variant) {
  std::swap(variant.classes, variant.targets);
  return variant;
}

InterpretedNetwork::InterpretedNetwork(const dsl::Variant &variant) {
  context.loadDialect<NnxDialect, mlir::func::FuncDialect>();
  module = buildModule(context, variant, {"test.nnx"});
  mlir::PassManager passes(&context);
  passes.addPass(createDeriveBackward());
  if (!module || failed(passes.run(*module)))
    throw std::runtime_error("no module");
}

std::vector<Array> InterpretedNetwork::makeArguments(int64_t samples) const {
  auto evaluate = find(kEvaluateFunction);
  std::vector<Array> arguments;
  double phase = 0.3;
  for (mlir::Type type : evaluate.getArgumentTypes()) {
    auto tensor = llvm::cast<mlir::RankedTensorType>(type);
    std::vector<int64_t> shape = tensor.getShape().vec();
    if (mlir::ShapedType::isDynamic(shape[0]))
      shape[0] = samples;
    Array &array = arguments.emplace_back(shape);
    for (int64_t i = 0; i < array.size(); ++i)
      array.data[i] = tensor.getElementType().isF32() ? 0.7 * std::sin(phase += 1.7) + 0.011
                                                      : double(i * 3 % 5);
  }
  return arguments;
}

bool InterpretedNetwork::isTrained(size_t argument) const {
  auto parameter =
      find(kEvaluateFunction).getArgAttrOfType<ParameterAttr>(argument, kParameterAttr);
  return parameter && parameter.getTrained();
}

double InterpretedNetwork::meanLoss(const std::vector<Array> &arguments,
                                    const reference::Hyperparameters &hyper) const {
  Array losses = step(arguments, hyper)[0];
  double sum = 0;
  for (double loss : losses.data)
    sum += loss;
  return sum / double(losses.size());
}

std::vector<Array> InterpretedNetwork::step(std::vector<Array> arguments,
                                            const reference::Hyperparameters &hyper) const {
  auto function = find(kStepFunction);
  for (mlir::Type slot : function.getArgumentTypes().drop_front(arguments.size()))
    arguments.emplace_back(llvm::cast<mlir::RankedTensorType>(slot).getShape().vec());
  return run(kStepFunction, arguments, hyper);
}

mlir::func::FuncOp InterpretedNetwork::find(llvm::StringRef name) const {
  mlir::ModuleOp op = module.get();
  return op.lookupSymbol<mlir::func::FuncOp>(name);
}

std::vector<Array> InterpretedNetwork::run(llvm::StringRef name,
                                           const std::vector<Array> &arguments,
                                           const reference::Hyperparameters &hyper) const {
  mlir::FailureOr<std::vector<Array>> results = interpret(find(name), arguments, hyper);
  if (failed(results))
    throw std::runtime_error("the interpreter fails");
  return *results;
}

} // namespace nnx::test
