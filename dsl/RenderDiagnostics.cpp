// Shows diagnostics to a person: place, line, underline, notes.
#include "dsl/Diagnostics.h"
#include "dsl/SourceFile.h"

#include <algorithm>
#include <ostream>

namespace nnx::dsl {
namespace {

constexpr std::size_t maxShown = 120; // bytes of a source line
constexpr std::size_t lead = 40;      // bytes kept before the place in a longer line

struct Colors {
  std::string_view bold, error, warning, place, off;
};
constexpr Colors plainColors{};
constexpr Colors terminalColors{"\x1b[1m", "\x1b[1;31m", "\x1b[1;35m", "\x1b[1;32m", "\x1b[0m"};

bool isTail(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// The part of a line that is shown, cut at whole characters; `column` becomes an offset in it.
struct Excerpt {
  std::string text;
  std::size_t offset = 0;
};

Excerpt cut(std::string_view line, std::size_t column, bool isValid) {
  std::size_t start = 0;
  std::size_t at = std::min(column ? column - 1 : 0, line.size());
  if (line.size() > maxShown && at > lead)
    start = at - lead;
  while (start > 0 && isTail(line[start]))
    --start;
  std::size_t end = std::min(line.size(), start + maxShown);
  while (end < line.size() && end > start && isTail(line[end]))
    --end;
  Excerpt result{start ? "..." : "", 0};
  result.offset = result.text.size() + at - start;
  for (char c : line.substr(start, end - start)) {
    auto code = static_cast<unsigned char>(c);
    bool printable = c == '\t' || (code >= 0x20 && code != 0x7f && (isValid || code < 0x80));
    result.text += printable ? c : '?';
  }
  if (end < line.size())
    result.text += "...";
  return result;
}

void showLine(std::ostream &out, const Diagnostic &diagnostic, std::string_view line, bool isValid,
              bool isOption, const Colors &colors) {
  Excerpt excerpt = cut(line, diagnostic.location.column, isValid);
  std::string number = isOption ? "" : std::to_string(diagnostic.location.line);
  std::string gutter(std::max<std::size_t>(5, number.size()), ' ');
  out << gutter.substr(number.size()) << number << " | " << excerpt.text << '\n';
  out << gutter << " | ";
  for (std::size_t i = 0; i < excerpt.offset; ++i)
    if (char c = excerpt.text[i]; c == '\t' || !isTail(c))
      out << (c == '\t' ? '\t' : ' ');
  std::size_t end = std::min(excerpt.offset + diagnostic.location.length, excerpt.text.size());
  out << colors.place << '^';
  for (std::size_t i = excerpt.offset + 1; i < end; ++i)
    if (!isTail(excerpt.text[i]))
      out << '~';
  out << colors.off << '\n';
}

} // namespace

void DiagnosticSink::render(std::ostream &out, std::string_view path, const SourceFile *source,
                            bool color) const {
  const Colors &colors = color ? terminalColors : plainColors;
  for (const Diagnostic &diagnostic : sorted()) {
    const SourceLocation &at = diagnostic.location;
    bool isError = diagnostic.severity == Severity::error;
    const SourceFile *file = source ? &source->file(at.file) : nullptr;
    bool isOption = file && at.file == 0 && file->isOption(at.line);
    out << colors.bold
        << (isOption  ? std::string_view("--set")
            : at.file ? std::string_view(file->path())
                      : path);
    if (at.line && !isOption)
      out << ':' << at.line << ':' << at.column;
    out << ": " << colors.off << (isError ? colors.error : colors.warning)
        << (isError ? "error: " : "warning: ") << colors.off << diagnostic.message;
    if (severityOf(diagnostic.id) == Severity::warning)
      out << " [" << nameOf(diagnostic.id) << ']';
    out << '\n';
    auto keptLine = keptLines.find(at.line);
    if (at.file == 0 && keptLine != keptLines.end())
      showLine(out, diagnostic, keptLine->second, false, false, colors);
    else if (file && at.line)
      showLine(out, diagnostic, file->line(at.line), true, isOption, colors);
    for (const std::string &note : diagnostic.notes)
      out << "  note: " << note << '\n';
  }
  if (dropped)
    out << path << ": " << dropped << " more not shown\n";
}

} // namespace nnx::dsl
