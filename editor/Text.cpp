// Bytes and UTF-16 units of well-formed UTF-8: a character of four bytes has two units, any other
// has one.
#include "editor/Text.h"

#include <algorithm>

namespace nnx::editor {
namespace {

bool startsCharacter(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0u) != 0x80u;
}
uint32_t unitsAt(char byte) {
  return static_cast<unsigned char>(byte) >= 0xf0 ? 2 : 1;
}

} // namespace

std::size_t bytesBefore(std::string_view line, uint32_t character) {
  uint32_t units = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (!startsCharacter(line[i]))
      continue;
    units += unitsAt(line[i]);
    if (units > character)
      return i;
  }
  return line.size();
}

uint32_t unitsOf(std::string_view text) {
  uint32_t units = 0;
  for (char byte : text)
    units += startsCharacter(byte) ? unitsAt(byte) : 0;
  return units;
}

std::size_t offsetOf(std::string_view text, Position position) {
  std::size_t start = 0;
  for (uint32_t line = 0; line < position.line; ++line) {
    const std::size_t end = text.find('\n', start);
    if (end == std::string_view::npos)
      return text.size();
    start = end + 1;
  }
  std::string_view line = text.substr(start, text.find('\n', start) - start);
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  return start + bytesBefore(line, position.character);
}

Position endOf(std::string_view text) {
  const auto lines = static_cast<uint32_t>(std::count(text.begin(), text.end(), '\n'));
  const std::size_t last = text.rfind('\n');
  return {lines, unitsOf(last == std::string_view::npos ? text : text.substr(last + 1))};
}

Span spanOf(const dsl::SourceFile &file, const dsl::SourceLocation &location) {
  if (location.line == 0)
    return {};
  const std::string_view line = file.line(location.line);
  const std::size_t start =
      std::min<std::size_t>(location.column ? location.column - 1 : 0, line.size());
  const uint32_t before = unitsOf(line.substr(0, start));
  return {{location.line - 1, before},
          {location.line - 1, before + unitsOf(line.substr(start, location.length))}};
}

dsl::SourceLocation locationOf(const dsl::SourceFile &file, uint32_t index, Position position) {
  const std::string_view line = file.line(position.line + 1);
  const auto column = static_cast<uint32_t>(bytesBefore(line, position.character) + 1);
  return {position.line + 1, column, 0, index};
}

std::optional<Edit> difference(std::string_view before, std::string_view after) {
  if (before == after)
    return std::nullopt;
  auto lineStart = [](std::string_view text, std::size_t at) {
    const std::size_t end = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
    return end == std::string_view::npos ? 0 : end + 1;
  };
  const std::size_t least = std::min(before.size(), after.size());
  std::size_t start = 0;
  while (start < least && before[start] == after[start])
    ++start;
  start = lineStart(before, start);
  std::size_t tail = 0;
  while (tail < least - start && before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
    ++tail;
  // Only whole lines are left as they are.
  while (tail > 0 && before[before.size() - tail - 1] != '\n')
    --tail;
  const std::string_view kept = before.substr(0, start);
  const std::string_view changed = before.substr(start, before.size() - tail - start);
  const Position first = endOf(kept), inside = endOf(changed);
  return Edit{{first, {first.line + inside.line, inside.character}},
              std::string(after.substr(start, after.size() - tail - start))};
}

} // namespace nnx::editor
