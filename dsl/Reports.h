// Checks the `report` block of an experiment.
#pragma once

#include "dsl/Ast.h"
#include "dsl/Diagnostics.h"

#include <optional>

namespace nnx::dsl {

class ReportReader {
public:
  ReportReader(const Experiment &experiment, const Dataset &dataset, DiagnosticSink &sink)
      : experiment(experiment), dataset(dataset), sink(sink) {}

  // Nothing after a report.
  std::optional<ReportPart> read(const ReportPartNode &node);

private:
  struct SettingRow;
  struct Wrong {}; // thrown after a report

  static const SettingRow *findSetting(std::string_view part, std::string_view name);
  void readSetting(const SettingNode &setting, const SettingRow &row, ReportPart &part);
  std::string readAxis(const Expr &expr);
  std::string readMetric(const Expr &expr, bool ofEpochs);
  int readPoint(const Expr &expr);
  template <typename Read> std::vector<std::string> readList(const Expr &expr, Read read);
  // A place of the part that two points share is wrong.
  void checkPlaces(const ReportPart &part);

  const Experiment &experiment;
  const Dataset &dataset; // that it trains on
  DiagnosticSink &sink;
};

} // namespace nnx::dsl
