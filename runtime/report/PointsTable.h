// The table of an experiment's points, the same in terminal, page and Markdown.
#pragma once

#include "runtime/report/Figures.h"

#include <string>
#include <vector>

namespace nnxrt {

struct PointsTable {
  struct Column {
    std::string name;
    bool number = false;
    bool isStatus = false;
    bool isExtra = false; // in the page alone, shown when asked for
  };
  // NOLINTBEGIN(readability-redundant-member-init): g++ warns of fields without an initializer
  struct Cell {
    std::string text = {};
    std::string note = {};  // small, after the text: a deviation, a verdict
    std::string value = {}; // what the column sorts by; "" where that is the text
    std::string tone = {};  // "good", "bad" or ""
  };
  // NOLINTEND(readability-redundant-member-init)
  struct Row {
    std::vector<Cell> cells;
    bool isBest = false;
    bool isAlike = false; // cannot be told from the best
  };
  std::vector<Column> columns;
  std::vector<Row> rows;
  size_t bestColumn = 0;          // that which the best was chosen by
  std::vector<std::string> notes; // what the marks say

  /// Without the extra columns.
  [[nodiscard]] PointsTable plain() const;
};

/// `axes`, then the figures of `metrics` with what was published of them, notes, how each point
/// compares with the best, how the runs ended and whether other points share them; as extra columns
/// every other metric that runs have, memory, predicted time and the names of the runs. Metrics
/// that no run has are left out.
PointsTable pointsTable(const ExperimentFigures &figures, const StudyResults &results,
                        const std::vector<std::string> &axes,
                        const std::vector<std::string> &metrics);

/// The names of all axes.
std::vector<std::string> axesOf(const Experiment &experiment);

} // namespace nnxrt
