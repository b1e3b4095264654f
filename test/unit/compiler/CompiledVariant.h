// A network compiled to a shared library and loaded, beside the module that the interpreter runs:
// the two sides of the tests of compiled steps.
#pragma once

#include "compiler/interpreter/Array.h"
#include "runtime/train/Model.h"

#include <nnxrt/abi.h>

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace nnx::test {

struct NetworkCase {
  std::string name;   // of the test
  std::string layers; // of the language; `act` is the activation
  std::string shape = "10x9x2";
  std::string optimizer = "sgd(lr = 0.05, momentum = 0.9)";
  std::string loss = "cross_entropy";
  bool hasTargets = false; // five numbers to predict in place of five classes
};

inline void PrintTo(const NetworkCase &network, std::ostream *out) {
  *out << network.name;
}

// Compiles `network` for batches of 5, 16, 32 and 33 samples. Throws std::runtime_error with the
// compiler's message.
class CompiledVariant {
public:
  // What the interpreter's dropout draws from; more than 32 bits of a seed.
  static constexpr uint64_t randomSeed = (uint64_t(7) << 40) + 5, randomStep = 12;

  CompiledVariant(const NetworkCase &network, const std::string &activation, bool isFused);
  ~CompiledVariant();
  CompiledVariant(const CompiledVariant &) = delete;
  CompiledVariant &operator=(const CompiledVariant &) = delete;

  const nnxrt_variant &table() const;

  // Extents of one sample, height first.
  std::vector<int64_t> sampleShape() const;

  // "sgd(nesterov=false)", and the values of its settings that are numbers.
  const std::string &optimizer() const;
  const std::map<std::string, double> &settings() const;

  // The interpreter's step on all arguments of @step, or evaluate on those of @evaluate.
  std::vector<Array> interpretStep(const std::vector<Array> &arguments,
                                   const std::map<std::string, double> &hyper) const;
  std::vector<Array> interpretEvaluate(const std::vector<Array> &arguments) const;
  // Shapes of the arguments of @step behind samples and labels: parameters, then slots.
  std::vector<std::vector<int64_t>> stateShapes() const;

private:
  struct Parts;
  std::unique_ptr<Parts> parts;
};

} // namespace nnx::test
