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
  void unrollJoin(const Statement &statement, const Scope &scope);
  void unrollArm(const Statement &statement, const Scope &scope);
  void addLayer(LayerKind kind, const Expr &call, const Scope &scope);
  void addJoin(LayerKind kind, const Statement &statement, const std::vector<int> &inputs);
  // Names the layer, infers its shape from its inputs and makes it the current one.
  void append(LayerInstance layer);
  Shape outputOf(int layer) const; // -1 is the sample
  Settings readSettings(const Signature &signature, const Expr &call, const Scope &scope);
  void enter(const std::string &place);
  void leave();
  void showPlace();

  const Scope &globals;
  const std::set<const NetworkNode *> &broken;
  DiagnosticSink &sink;
  Evaluator evaluator;
  Network network;
  Shape sample;
  int current = -1; // the layer whose output the next one takes; -1 is the sample
  int64_t classes = 0;
  int64_t statements = 0;
  std::vector<const NetworkNode *> open;
  std::vector<std::string> places;
  // Of each open join: what its branches start from, and where they end.
  struct Join {
    int start;
    std::vector<int> ends;
  };
  std::vector<Join> joins;
  std::map<LayerKind, int> counts;
};

// "conv2d(32, kernel = 3x3, activation = relu)": what differs from the defaults.
std::string toText(LayerKind kind, const Settings &settings);

} // namespace nnx::dsl
