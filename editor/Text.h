// Places as editors count them: lines from 0, columns in units of UTF-16. The language counts both
// from 1, columns in bytes of UTF-8.
#pragma once

#include "dsl/SourceFile.h"

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace nnx::editor {

struct Position {
  uint32_t line = 0, character = 0;
  auto operator<=>(const Position &) const = default;
};

struct Span {
  Position start, end;
  bool operator==(const Span &) const = default;
};

struct Edit {
  Span span;
  std::string text; // that takes the place of what is there
};

// Bytes in front of a column; the whole line where the column is behind its end. A column inside of
// a pair of surrogates means its character's start.
std::size_t bytesBefore(std::string_view line, uint32_t character);
uint32_t unitsOf(std::string_view text); // of UTF-16

// The offset of a position in `text`, whose lines end with a line feed; its end for what is behind.
std::size_t offsetOf(std::string_view text, Position position);
Position endOf(std::string_view text);

Span spanOf(const dsl::SourceFile &file, const dsl::SourceLocation &location);

// The same place, without a length.
dsl::SourceLocation locationOf(const dsl::SourceFile &file, uint32_t index, Position position);

// What must change to make `after` of `before`: the lines between equal beginnings and ends.
// Nothing where they are equal.
std::optional<Edit> difference(std::string_view before, std::string_view after);

} // namespace nnx::editor
