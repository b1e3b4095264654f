// Comma-separated values, cell by cell.
#include "runtime/data/CsvReader.h"

#include "runtime/data/FileBytes.h"

#include <algorithm>
#include <fmt/format.h>

using namespace nnxrt;

CsvReader::CsvReader(std::string_view text, char separator, std::string name)
    : text(text), separator(separator), name(std::move(name)) {
  if (text.starts_with("\xef\xbb\xbf")) // a byte order mark says nothing in UTF-8
    at = 3;
}

void CsvReader::fail(const char *what) const {
  throw DataError(fmt::format("{}: line {}: {}", name, start, what));
}

bool CsvReader::atLineEnd() const {
  return at == text.size() || text[at] == '\n' || text.substr(at, 2) == "\r\n";
}

bool CsvReader::next(std::vector<std::string_view> &cells) {
  while (at < text.size()) {
    cells.clear();
    unquoted.clear();
    start = lines;
    cells.push_back(readCell());
    while (!atLineEnd()) {
      ++at; // the separator
      cells.push_back(readCell());
    }
    at = std::min(text.find('\n', at), text.size() - 1) + 1;
    ++lines;
    if (cells.size() > 1 || !cells[0].empty())
      return true;
  }
  return false;
}

std::string_view CsvReader::readCell() {
  const auto isSpace = [&](char c) { return (c == ' ' || c == '\t') && c != separator; };
  while (at < text.size() && isSpace(text[at]))
    ++at;
  if (at < text.size() && text[at] == '"')
    return readQuoted();
  const size_t first = at;
  size_t end = at;
  for (; !atLineEnd() && text[at] != separator; ++at) {
    if (text[at] == '"')
      fail("a quote inside a value that does not start with one");
    if (!isSpace(text[at]))
      end = at + 1;
  }
  return text.substr(first, end - first);
}

std::string_view CsvReader::readQuoted() {
  const size_t first = ++at;
  std::string *changed = nullptr; // holds the cell where it is not a piece of the text
  size_t copied = first;
  for (;; ++at) {
    if (at == text.size())
      fail("a quote that does not end");
    if (text[at] == '\n')
      ++lines;
    if (text[at] != '"')
      continue;
    if (text.substr(at, 2) != "\"\"")
      break;
    if (changed == nullptr)
      changed = &unquoted.emplace_back();
    changed->append(text, copied, at + 1 - copied); // two quotes stand for one
    copied = ++at + 1;
  }
  const size_t end = at++;
  while (!atLineEnd() && text[at] == ' ' && separator != ' ')
    ++at;
  if (!atLineEnd() && text[at] != separator)
    fail("text behind a closing quote");
  if (changed == nullptr)
    return text.substr(first, end - first);
  changed->append(text, copied, end - copied);
  return *changed;
}
