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

// One row for each axis.
using RowIndices = std::vector<std::size_t>;

// Axes, and which combinations of their rows may become points: all of them, or those drawn.
struct Candidates {
  std::vector<AxisValues> axes;
  std::optional<std::vector<RowIndices>> drawn;
};

// The axes of a grid or the draws of a sample; nothing after a report.
std::optional<Candidates> readCandidates(const ExperimentNode &node, const File &file,
                                         const Scope &globals, DiagnosticSink &sink);

// One value of an axis, as one row of its names; nothing after a report.
std::optional<Values> readRow(const AxisNode &axis, const Value &item, DiagnosticSink &sink);

// The draws of an experiment with a `sample`.
std::optional<Candidates> drawSample(const ExperimentNode &node, const File &file,
                                     const Scope &globals, DiagnosticSink &sink);

// Calls `visit` for every draw, or every point of the product in the order written, the last axis
// fastest, until it returns false.
void forEachPoint(const Candidates &candidates,
                  const std::function<bool(const RowIndices &)> &visit);

// Expands one experiment whose network and data set are known. Where its training is wrong, the
// networks of the points are checked and no point is kept.
class GridExpander {
public:
  static constexpr int64_t maxPoints = 10000;      // kept by `where`
  static constexpr int64_t maxCandidates = 100000; // of the product

  GridExpander(Checker &checker, const ExperimentNode &node, const TrainNode &train,
               Candidates points, bool isTrainingRight)
      : checker(checker), node(node), train(train), candidates(std::move(points)),
        axes(candidates.axes), isTrainingRight(isTrainingRight) {}

  void run(Experiment &experiment);

private:
  struct Report {
    Diagnostic diagnostic;
    int64_t points = 0;
    std::string firstLabel;
  };

  Scope scopeOf(const RowIndices &rows) const;
  std::vector<std::string> labelsOf(const RowIndices &rows) const;
  std::optional<bool> isKept(const Scope &scope, DiagnosticSink &sink);
  std::optional<Point> makePoint(const Scope &scope, DiagnosticSink &sink);
  const UnrolledNetwork &unroll(const NetworkValue &network, const Dataset &dataset);
  bool checkOutput(const Network &network, const Dataset &dataset, const TrainingSettings &training,
                   DiagnosticSink &sink);
  // `startFile` becomes the file of `init`.
  std::optional<TrainingSettings> readTraining(const Scope &scope, const Dataset &dataset,
                                               std::string &startFile, DiagnosticSink &sink);
  bool checkTask(const TrainingSettings &training, TrainingValues &values, const Dataset &dataset,
                 DiagnosticSink &sink);
  int findVariant(const Network &network, const Dataset &dataset, const TrainingSettings &training,
                  const std::string &text);
  void collect(const DiagnosticSink &sink, const std::string &label);
  void reportCollected(int64_t points);

  Checker &checker;
  const ExperimentNode &node;
  const TrainNode &train; // of the node
  Candidates candidates;
  const std::vector<AxisValues> &axes; // of the candidates
  bool isTrainingRight;
  std::vector<Report> reports;
};

} // namespace nnx::dsl
