// Parts of a report, by their tables.
#include "dsl/Reports.h"

#include "dsl/Metrics.h"

#include <algorithm>
#include <map>

namespace nnx::dsl {

namespace {
enum class Role : uint8_t { axis, axes, metric, metrics, epoch_metric, epoch, point };
} // namespace

struct ReportReader::SettingRow {
  std::string_view part, name;
  Role role{};
  std::string_view fallback;
};

namespace {

std::vector<std::string> partNames() {
  return {
#define NNX_REPORT_PART(NAME) #NAME,
#include "dsl/tables/ReportParts.def"
  };
}

std::string wordOf(const Expr &expr) {
  return expr.kind == ExprKind::string ? expr.text : toText(expr);
}

} // namespace

const ReportReader::SettingRow *ReportReader::findSetting(std::string_view part,
                                                          std::string_view name) {
  static constexpr SettingRow rows[] = {
#define NNX_REPORT_SETTING(PART, NAME, ROLE, DEFAULT) {#PART, NAME, Role::ROLE, DEFAULT},
#include "dsl/tables/ReportParts.def"
  };
  for (const SettingRow &row : rows)
    if (row.part == part && row.name == name)
      return &row;
  return nullptr;
}

std::optional<ReportPart> ReportReader::read(const ReportPartNode &node) {
  std::vector<std::string> known = partNames();
  if (std::find(known.begin(), known.end(), node.kind) == known.end()) {
    sink.report(DiagnosticId::unknown_word, node.location,
                {"part of a report", node.kind, suggest(node.kind, known)});
    return std::nullopt;
  }
  ReportPart part;
  part.kind = node.kind;
  part.location = node.location;
  std::map<std::string, const SettingNode *> given;
  bool isRight = true;
  for (const SettingNode &setting : node.settings) {
    const SettingRow *row = findSetting(node.kind, setting.name);
    isRight = isRight && row && setting.part.empty();
    if (!row || !setting.part.empty()) {
      std::vector<std::string> names;
#define NNX_REPORT_SETTING(PART, NAME, ROLE, DEFAULT)                                              \
  if (node.kind == #PART)                                                                          \
    names.emplace_back(NAME);
#include "dsl/tables/ReportParts.def"
      sink.report(DiagnosticId::unknown_setting, setting.location,
                  {setting.name + (setting.part.empty() ? "" : "." + setting.part), node.kind,
                   suggest(setting.name, names)});
    } else if (!given.try_emplace(setting.name, &setting).second) {
      sink.report(DiagnosticId::given_twice, setting.location, {setting.name});
      isRight = false;
    } else {
      try {
        readSetting(setting, *row, part);
      } catch (const Wrong &) {
        isRight = false;
      }
    }
  }
#define NNX_REPORT_SETTING(PART, NAME, ROLE, DEFAULT)                                              \
  if (node.kind == #PART && std::string_view(DEFAULT).empty() && !given.contains(NAME)) {          \
    sink.report(DiagnosticId::missing_setting, node.location,                                      \
                {node.kind, NAME, Role::ROLE == Role::axis ? "axis" : "metric"});                  \
    isRight = false;                                                                               \
  }
#include "dsl/tables/ReportParts.def"
  if (part.kind == "confusion_matrix" && dataset.classes == 0) {
    sink.report(DiagnosticId::absent_metric, node.location,
                {dataset.name, node.kind, "it has numbers to predict, not classes"});
    isRight = false;
  }
  if (!isRight)
    return std::nullopt;
  if (part.kind == "table" && part.rows.empty())
    for (const Axis &axis : experiment.axes)
      part.rows.push_back(axis.name);
  if (part.kind == "table" && part.columns.empty())
    part.columns = dataset.targets > 0
                       ? std::vector<std::string>{"rmse", "mae", "r2", "loss"}
                       : std::vector<std::string>{"accuracy", "precision", "recall", "f1", "loss"};
  checkPlaces(part);
  return part;
}

void ReportReader::readSetting(const SettingNode &setting, const SettingRow &row,
                               ReportPart &part) {
  std::string &field = setting.name == "x" ? part.x : setting.name == "y" ? part.y : part.color;
  const Expr &value = setting.value;
  switch (row.role) {
  case Role::axis:
    field = readAxis(value);
    break;
  case Role::axes:
    part.rows = readList(value, [&](const Expr &each) { return readAxis(each); });
    break;
  case Role::metric:
  case Role::epoch_metric:
    field = readMetric(value, row.role == Role::epoch_metric);
    break;
  case Role::metrics:
    part.columns = readList(value, [&](const Expr &each) { return readMetric(each, false); });
    break;
  case Role::epoch:
    if (wordOf(value) != "epoch") {
      sink.report(DiagnosticId::unknown_word, value.location,
                  {"value of `x`", wordOf(value), suggest(wordOf(value), {"epoch"})});
      throw Wrong();
    }
    field = "epoch";
    break;
  case Role::point:
    part.point = readPoint(value);
    break;
  }
}

template <typename Read>
std::vector<std::string> ReportReader::readList(const Expr &expr, Read read) {
  std::vector<std::string> names;
  if (expr.kind != ExprKind::list)
    return {read(expr)};
  for (const Element &element : expr.elements) {
    names.push_back(read(element.value));
    if (std::count(names.begin(), names.end(), names.back()) > 1) {
      sink.report(DiagnosticId::given_twice, element.value.location, {names.back()});
      throw Wrong();
    }
  }
  return names;
}

std::string ReportReader::readAxis(const Expr &expr) {
  std::vector<std::string> known;
  for (const Axis &axis : experiment.axes)
    known.push_back(axis.name);
  if (std::find(known.begin(), known.end(), wordOf(expr)) == known.end()) {
    sink.report(DiagnosticId::unknown_word, expr.location,
                {"axis", wordOf(expr), suggest(wordOf(expr), known)});
    throw Wrong();
  }
  return wordOf(expr);
}

std::string ReportReader::readMetric(const Expr &expr, bool ofEpochs) {
  const MetricRow *metric = findMetric(wordOf(expr));
  if (metric && (!ofEpochs || metric->kept == Kept::epoch)) {
    std::string_view why = whyAbsent(*metric, dataset);
    if (why.empty())
      return std::string(metric->name);
    sink.report(DiagnosticId::absent_metric, expr.location, {dataset.name, metric->name, why});
    throw Wrong();
  }
  std::vector<std::string> known;
  for (const MetricRow &row : metrics())
    if (!ofEpochs || row.kept == Kept::epoch)
      known.emplace_back(row.name);
  sink.report(
      DiagnosticId::unknown_word, expr.location,
      {ofEpochs ? "metric of every epoch" : "metric", wordOf(expr), suggest(wordOf(expr), known)});
  throw Wrong();
}

int ReportReader::readPoint(const Expr &expr) {
  if (wordOf(expr) == "best")
    return -1;
  std::vector<std::string> known = {"best"};
  for (std::size_t p = 0; p < experiment.points.size(); ++p) {
    if (experiment.points[p].label == wordOf(expr))
      return static_cast<int>(p);
    known.push_back(experiment.points[p].label);
  }
  if (!experiment.points.empty())
    sink.report(DiagnosticId::unknown_word, expr.location,
                {"point", wordOf(expr), suggest(wordOf(expr), known)});
  throw Wrong();
}

void ReportReader::checkPlaces(const ReportPart &part) {
  std::vector<std::string> shown = part.rows;
  if (part.kind == "heatmap")
    shown = {part.x, part.y};
  else if (part.kind == "bar")
    shown = {part.x, part.color};
  else if (part.kind != "table")
    return;
  std::map<std::vector<std::string>, const Point *> places;
  for (const Point &point : experiment.points) {
    std::vector<std::string> place;
    for (std::size_t a = 0; a < experiment.axes.size(); ++a)
      if (std::find(shown.begin(), shown.end(), experiment.axes[a].name) != shown.end())
        place.push_back(point.coordinates[a]);
    auto [first, isNew] = places.try_emplace(std::move(place), &point);
    if (isNew)
      continue;
    std::string hidden;
    for (std::size_t a = 0; a < experiment.axes.size(); ++a)
      if (point.coordinates[a] != first->second->coordinates[a])
        hidden += (hidden.empty() ? "`" : ", `") + experiment.axes[a].name + "`";
    sink.report(DiagnosticId::shared_place, part.location, {part.kind, hidden},
                {"first: " + first->second->label + " and " + point.label});
    return;
  }
}

} // namespace nnx::dsl
