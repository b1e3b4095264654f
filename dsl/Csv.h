// A strict reader of comma-separated values (RFC 4180, lines ended by LF or CRLF), with a first row
// of names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nnx::dsl {

struct CsvRow {
  uint32_t line = 0; // where it starts, from 1
  std::vector<std::string> cells;
};

struct CsvTable {
  std::vector<std::string> names;
  std::vector<CsvRow> rows; // each with as many cells as there are names
};

struct CsvFault {
  uint32_t line = 0;
  std::string what; // "3 values in a row of 4 columns"
};

// Empty lines are left out. Sets `fault` and returns nothing for a quote that does not end, text
// behind a closing quote, a quote inside a plain value, a row of another length, a name that is
// empty or there twice, and a table without a row.
std::optional<CsvTable> readCsv(std::string_view text, CsvFault &fault);

} // namespace nnx::dsl
