// Tables of the page: cells that escape their text, numbers that sort by value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nnxrt {

/// One cell. `value` is what the column sorts by where the text is no plain number.
struct HtmlCell {
  // NOLINTBEGIN(readability-redundant-member-init): g++ warns of fields without an initializer
  std::string text;
  std::string note = {};   // small, after the text
  std::string value = {};  // number as text
  std::string markup = {}; // instead of text: HTML
  std::string tone = {};   // CSS class of the cell
  // NOLINTEND(readability-redundant-member-init)
  bool wraps = false;
};

struct HtmlColumn {
  std::string name;
  bool number = false;
  bool isExtra = false; // shown when asked for
};

/// Builds one table; the first cell of a row is its header.
class HtmlTable {
public:
  /// `tools`: rows can be sorted and filtered, columns hidden, and what is shown copied.
  HtmlTable(std::string_view caption, std::vector<HtmlColumn> columns, bool tools);

  void addRow(const std::vector<HtmlCell> &cells, std::string_view rowClass = {});
  /// The table in a box of its own that scrolls where the page is narrow.
  [[nodiscard]] std::string html() const;

private:
  std::string caption;
  std::vector<HtmlColumn> columns;
  bool tools;
  std::string rows;
};

} // namespace nnxrt
