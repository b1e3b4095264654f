// Columns and cells of the table of points.
#include "runtime/report/PointsTable.h"

#include "runtime/device/Memory.h"
#include "runtime/report/Comparison.h"
#include "runtime/report/Format.h"
#include "runtime/report/Published.h"
#include "runtime/report/ResourceCharts.h"
#include "runtime/report/SharedRuns.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <set>

namespace nnxrt {

namespace {

bool isNumber(const std::string &text) {
  char *end = nullptr;
  std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0';
}

class TableBuilder {
public:
  TableBuilder(const ExperimentFigures &experimentFigures, const StudyResults &results)
      : figures(experimentFigures), sharing(sharesOf(experimentFigures, results)),
        comparisons(compareWithBest(experimentFigures)) {
    table.rows.resize(figures.points.size());
    for (size_t p = 0; p < figures.points.size(); ++p) {
      table.rows[p].isBest = comparisons[p].isBest;
      table.rows[p].isAlike = comparisons[p].isTested && !comparisons[p].isTold;
    }
  }

  /// A column; `cell` gives the cell of a point.
  template <typename MakeCell> void add(PointsTable::Column column, MakeCell cell) {
    table.columns.push_back(std::move(column));
    for (size_t p = 0; p < figures.points.size(); ++p)
      table.rows[p].cells.push_back(cell(figures.points[p]));
  }

  void addAxis(const Axis &axis) {
    const bool number = std::all_of(axis.values.begin(), axis.values.end(), isNumber);
    add({.name = axis.name, .number = number}, [&](const PointFigures &point) {
      for (const auto &[name, value] : point.point->axes)
        if (name == axis.name)
          return PointsTable::Cell{.text = value};
      return PointsTable::Cell{};
    });
  }

  /// A metric is shown once, and where some run has it. A loss that is no number says "not finite".
  void addMetric(const MetricRow &metric, bool isExtra = false) {
    if (!shown.insert(metric.name).second)
      return;
    const bool hasFigure = std::ranges::any_of(figures.points, [&](const PointFigures &point) {
      return !point.runs.empty() &&
             (metric.name == "loss" || !std::isnan(metric.of(*point.point, *point.runs.front())));
    });
    if (!hasFigure && (isExtra || figures.best()) && metric.unit != Unit::count)
      return;
    if (&metric == figures.metric)
      table.bestColumn = table.columns.size();
    const PointsTable::Column column{
        .name = std::string(metric.title), .number = true, .isExtra = isExtra};
    add(column, [&](const PointFigures &point) {
      const Spread spread = point.spread(metric);
      if (metric.unit == Unit::count) // the same for every run, and for none
        return numberCell(static_cast<double>(point.point->parameters), metric.unit);
      PointsTable::Cell cell = numberCell(spread.count > 0 ? spread.mean : NAN, metric.unit);
      if (spread.count == 0)
        cell.text.clear();
      else if (metric.unit != Unit::seconds)
        cell.note = deviationText(spread, writerOf(metric.unit));
      return cell;
    });
    if (!isExtra && hasPublished(*figures.experiment, metric.name))
      addPublished(metric);
  }

  /// What the page shows when asked for.
  void addExtras() {
    for (const MetricRow &metric : metricTable())
      addMetric(metric, true);
    add({.name = "memory", .number = true, .isExtra = true}, [](const PointFigures &point) {
      if (!point.bestRun)
        return PointsTable::Cell{};
      const uint64_t bytes = point.bestRun->result.memoryBytes;
      return PointsTable::Cell{.text = bytesText(bytes), .value = std::to_string(bytes)};
    });
    add({.name = "predicted time", .number = true, .isExtra = true}, [](const PointFigures &point) {
      const auto seconds =
          point.bestRun ? predictedSeconds(*point.point, *point.bestRun) : std::optional<double>();
      return seconds ? numberCell(*seconds, Unit::seconds) : PointsTable::Cell{};
    });
    add({.name = "run", .isExtra = true}, [](const PointFigures &point) {
      PointsTable::Cell cell;
      for (const StoredRun &run : point.results->runs)
        cell.text += (cell.text.empty() ? "" : " ") + run.name;
      return cell;
    });
  }

