// Comma-separated values, character by character.
#include "dsl/Csv.h"

#include <algorithm>

namespace nnx::dsl {
namespace {

class CsvReader {
public:
  CsvReader(std::string_view text, CsvFault &fault) : text(text), fault(fault) {
    if (text.starts_with("\xef\xbb\xbf")) // a byte order mark says nothing in UTF-8
      at = 3;
  }

  std::optional<CsvTable> read() {
    CsvTable table;
    while (at < text.size()) {
      CsvRow row{line, {}};
      if (!readRow(row))
        return std::nullopt;
      bool isEmpty = row.cells.size() == 1 && row.cells[0].empty();
      if (isEmpty)
        continue;
      if (table.names.empty() && !checkNames(row))
        return std::nullopt;
      if (table.names.empty())
        table.names = std::move(row.cells);
      else if (row.cells.size() != table.names.size())
        return fail(row.line, std::to_string(row.cells.size()) + " values in a row of " +
                                  std::to_string(table.names.size()) + " columns");
      else
        table.rows.push_back(std::move(row));
    }
    if (table.rows.empty())
      return fail(line, "a row of names and at least one row of values are needed");
    return table;
  }

private:
  std::nullopt_t fail(uint32_t where, std::string what) {
    fault = {where, std::move(what)};
    return std::nullopt;
  }

  bool checkNames(const CsvRow &row) {
    for (auto name = row.cells.begin(); name != row.cells.end(); ++name) {
      if (name->empty())
        return fail(row.line, "a column without a name"), false;
      if (std::find(row.cells.begin(), name, *name) != name)
        return fail(row.line, "two columns are called `" + *name + "`"), false;
    }
    return true;
  }

  bool atLineEnd() const {
    return at == text.size() || text[at] == '\n' || text.substr(at, 2) == "\r\n";
  }

  bool readRow(CsvRow &row) {
    for (;;) {
      std::string cell;
      if (at < text.size() && text[at] == '"' ? !readQuoted(cell) : !readPlain(cell))
        return false;
      row.cells.push_back(std::move(cell));
      if (atLineEnd()) {
        at = std::min(text.find('\n', at), text.size() - 1) + 1;
        ++line;
        return true;
      }
      ++at; // the comma
    }
  }

  bool readPlain(std::string &cell) {
    for (; !atLineEnd() && text[at] != ','; ++at) {
      if (text[at] == '"')
        return fail(line, "a quote inside a value that does not start with one"), false;
      cell += text[at];
    }
    return true;
  }

  bool readQuoted(std::string &cell) {
    const uint32_t start = line;
    for (++at; at < text.size(); ++at) {
      if (text[at] == '"' && text.substr(at, 2) != "\"\"") {
        ++at;
        if (!atLineEnd() && text[at] != ',')
          return fail(line, "text behind a closing quote"), false;
        return true;
      }
      if (text[at] == '"')
        ++at; // two quotes stand for one
      line += text[at] == '\n';
      cell += text[at];
    }
    return fail(start, "a quote that does not end"), false;
  }

  std::string_view text;
  CsvFault &fault;
  std::size_t at = 0;
  uint32_t line = 1;
};

} // namespace

std::optional<CsvTable> readCsv(std::string_view text, CsvFault &fault) {
  return CsvReader(text, fault).read();
}

} // namespace nnx::dsl
