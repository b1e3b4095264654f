// Sources: files and how they are read.
#include "dsl/CheckSources.h"

#include <algorithm>

namespace nnx::dsl {
namespace {

struct SourceRow {
  std::string_view kind;
  bool images, flat;
  std::vector<std::string> files;
};

const std::vector<SourceRow> &sourceRows() {
  static const std::vector<SourceRow> rows = {
#define NNX_SOURCE(KIND, IMAGES, FLAT, ...) {#KIND, IMAGES, FLAT, {__VA_ARGS__}},
#include "dsl/tables/Sources.def"
  };
  return rows;
}

const SourceRow *findSource(std::string_view kind) {
  for (const SourceRow &row : sourceRows())
    if (row.kind == kind)
      return &row;
  return nullptr;
}

bool isSha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

} // namespace

std::vector<std::string> filesOf(std::string_view kind) {
  return findSource(kind)->files;
}
bool takesImages(std::string_view kind) {
  return findSource(kind)->images;
}
bool takesFlat(std::string_view kind) {
  return findSource(kind)->flat;
}

bool staysInside(std::string_view name) {
  if (name.empty() || name.front() == '/' || name.find('\0') != std::string_view::npos)
    return false;
  for (std::size_t start = 0; start <= name.size();) {
    std::size_t end = std::min(name.find('/', start), name.size());
    std::string_view part = name.substr(start, end - start);
    if (part == ".." || part.empty())
      return false;
    start = end + 1;
  }
  return true;
}

bool SourceReader::checkKind(const Expr &expr, const std::string &name) {
  if (expr.kind == ExprKind::wrong)
    return false;
  std::vector<std::string> kinds;
  for (const SourceRow &row : sourceRows())
    kinds.emplace_back(row.kind);
  if (name == "validation")
    kinds.emplace_back("split");
  if (expr.kind != ExprKind::call) {
    sink.report(DiagnosticId::type_mismatch, expr.location,
                {nameOf(Type::source), "`" + name + "`", "`" + toText(expr) + "`"});
    return false;
  }
  if (!findSource(expr.text)) {
    sink.report(DiagnosticId::unknown_word, expr.location,
                {"source", expr.text, suggest(expr.text, kinds)});
    return false;
  }
  if (!first.empty() && expr.text != dataset.kind) {
    sink.report(DiagnosticId::mixed_sources, expr.location, {name, expr.text, first, dataset.kind});
    return false;
  }
  return true;
}

bool SourceReader::read(const Expr &expr, const std::string &name, DatasetShare &share) {
  if (!checkKind(expr, name))
    return false;
  const Signature &signature = settingsOf(expr.text);
  auto bound = bindArguments(signature, expr, sink);
  if (!bound)
    return false;
  if (first.empty())
    dataset.kind = expr.text;
  share.files.resize(filesOf(dataset.kind).size());
  TableOptions table;
  table.missing = table.unseen = "error";
  table.separator = ",";
  bool isRight = true;
  for (std::size_t i = 0; i < bound->size(); ++i)
    if (const Expr *argument = (*bound)[i]) {
      const Parameter &parameter = signature.parameters[i];
      bool isTable = expr.text == "csv" && !parameter.name.starts_with("file");
      isRight = (isTable ? readTableSetting(parameter, *argument, table)
                         : readFile(parameter, *argument, share)) &&
                isRight;
    }
  if (isRight && expr.text == "csv")
    isRight = checkTable(table, expr, name);
  if (first.empty()) {
    first = name;
    dataset.table = std::move(table);
  }
  return isRight;
}

// A file's name, its digest, or an array inside it.
bool SourceReader::readFile(const Parameter &parameter, const Expr &expr, DatasetShare &share) {
  if (parameter.type == Type::column) {
    std::optional<std::string> array = readColumn(parameter, expr);
    (parameter.name == "x" ? share.x : share.y) = array.value_or("");
    return array.has_value();
  }
  Value value = evaluator.evaluateFor(parameter, expr, scope);
  if (value.isWrong())
    return false;
  const std::string &text = value.get<StringValue>()->text;
  std::vector<std::string> files = filesOf(dataset.kind);
  constexpr std::string_view suffix = "_sha256";
  bool isDigest = parameter.name.ends_with(suffix);
  if (isDigest ? !isSha256(text) : !staysInside(text)) {
    if (isDigest)
      sink.report(DiagnosticId::wrong_sha256, value.location, {});
    else
      sink.report(DiagnosticId::wrong_file_name, value.location, {text});
    return false;
  }
  std::string file = parameter.name;
  if (isDigest)
    file.resize(file.size() - suffix.size());
  auto place = std::find(files.begin(), files.end(), file) - files.begin();
  DatasetFile &target = share.files[static_cast<std::size_t>(place)];
  (isDigest ? target.sha256 : target.name) = text;
  return true;
}

// The name of a column or array is a word or a text, whatever else is called so.
std::optional<std::string> SourceReader::readColumn(const Parameter &parameter, const Expr &expr) {
  bool isName =
      (expr.kind == ExprKind::name || expr.kind == ExprKind::string) && !expr.text.empty();
  if (isName)
    return expr.text;
  if (expr.kind != ExprKind::wrong)
    sink.report(DiagnosticId::type_mismatch, expr.location,
                {nameOf(Type::column), "`" + parameter.name + "`", "`" + toText(expr) + "`"});
  return std::nullopt;
}

bool SourceReader::readColumns(const Parameter &parameter, const Expr &expr,
                               std::vector<std::string> &columns) {
  if (expr.kind != ExprKind::list || (parameter.type == Type::targets && expr.elements.empty())) {
    sink.report(DiagnosticId::type_mismatch, expr.location,
                {nameOf(parameter.type), "`" + parameter.name + "`", "`" + toText(expr) + "`"});
    return false;
  }
  for (const Element &element : expr.elements) {
    std::optional<std::string> column = readColumn(parameter, element.value);
    if (!column)
      return false;
    columns.push_back(std::move(*column));
  }
  return true;
}

bool SourceReader::readSeparator(const Parameter &parameter, const Expr &expr,
                                 std::string &separator) {
  Value value = evaluator.evaluateFor(parameter, expr, scope);
  if (value.isWrong())
    return false;
  separator = value.get<StringValue>()->text;
  auto isAllowed = [](unsigned char c) {
    bool isLetter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return c < 0x80 && !isLetter && !(c >= '0' && c <= '9') &&
           std::string_view("\"\n\r+-.").find(static_cast<char>(c)) == std::string_view::npos;
  };
  if (separator.size() == 1 && isAllowed(static_cast<unsigned char>(separator[0])))
    return true;
  sink.report(DiagnosticId::wrong_separator, value.location, {separator});
  return false;
}

bool SourceReader::readTableSetting(const Parameter &parameter, const Expr &expr,
                                    TableOptions &table) {
  if (parameter.type == Type::targets && expr.kind != ExprKind::list) {
    std::optional<std::string> column = readColumn(parameter, expr);
    table.targets = {column.value_or("")};
    return column.has_value();
  }
  if (parameter.type == Type::targets)
    return readColumns(parameter, expr, table.targets);
  if (parameter.type == Type::columns)
    return readColumns(parameter, expr,
                       parameter.name == "ignore" ? table.ignored : table.categorical);
  if (parameter.name == "separator")
    return readSeparator(parameter, expr, table.separator);
  Value value = evaluator.evaluateFor(parameter, expr, scope);
  if (value.isWrong())
    return false;
  if (const bool *header = value.get<bool>())
    table.header = *header;
  else
    (parameter.name == "missing" ? table.missing : table.unseen) = value.get<Symbol>()->name;
  return true;
}

// Each column has one purpose, and all tables of a data set are read alike.
bool SourceReader::checkTable(const TableOptions &table, const Expr &expr,
                              const std::string &name) {
  std::vector<std::string> columns = table.categorical;
  columns.insert(columns.end(), table.ignored.begin(), table.ignored.end());
  columns.insert(columns.end(), table.targets.begin(), table.targets.end());
  std::sort(columns.begin(), columns.end());
  auto twice = std::adjacent_find(columns.begin(), columns.end());
  if (twice != columns.end()) {
    sink.report(DiagnosticId::column_twice, expr.location, {*twice});
    return false;
  }
  if (first.empty() || first == name || table == dataset.table)
    return true;
  sink.report(DiagnosticId::table_read_twice, expr.location, {first});
  return false;
}

} // namespace nnx::dsl