  void addStatus() {
    add({.name = "status", .isStatus = true}, [&](const PointFigures &point) {
      const size_t others = sharing[static_cast<size_t>(&point - figures.points.data())];
      return PointsTable::Cell{
          .text = point.status,
          .note = others == 0 ? ""
                              : fmt::format("one run with {}",
                                            counted(static_cast<int64_t>(others), "other point"))};
    });
  }

  void addPublished(const MetricRow &metric) {
    add({.name = "published", .number = true}, [&](const PointFigures &point) {
      for (const auto &[name, value] : point.point->reference)
        if (name == metric.name)
          return numberCell(value, metric.unit);
      return PointsTable::Cell{};
    });
    add({.name = "difference", .number = true}, [&](const PointFigures &point) {
      const auto published = publishedOf(point, metric);
      if (!published)
        return PointsTable::Cell{};
      const std::string size = textOf(metric.unit, std::abs(published->difference));
      const bool isZero = size.find_first_of("123456789") == std::string::npos;
      const char *const sign = isZero ? "" : published->difference < 0 ? "-" : "+";
      return PointsTable::Cell{.text = sign + size,
                               .note = published->verdict(),
                               .value = fmt::format("{}", published->difference),
                               .tone = published->tone()};
    });
  }

  void addComparison() {
    table.notes.push_back(comparisonNote(comparisons));
    table.notes.push_back(publishedNote(figures));
    std::erase(table.notes, "");
    if (comparisonNote(comparisons).empty())
      return;
    add({.name = "against best"}, [&](const PointFigures &point) {
      const auto index = static_cast<size_t>(&point - figures.points.data());
      const Comparison &comparison = comparisons[index];
      PointsTable::Cell cell{.text = comparison.isBest   ? "best"
                                     : comparison.isTold ? ""
                                                         : "= best"};
      if (comparison.isTested)
        cell.note = comparison.p < 0.001 ? "p < 0.001" : fmt::format("p = {:.3f}", comparison.p);
      cell.value = fmt::format("{}", comparison.isBest ? 2.0 : comparison.p);
      return cell;
    });
  }

  void addNotes() {
    std::vector<std::string> names;
    for (const PointFigures &point : figures.points)
      for (const auto &[name, text] : point.point->notes)
        if (std::find(names.begin(), names.end(), name) == names.end())
          names.push_back(name);
    for (const std::string &wanted : names)
      add({.name = wanted}, [&](const PointFigures &point) {
        PointsTable::Cell cell;
        for (const auto &[name, text] : point.point->notes)
          if (name == wanted)
            cell.text += (cell.text.empty() ? "" : "; ") + text;
        return cell;
      });
  }

  PointsTable take() { return std::move(table); }

private:
  static PointsTable::Cell numberCell(double value, Unit unit) {
    return {.text = textOf(unit, value),
            .value = std::isfinite(value) ? fmt::format("{}", value) : "NaN"};
  }

  const ExperimentFigures &figures;
  const std::vector<size_t> sharing;
  const std::vector<Comparison> comparisons;
  std::set<std::string_view> shown; // metrics
  PointsTable table;
};

} // namespace

std::vector<std::string> axesOf(const Experiment &experiment) {
  std::vector<std::string> names;
  for (const Axis &axis : experiment.axes)
    names.push_back(axis.name);
  return names;
}

PointsTable PointsTable::plain() const {
  PointsTable result = *this;
  for (size_t c = result.columns.size(); c-- > 0;) {
    if (!result.columns[c].isExtra)
      continue;
    const auto place = static_cast<std::ptrdiff_t>(c);
    result.columns.erase(result.columns.begin() + place);
    for (Row &row : result.rows)
      row.cells.erase(row.cells.begin() + place);
  }
  return result;
}

PointsTable pointsTable(const ExperimentFigures &figures, const StudyResults &results,
                        const std::vector<std::string> &axes,
                        const std::vector<std::string> &metrics) {
  TableBuilder builder(figures, results);
  for (const std::string &name : axes)
    for (const Axis &axis : figures.experiment->axes)
      if (axis.name == name)
        builder.addAxis(axis);
  if (axes.empty())
    builder.add({.name = "point"},
                [](const PointFigures &point) { return PointsTable::Cell{.text = point.name()}; });
  for (const std::string &name : metrics)
    if (const MetricRow *const metric = findMetric(name))
      builder.addMetric(*metric);
  builder.addComparison();
  builder.addNotes();
  builder.addStatus();
  builder.addExtras();
  return builder.take();
}

} // namespace nnxrt
