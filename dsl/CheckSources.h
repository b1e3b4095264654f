// Sources of a data set: calls such as idx(images, labels), each a row of tables/Sources.def.
#pragma once

#include "dsl/Evaluate.h"

namespace nnx::dsl {

// Names of the files of a kind, as tables/Sources.def lists them.
std::vector<std::string> filesOf(std::string_view kind);
bool takesImages(std::string_view kind);
bool takesFlat(std::string_view kind);

// Whether a name of a file or folder cannot lead out of the data folder.
bool staysInside(std::string_view name);

// Reads the sources of one data set, the first of which decides for all.
class SourceReader {
public:
  SourceReader(const File &file, const Scope &scope, Dataset &dataset, DiagnosticSink &sink)
      : evaluator(file, sink), scope(scope), dataset(dataset), sink(sink) {}

  // What `expr` says for the setting `name`; false after a report.
  bool read(const Expr &expr, const std::string &name, DatasetShare &share);

private:
  bool checkKind(const Expr &expr, const std::string &name);
  bool readFile(const Parameter &parameter, const Expr &expr, DatasetShare &share);
  bool readTableSetting(const Parameter &parameter, const Expr &expr, TableOptions &table);
  std::optional<std::string> readColumn(const Parameter &parameter, const Expr &expr);
  bool readColumns(const Parameter &parameter, const Expr &expr, std::vector<std::string> &columns);
  bool readSeparator(const Parameter &parameter, const Expr &expr, std::string &separator);
  bool checkTable(const TableOptions &table, const Expr &expr, const std::string &name);

  Evaluator evaluator;
  const Scope &scope;
  Dataset &dataset;
  DiagnosticSink &sink;
  std::string first; // the setting that was read first
};

} // namespace nnx::dsl
