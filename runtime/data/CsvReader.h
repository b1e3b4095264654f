// Rows of a table in text, one after the other (RFC 4180 with any one separator; lines end by LF or
// CRLF; empty lines are left out).
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace nnxrt {

class CsvReader {
public:
  /// `text` outlives the reader; messages call it `name`.
  CsvReader(std::string_view text, char separator, std::string name);

  /// The cells of the next row, without the spaces around those that are not quoted; they live
  /// until the next call. False at the end. Throws DataError for a quote that does not end, text
  /// behind a closing quote and a quote inside a plain value.
  bool next(std::vector<std::string_view> &cells);

  /// Where the row of the last call starts, from 1.
  [[nodiscard]] uint32_t line() const { return start; }

private:
  [[nodiscard]] bool atLineEnd() const;
  std::string_view readCell();
  std::string_view readQuoted();
  [[noreturn]] void fail(const char *what) const;

  std::string_view text;
  char separator;
  std::string name;
  std::deque<std::string> unquoted; // cells with doubled quotes
  size_t at = 0;
  uint32_t lines = 1, start = 1;
};

} // namespace nnxrt
