// The final table for a terminal: plain text, columns aligned.
#include "runtime/report/Figures.h"
#include "runtime/report/Format.h"
#include "runtime/report/PointsTable.h"
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

std::string experimentTable(const ExperimentFigures &figures, const StudyResults &results) {
  const PointsTable table =
      pointsTable(figures, results, axesOf(*figures.experiment),
                  {"validation.accuracy", "validation.rmse", "accuracy", "precision", "recall",
                   "f1", "rmse", "mae", "r2", "loss", "seconds"})
          .plain();
  std::vector<Column> columns;
  for (size_t c = 0; c < table.columns.size(); ++c) // axes stand left, as words do
    columns.push_back({printable(table.columns[c].name),
                       table.columns[c].number && c >= figures.experiment->axes.size()});
  std::vector<std::vector<std::string>> rows;
  for (const PointsTable::Row &row : table.rows) {
    std::vector<std::string> &texts = rows.emplace_back();
    for (const PointsTable::Cell &cell : row.cells)
      texts.push_back(printable(cell.note.empty() ? cell.text : cell.text + " " + cell.note));
  }
  std::string out = aligned(columns, rows);
  for (const std::string &note : table.notes)
    out += "  " + note + "\n";
  return out;
}

} // namespace

std::string tableText(const StudyResults &results) {
  std::string out;
  for (const ExperimentFigures &figures : figuresOf(results)) {
    out += fmt::format("{}{}\n", out.empty() ? "" : "\n", printable(figures.title()));
    out += experimentTable(figures, results);
    const PointFigures *best = figures.best();
    if (best && figures.points.size() > 1)
      out += fmt::format("  best: {}, {} {} (selected on {})\n", printable(best->name()),
                         figures.metric->title, textOf(figures.metric->unit, best->score.mean),
                         figures.selectedOn());
  }
  return out;
}

} // namespace nnxrt
