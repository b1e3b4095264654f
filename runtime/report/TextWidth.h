// Text on a terminal: how wide it is, where to cut it, and nothing in it that steers the terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nnxrt {

/// Columns that UTF-8 text takes: two for East Asian wide characters, none for combining marks.
size_t textWidth(std::string_view text);

/// The longest beginning of `text` that is at most `columns` wide.
std::string cutToWidth(std::string_view text, size_t columns);

/// `text` with control characters as spaces.
std::string printable(std::string_view text);

/// `text` with spaces behind it up to a width of `columns`; text that is wider stays as it is.
std::string padded(std::string text, size_t columns);

} // namespace nnxrt
