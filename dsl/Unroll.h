// Turns a network and its arguments into its layers, with shapes.
#pragma once

#include "dsl/Evaluate.h"

#include <set>

namespace nnx::dsl {

class Unroller {
public:
  // Bounds on what one network may unroll to.
  static constexpr int64_t maxLayers = 1000;
  static constexpr int64_t maxRepeat = 10000;
  static constexpr int64_t maxStatements = 100000;

  // Reports to `sink`, whose context becomes the place in the network. `broken` are the networks
  // whose own errors are already reported: reaching one ends the unrolling in silence.
  Unroller(const File &file, const Scope &globals, const std::set<const NetworkNode *> &broken,
           DiagnosticSink &sink)
      : globals(globals), broken(broken), sink(sink), evaluator(file, sink) {}

  // Nothing after a report.
  std::optional<Network> run(const NetworkValue &network, const Shape &sample, int64_t classes);

private:
  struct Stop {};

  void unrollNetwork(const NetworkValue &value);
  void unrollBody(const std::vector<Statement> &body, const Scope &scope);
  void unrollStatement(const Statement &statement, const Scope &scope);
  void unrollRepeat(const Statement &statement, const Scope &scope);
  void addLayer(LayerKind kind, const Expr &call, const Scope &scope);
  Settings readSettings(const Signature &signature, const Expr &call, const Scope &scope);
  void enter(const std::string &place);
  void leave();
  void showPlace();

  const Scope &globals;
  const std::set<const NetworkNode *> &broken;
  DiagnosticSink &sink;
  Evaluator evaluator;
  Network network;
  Shape current;
  int64_t classes = 0;
  int64_t statements = 0;
  std::vector<const NetworkNode *> open;
  std::vector<std::string> places;
  std::map<LayerKind, int> counts;
};

// "conv2d(32, kernel = 3x3, activation = relu)": what differs from the defaults.
std::string toText(LayerKind kind, const Settings &settings);

} // namespace nnx::dsl
