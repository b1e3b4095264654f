// The points of one experiment.
#pragma once

#include "dsl/Checker.h"

#include <functional>

namespace nnx::dsl {

// The values of one line of a grid: rows of as many values as it has names.
struct AxisValues {
  const AxisNode *node = nullptr;
  std::vector<Values> rows;
};

// The axes of a grid; nothing after a report.
std::optional<std::vector<AxisValues>> readAxes(const ExperimentNode &node, const File &file,
                                                const Scope &globals, DiagnosticSink &sink);

// Calls `visit` with the row of each axis for every point of the product, in the order written, the
// last axis fastest, until it returns false.
void forEachPoint(const std::vector<AxisValues> &axes,
                  const std::function<bool(const std::vector<std::size_t> &)> &visit);

// Expands one experiment whose network and data set are known. Where its training is wrong, the
// networks of the points are checked and no point is kept.
class GridExpander {
public:
  static constexpr int64_t maxPoints = 10000;      // kept by `where`
  static constexpr int64_t maxCandidates = 100000; // of the product

  GridExpander(Checker &checker, const ExperimentNode &node, const TrainNode &train,
               std::vector<AxisValues> axes, bool isTrainingRight)
      : checker(checker), node(node), train(train), axes(std::move(axes)),
        isTrainingRight(isTrainingRight) {}

  void run(Experiment &experiment);

private:
  struct Unrolled {
    std::optional<Network> network;
    std::vector<Diagnostic> diagnostics;
  };
  struct Report {
    Diagnostic diagnostic;
    int64_t points = 0;
    std::string firstLabel;
  };

  Scope scopeOf(const std::vector<std::size_t> &rows) const;
  std::vector<std::string> labelsOf(const std::vector<std::size_t> &rows) const;
  std::optional<bool> isKept(const Scope &scope, DiagnosticSink &sink);
  std::optional<Point> makePoint(const Scope &scope, DiagnosticSink &sink);
  const Unrolled &unroll(const NetworkValue &network, const Dataset &dataset);
  bool checkOutput(const Network &network, const Dataset &dataset, const TrainingSettings &training,
                   DiagnosticSink &sink);
  std::optional<TrainingSettings> readTraining(const Scope &scope, DiagnosticSink &sink);
  int findVariant(const Network &network, const Dataset &dataset, const TrainingSettings &training,
                  const std::string &text);
  void collect(const DiagnosticSink &sink, const std::string &label);
  void reportCollected(int64_t points);

  Checker &checker;
  const ExperimentNode &node;
  const TrainNode &train; // of the node
  std::vector<AxisValues> axes;
  bool isTrainingRight;
  std::map<std::string, Unrolled> networks;
  std::vector<Report> reports;
};

} // namespace nnx::dsl
