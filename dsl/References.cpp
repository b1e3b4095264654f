// Figures that others published, joined with the points that they are about.
#include "dsl/References.h"

#include "dsl/Csv.h"
#include "dsl/Labels.h"
#include "dsl/Metrics.h"
#include "dsl/SourceFile.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

namespace nnx::dsl {
namespace {

constexpr std::size_t maxNotes = 10; // of one report: a wrong column is wrong in every row

std::optional<double> readNumber(std::string_view text) {
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

// A label as it is written: 0.10 is 0.1, and `adam()` is `adam`.
bool isLabel(std::string_view label, std::string_view text) {
  auto number = readNumber(label), other = readNumber(text);
  return number && other ? *number == *other : isNamed(label, text);
}

std::string labelText(const Expr &expr) {
  return expr.kind == ExprKind::string ? expr.text : toText(expr);
}

Parameter parameterOf(const MetricRow &metric) {
  Parameter parameter;
  parameter.name = metric.name;
  parameter.type = Type::real;
  parameter.least = metric.least;
  parameter.greatest = metric.greatest;
  return parameter;
}

std::string pathOf(const SettingNode &setting) {
  return setting.part.empty() ? setting.name : setting.name + "." + setting.part;
}

} // namespace

// Notes of one report about a file.
class ReferenceReader::Notes {
public:
  void add(std::string note) {
    if (notes.size() < maxNotes)
      notes.push_back(std::move(note));
    else
      ++more;
  }
  bool empty() const { return notes.empty(); }
  std::vector<std::string> take() {
    if (more)
      notes.push_back("and " + std::to_string(more) + " more");
    return std::move(notes);
  }

private:
  std::vector<std::string> notes;
  std::size_t more = 0;
};

ReferenceReader::ReferenceReader(const ExperimentNode &node, const Dataset *dataset,
                                 const File &file, const Scope &globals, Tables tables,
                                 DiagnosticSink &sink)
    : node(node), dataset(dataset), file(file), globals(globals), tables(tables), sink(sink) {
  for (const AxisNode &axis : node.axes)
    axes.insert(axes.end(), axis.names.begin(), axis.names.end());
}

void ReferenceReader::read(Experiment &experiment) {
  for (const ReferenceNode &reference : node.references)
    if (reference.table)
      readTable(*reference.table, experiment);
    else
      for (const ReferenceRowNode &row : reference.rows)
        readRow(row, experiment);
}

// The points that have all of the row's coordinates; a row without one is about every point.
std::vector<Point *> ReferenceReader::pointsOf(const Row &row, Experiment &experiment) const {
  std::vector<std::pair<std::size_t, std::vector<std::string>>> wanted; // axis, its labels
  for (const auto &[name, text] : row.coordinates)
    for (std::size_t a = 0; a < experiment.axes.size(); ++a) {
      if (experiment.axes[a].name != name)
        continue;
      wanted.emplace_back(a, std::vector<std::string>());
      for (const std::string &label : experiment.axes[a].values)
        if (isLabel(label, text))
          wanted.back().second.push_back(label);
    }
  std::vector<Point *> points;
  for (Point &point : experiment.points)
    if (std::all_of(wanted.begin(), wanted.end(), [&](const auto &axis) {
          return std::find(axis.second.begin(), axis.second.end(), point.coordinates[axis.first]) !=
                 axis.second.end();
        }))
      points.push_back(&point);
  return points;
}

// Joins one row; false where a point has a figure of that name already.
bool ReferenceReader::join(const Row &row, const std::vector<Point *> &points) {
  bool isNew = true;
  for (Point *point : points) {
    for (const auto &[metric, value] : row.figures) {
      auto known = std::find_if(point->reference.begin(), point->reference.end(),
                                [&](const auto &figure) { return figure.first == metric; });
      if (known == point->reference.end())
        point->reference.emplace_back(metric, value);
      else
        isNew = false;
    }
    point->notes.insert(point->notes.end(), row.notes.begin(), row.notes.end());
  }
  return isNew;
}

void ReferenceReader::readTable(const Expr &call, Experiment &experiment) {
  if (call.kind != ExprKind::call || call.text != "csv" || call.elements.size() != 1 ||
      call.elements[0].value.kind != ExprKind::string) {
    if (call.kind != ExprKind::wrong)
      sink.report(DiagnosticId::type_mismatch, call.location,
                  {"csv(\"FILE\")", "`reference`", "`" + toText(call) + "`"});
    return;
  }
  const std::string &name = call.elements[0].value.text;
  const SourceLocation &location = call.elements[0].value.location;
  // The name starts at the folder of the file that it is written in.
  const std::filesystem::path path =
      std::filesystem::path(file.paths[location.file]).parent_path() / name;
  auto refuse = [&](const std::string &reason) {
    sink.report(DiagnosticId::reference_unreadable, location, {name, reason});
  };
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error))
    return refuse("it is no regular file"); // reading a pipe might never end
  auto loaded = tables.load(path.string());
  if (const auto *problem = std::get_if<ReadProblem>(&loaded))
    return refuse(problem->id == DiagnosticId::file_unreadable
                      ? std::string(problem->arguments.at(0))
                      : message(problem->id, problem->arguments));
  const std::string &text = std::get<SourceFile>(loaded).text();
  if (std::none_of(tables.known.begin(), tables.known.end(),
                   [&](const SourceText &each) { return each.file == path.string(); }))
    tables.known.push_back({path.string(), text});
  CsvFault fault;
  auto table = readCsv(text, fault);
  Notes wrong, unmatched;
  if (table)
    joinTable(*table, name, experiment, wrong, unmatched);
  else
    wrong.add(name + ":" + std::to_string(fault.line) + ": " + fault.what);
  if (!wrong.empty())
    sink.report(DiagnosticId::wrong_reference, location, {name}, wrong.take());
  else if (!unmatched.empty())
    sink.report(DiagnosticId::unmatched_reference, location, {"rows of \"" + name + "\" match"},
                unmatched.take());
}

