// From the text of a table to its columns.
#include "runtime/data/CsvReader.h"
#include "runtime/data/FileBytes.h"
#include "runtime/data/Table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace nnxrt;

namespace {
constexpr size_t mostColumns = 65536;
constexpr size_t mostWords = 65536; // different ones in a column
constexpr size_t longestWord = 200; // bytes

/// Fills the columns of a table, row by row.
class TableReader {
public:
  TableReader(std::string_view text, const std::string &name, const DatasetSpec &spec)
      : spec(spec), reader(text, spec.table.separator, name) {
    table.name = name;
  }

  Table read() {
    std::vector<std::string_view> cells;
    if (!reader.next(cells))
      throw DataError(fmt::format("{}: holds no row", table.name));
    nameColumns(cells);
    if (spec.table.header && !reader.next(cells))
      throw DataError(fmt::format("{}: holds names of columns and no row", table.name));
    do
      addRow(cells);
    while (reader.next(cells));
    return std::move(table);
  }

private:
  static bool contains(const std::vector<std::string> &list, const std::string &name) {
    return std::ranges::find(list, name) != list.end();
  }

  [[noreturn]] void fail(const Column &column, std::string_view what) const {
    throw DataError(
        fmt::format("{}: line {}, column `{}`: {}", table.name, reader.line(), column.name, what));
  }

  void nameColumns(const std::vector<std::string_view> &cells) {
    if (cells.size() > mostColumns)
      throw DataError(fmt::format("{}: {} columns; at most {} are read", table.name, cells.size(),
                                  mostColumns));
    for (size_t i = 0; i < cells.size(); ++i)
      names.push_back(spec.table.header ? std::string(cells[i]) : fmt::format("column_{}", i + 1));
    std::vector<std::string> sorted = names;
    std::ranges::sort(sorted);
    if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end())
      throw DataError(fmt::format("{}: two columns are called `{}`", table.name, *twice));
    if (sorted.front().empty())
      throw DataError(fmt::format("{}: a column has no name", table.name));
    for (const std::string &each : spec.table.targets)
      demandColumn(each, "target");
    for (const std::string &each : spec.table.categorical)
      demandColumn(each, "categorical");
    for (const std::string &each : spec.table.ignored)
      demandColumn(each, "ignore");
    for (const std::string &each : spec.table.targets)
      table.targets.push_back({.name = each, .isWords = !spec.isRegression()});
    for (const std::string &each : names) {
      if (!contains(spec.table.targets, each) && !contains(spec.table.ignored, each))
        table.features.push_back({.name = each, .isWords = contains(spec.table.categorical, each)});
    }
    if (table.features.empty())
      throw DataError(fmt::format("{}: no column is left beside the target{}", table.name,
                                  table.targets.size() > 1 ? "s" : ""));
    std::map<std::string_view, Column *> byName;
    for (std::vector<Column> *const group : {&table.targets, &table.features})
      for (Column &column : *group)
        byName.emplace(column.name, &column);
    for (const std::string &each : names)
      columns.push_back(byName.contains(each) ? byName[each] : nullptr);
  }

  void demandColumn(const std::string &name, const char *setting) const {
    if (contains(names, name))
      return;
    constexpr size_t shown = 20;
    std::string known;
    for (size_t i = 0; i < std::min(names.size(), shown); ++i)
      known += fmt::format("{}`{}`", i > 0 ? ", " : "", names[i]);
    throw DataError(fmt::format(
        "{}: has no column `{}`, the `{}` of data set `{}` (line {}); its columns: {}{}",
        table.name, name, setting, spec.name, spec.line, known, names.size() > shown ? ", …" : ""));
  }

  void addRow(const std::vector<std::string_view> &cells) {
    if (cells.size() != names.size())
      throw DataError(fmt::format("{}: line {}: {} values in a table of {} columns", table.name,
                                  reader.line(), cells.size(), names.size()));
    if (table.lines.size() == INT32_MAX)
      throw DataError(fmt::format("{}: more than {} rows", table.name, INT32_MAX));
    table.lines.push_back(reader.line());
    for (size_t i = 0; i < cells.size(); ++i)
      if (columns[i] != nullptr)
        addCell(*columns[i], cells[i]);
  }

  static bool isMissing(std::string_view cell) {
    constexpr std::array words{"", "NA", "N/A", "NaN", "nan", "NULL", "null"};
    return std::ranges::find(words, cell) != words.end();
  }

  [[nodiscard]] bool isTarget(const Column &column) const {
    return contains(spec.table.targets, column.name);
  }

  void addCell(Column &column, std::string_view cell) const {
    const bool missing = isMissing(cell);
    if (missing && isTarget(column))
      fail(column, "the target is missing");
    if (missing && spec.table.missing == "error")
      fail(column, fmt::format("the value is missing{}; say missing = mean, median or zero",
                               cell.empty() ? "" : fmt::format(" (`{}`)", cell)));
    if (column.isWords)
      column.codes.push_back(missing ? Column::missingWord : codeOf(column, cell));
    else
      column.numbers.push_back(missing ? std::numeric_limits<double>::quiet_NaN()
                                       : readNumber(column, cell));
  }

  uint32_t codeOf(Column &column, std::string_view cell) const {
    if (const auto known = column.codeOf.find(cell); known != column.codeOf.end())
      return known->second;
    if (cell.size() > longestWord)
      fail(column,
           fmt::format("a word of {} bytes; at most {} are read", cell.size(), longestWord));
    if (!isText(cell))
      fail(column, "the word is no UTF-8 text");
    const auto code = static_cast<uint32_t>(column.words.size());
    if (code == mostWords)
      fail(column, fmt::format("more than {} different words", mostWords));
    column.words.emplace_back(cell);
    column.codeOf.emplace(cell, code);
    return code;
  }

  static bool isText(std::string_view cell) {
    try {
      static_cast<void>(nlohmann::json(cell).dump());
    } catch (const nlohmann::json::type_error &) {
      return false;
    }
    return true;
  }

  double readNumber(const Column &column, std::string_view cell) const {
    const std::string_view digits = cell.starts_with('+') ? cell.substr(1) : cell;
    double number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    constexpr size_t shown = 40;
    const std::string text = fmt::format("`{}`", cell.substr(0, shown));
    if (error == std::errc::result_out_of_range ||
        (error == std::errc() && std::abs(number) > std::numeric_limits<float>::max()))
      fail(column, text + " is no number that a 32-bit float holds");
    if (error != std::errc() || end != digits.data() + digits.size())
      fail(column, fmt::format("{} is no number; {}", text, adviceFor(column)));
    return number;
  }

  std::string adviceFor(const Column &column) const {
    return isTarget(column)
               ? "a target of words needs `classes`, their count"
               : fmt::format("a column of words stands in `categorical`, or in `ignore`");
  }

  const DatasetSpec &spec;
  CsvReader reader;
  Table table;
  std::vector<std::string> names; // of all columns of the file
  std::vector<Column *> columns;  // of `table`, for each of them; null: ignored
};
} // namespace

Table nnxrt::readTable(std::string_view text, const std::string &name, const DatasetSpec &spec) {
  demandMemory(4 * text.size()); // a cell is two bytes of text or more, and eight in memory
  return TableReader(text, name, spec).read();
}
