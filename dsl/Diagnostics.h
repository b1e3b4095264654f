// Everything the language can complain about, collected in one run and shown in source order.
#pragma once

#include "dsl/Study.h"

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace nnx::dsl {

class SourceFile;

enum class Severity : uint8_t { error, warning };

enum class DiagnosticId : uint8_t {
#define NNX_DIAGNOSTIC(ID, SEVERITY, TEXT) ID,
#include "dsl/tables/Diagnostics.def"
};

std::string_view nameOf(DiagnosticId id);
Severity severityOf(DiagnosticId id);
const std::vector<DiagnosticId> &allDiagnostics();

// An argument of a message.
class Text : public std::string {
public:
  Text(std::string text) : std::string(std::move(text)) {}
  Text(std::string_view text) : std::string(text) {}
  Text(const char *text) : std::string(text) {}
  Text(int64_t number) : std::string(std::to_string(number)) {}
};
using Texts = std::vector<Text>;

// The text of row `id` with {0}, {1}, ... replaced.
std::string message(DiagnosticId id, const Texts &arguments);

// File by file, by line and column.
bool isBefore(const SourceLocation &a, const SourceLocation &b);

struct Diagnostic {
  DiagnosticId id;
  Severity severity;
  SourceLocation location; // line 0: the file as a whole
  std::string message;
  std::vector<std::string> notes;
};

class DiagnosticSink {
public:
  // No more than this many are kept and shown.
  static constexpr std::size_t maxKept = 100;

  explicit DiagnosticSink(bool warningsAreErrors = false) : warningsAreErrors(warningsAreErrors) {}

  // Keeps one diagnostic for each id and place; a second one only adds the notes that are new.
  void report(DiagnosticId id, SourceLocation location, const Texts &arguments,
              std::vector<std::string> notes = {});
  void report(Diagnostic diagnostic);

  // A note that reports get until it is cleared: where in a network they arose.
  void setContext(std::string note) { context = std::move(note); }

  bool hasErrors() const { return errors > 0; }
  std::size_t errorCount() const { return errors; }

  // In source order, file by file.
  std::vector<Diagnostic> sorted() const;

  // file:line:column, source line, underline, notes. `source` may be null when it was not readable;
  // otherwise it holds the included files, too.
  void render(std::ostream &out, std::string_view path, const SourceFile *source, bool color) const;

  // Remembers a line of a file that is refused, so that it can be shown.
  void keepLine(uint32_t number, std::string text) { keptLines[number] = std::move(text); }

private:
  std::vector<Diagnostic> kept;
  // By id, file, line and column.
  std::map<std::tuple<DiagnosticId, uint32_t, uint32_t, uint32_t>, std::size_t> places;
  std::map<uint32_t, std::string> keptLines;
  std::string context;
  std::size_t errors = 0;
  std::size_t dropped = 0;
  bool warningsAreErrors;
};

// The one of `known` that is near `name`, as if written wrong; null where none is.
const std::string *nearestOf(std::string_view name, const std::vector<std::string> &known);

// "; did you mean `momentum`?" if one of `known` is near `name`, else "; known: lr, momentum", else
// nothing.
std::string suggest(std::string_view name, const std::vector<std::string> &known);

// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
std::size_t editDistance(std::string_view a, std::string_view b);

} // namespace nnx::dsl
