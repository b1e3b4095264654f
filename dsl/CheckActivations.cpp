// Declared activations by themselves: names, parameters, the formula.
#include "dsl/ActivationFormula.h"
#include "dsl/Checker.h"

#include <algorithm>

namespace nnx::dsl {

void Checker::checkActivations() {
  const std::vector<std::string> taken = wordsOf(Type::activation);
  for (const ActivationNode &node : file.activations) {
    if (std::find(taken.begin(), taken.end(), node.name) != taken.end())
      sink.report(DiagnosticId::reserved_name, node.location,
                  {node.name, nameOf(Type::activation)});
    if (!node.isWhole)
      continue;
    bool isRight = true;
    std::set<std::string> seen = {node.variable};
    std::vector<double> values;
    Evaluator evaluator(file, sink);
    const Signature signature = signatureOf(node);
    for (std::size_t i = 0; i < node.parameters.size(); ++i) {
      const ParameterNode &parameter = node.parameters[i];
      if (!seen.insert(parameter.name).second) {
        sink.report(DiagnosticId::declared_twice, parameter.location, {parameter.name});
        isRight = false;
      }
      if (parameter.type != nameOf(Type::real)) {
        sink.report(
            DiagnosticId::type_mismatch, parameter.typeLocation,
            {nameOf(Type::real), "a parameter of an activation", "`" + parameter.type + "`"});
        isRight = false;
      }
      // A parameter without a default stands for some number here.
      values.push_back(1);
      if (parameter.fallback) {
        const Value value = evaluator.fallbackOf(signature.parameters[i], Scope());
        isRight &= !value.isWrong();
        if (const double *number = value.get<double>())
          values.back() = *number;
      }
    }
    if (isRight)
      formulaOf(node, values, file, sink);
  }
}

} // namespace nnx::dsl
