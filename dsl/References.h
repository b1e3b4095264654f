// Reads the references of one experiment: tables beside the file, and rows in place.
#pragma once

#include "dsl/Analyse.h"
#include "dsl/Evaluate.h"

#include <set>

namespace nnx::dsl {

struct CsvTable;
struct MetricRow;

class ReferenceReader {
public:
  // How tables are read, and where those that were read are added.
  struct Tables {
    const FileLoader &load;
    std::vector<SourceText> &known;
  };

  // `dataset`: that the experiment trains on; null where it is wrong.
  ReferenceReader(const ExperimentNode &node, const Dataset *dataset, const File &file,
                  const Scope &globals, Tables tables, DiagnosticSink &sink);

  // Adds figures and notes to the points. Without points, what can be checked without is checked.
  void read(Experiment &experiment);

private:
  class Notes;
  using Texts = std::vector<std::pair<std::string, std::string>>;
  struct Row {
    Texts coordinates, notes;
    std::vector<std::pair<std::string, double>> figures;
  };

  std::string_view reasonAgainst(const MetricRow &metric) const;
  static std::string textOf(const Row &row);
  std::vector<Point *> pointsOf(const Row &row, Experiment &experiment) const;
  bool join(const Row &row, const std::vector<Point *> &points);
  void readTable(const Expr &call, Experiment &experiment);
  void joinTable(const CsvTable &table, const std::string &name, Experiment &experiment,
                 Notes &wrong, Notes &unmatched);
  void readRow(const ReferenceRowNode &written, Experiment &experiment);

  const ExperimentNode &node;
  const Dataset *dataset;
  const File &file;
  const Scope &globals;
  const Tables tables;
  DiagnosticSink &sink;
  std::vector<std::string> axes;
};

} // namespace nnx::dsl
