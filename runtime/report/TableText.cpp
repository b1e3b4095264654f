// The final table for a terminal: plain text, columns aligned.
#include "runtime/report/Figures.h"
#include "runtime/report/Format.h"
#include "runtime/report/Report.h"
#include "runtime/report/TextWidth.h"

#include <algorithm>
#include <fmt/format.h>

namespace nnxrt {

namespace {

struct Column {
  std::string name;
  bool right;
};

std::string aligned(const std::vector<Column> &columns,
                    const std::vector<std::vector<std::string>> &rows) {
  std::vector<size_t> widths;
  for (size_t c = 0; c < columns.size(); ++c) {
    widths.push_back(textWidth(columns[c].name));
    for (const auto &row : rows)
      widths[c] = std::max(widths[c], textWidth(row[c]));
  }
  std::string out;
  const auto addRow = [&](const auto &cellOf) {
    std::string line;
    for (size_t c = 0; c < columns.size(); ++c) {
      const std::string text = cellOf(c);
      const std::string space(widths[c] - textWidth(text), ' ');
      line += (c == 0 ? "  " : "   ") + (columns[c].right ? space + text : text + space);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  addRow([&](size_t c) { return columns[c].name; });
  for (const auto &row : rows)
    addRow([&](size_t c) { return row[c]; });
  return out;
}

std::string experimentTable(const ExperimentFigures &figures) {
  std::vector<Column> columns;
  for (const Axis &axis : figures.experiment->axes)
    columns.push_back({axis.name, false});
  if (columns.empty())
    columns.push_back({"point", false});
  for (const char *name : {"accuracy", "precision", "recall", "f1", "loss", "time"})
    columns.push_back({name, true});
  columns.push_back({"status", false});
  std::vector<std::vector<std::string>> rows;
  for (const PointFigures &point : figures.points) {
    std::vector<std::string> row;
    for (const Axis &axis : figures.experiment->axes)
      for (const auto &[name, value] : point.point->axes)
        if (name == axis.name)
          row.push_back(printable(value));
    if (row.empty())
      row.push_back(printable(point.name()));
    row.insert(row.end(),
               {spreadText(point.accuracy, shareText), spreadText(point.precision, shareText),
                spreadText(point.recall, shareText), spreadText(point.f1, shareText),
                spreadText(point.loss, lossText),
                point.seconds.count > 0 ? durationText(point.seconds.mean) : "", point.status});
    rows.push_back(std::move(row));
  }
  return aligned(columns, rows);
}

} // namespace

std::string tableText(const StudyResults &results) {
  std::string out;
  for (const ExperimentFigures &figures : figuresOf(results)) {
    out += fmt::format("{}{}\n", out.empty() ? "" : "\n", printable(figures.title()));
    out += experimentTable(figures);
    const PointFigures *best = figures.best();
    if (best && figures.points.size() > 1)
      out += fmt::format("  best: {}, accuracy {} (selected on the test set)\n",
                         printable(best->name()), shareText(best->accuracy.mean));
  }
  return out;
}

} // namespace nnxrt