void ReferenceReader::joinTable(const CsvTable &table, const std::string &name,
                                Experiment &experiment, Notes &wrong, Notes &unmatched) {
  enum class Role { axis, metric, note };
  std::vector<Role> roles;
  for (const std::string &column : table.names) {
    bool isAxis = std::find(axes.begin(), axes.end(), column) != axes.end();
    roles.push_back(isAxis ? Role::axis : findMetric(column) ? Role::metric : Role::note);
    if (roles.back() != Role::note)
      continue;
    std::vector<std::string> known = metricNames();
    known.insert(known.end(), axes.begin(), axes.end());
    if (nearestOf(column, known))
      wrong.add(name + ":1: column `" + column + "` is neither an axis nor a metric" +
                suggest(column, known));
  }
  if (std::find(roles.begin(), roles.end(), Role::metric) == roles.end())
    wrong.add(name + ":1: no column is a metric");
  for (std::size_t c = 0; c < roles.size(); ++c)
    if (roles[c] == Role::metric)
      if (std::string_view why = reasonAgainst(*findMetric(table.names[c])); !why.empty())
        wrong.add(name + ":1: column `" + table.names[c] + "`: `" + dataset->name +
                  "` has no such figure: " + std::string(why));
  for (const CsvRow &line : table.rows) {
    const std::string place = name + ":" + std::to_string(line.line) + ": ";
    Row row;
    for (std::size_t c = 0; c < roles.size(); ++c) {
      const std::string &cell = line.cells[c];
      if (cell.empty())
        continue;
      auto number = readNumber(cell);
      const MetricRow *metric = roles[c] == Role::metric ? findMetric(table.names[c]) : nullptr;
      if (roles[c] == Role::axis)
        row.coordinates.emplace_back(table.names[c], cell);
      else if (roles[c] == Role::note)
        row.notes.emplace_back(table.names[c], cell);
      else if (!number)
        wrong.add(place + "`" + cell + "` for `" + table.names[c] + "` is no number");
      else if (*number < metric->least || *number > metric->greatest)
        wrong.add(place + "`" + table.names[c] + "` must be " +
                  describeRange(parameterOf(*metric)) + ", found `" + cell + "`");
      else
        row.figures.emplace_back(metric->name, *number);
    }
    std::vector<Point *> points = pointsOf(row, experiment);
    if (points.empty() && !experiment.points.empty())
      unmatched.add(place + textOf(row));
    else if (!join(row, points))
      wrong.add(place + "another row gives a figure of the same name for the same point");
  }
}

// Why the data set has no such figure; empty where it has one, or is not known.
std::string_view ReferenceReader::reasonAgainst(const MetricRow &metric) const {
  return dataset ? whyAbsent(metric, *dataset) : std::string_view();
}

std::string ReferenceReader::textOf(const Row &row) {
  std::string text;
  for (const auto &[name, value] : row.coordinates)
    text += (text.empty() ? "" : ", ") + name + " = " + value;
  return text;
}

void ReferenceReader::readRow(const ReferenceRowNode &written, Experiment &experiment) {
  Evaluator evaluator(file, sink);
  Row row;
  bool isRight = true;
  std::set<std::string> given;
  auto refuseTwice = [&](const SettingNode &setting) {
    if (given.insert(pathOf(setting)).second)
      return;
    sink.report(DiagnosticId::given_twice, setting.location, {pathOf(setting)});
    isRight = false;
  };
  for (const SettingNode &setting : written.coordinates) {
    refuseTwice(setting);
    if (std::find(axes.begin(), axes.end(), pathOf(setting)) == axes.end()) {
      sink.report(DiagnosticId::unknown_word, setting.location,
                  {"axis", pathOf(setting), suggest(pathOf(setting), axes)});
      isRight = false;
    }
    row.coordinates.emplace_back(setting.name, labelText(setting.value));
  }
  given.clear();
  for (const SettingNode &setting : written.figures) {
    refuseTwice(setting);
    const MetricRow *metric = findMetric(pathOf(setting));
    if (!metric) {
      sink.report(DiagnosticId::unknown_word, setting.location,
                  {"metric", pathOf(setting), suggest(pathOf(setting), metricNames())});
      isRight = false;
      continue;
    }
    if (std::string_view why = reasonAgainst(*metric); !why.empty())
      sink.report(DiagnosticId::absent_metric, setting.location,
                  {dataset->name, metric->name, why});
    Value value = evaluator.evaluateFor(parameterOf(*metric), setting.value, globals);
    if (const double *number = value.get<double>())
      row.figures.emplace_back(metric->name, *number);
  }
  if (!isRight)
    return;
  std::vector<Point *> points = pointsOf(row, experiment);
  if (points.empty() && !experiment.points.empty())
    sink.report(DiagnosticId::unmatched_reference, written.location, {"this row matches"});
  else if (!join(row, points))
    sink.report(DiagnosticId::given_twice, written.location, {"a figure of these points"});
}

} // namespace nnx::dsl
