// The sink of diagnostics: order, bound, one report for each place.
#include "dsl/Diagnostics.h"

#include <algorithm>
#include <span>

namespace nnx::dsl {
namespace {

struct Row {
  std::string_view name;
  Severity severity;
  std::string_view text;
};

constexpr Row rows[] = {
#define NNX_DIAGNOSTIC(ID, SEVERITY, TEXT) {#ID, Severity::SEVERITY, TEXT},
#include "dsl/tables/Diagnostics.def"
};

const Row &rowOf(DiagnosticId id) {
  return rows[static_cast<std::size_t>(id)];
}

} // namespace

std::string_view nameOf(DiagnosticId id) {
  return rowOf(id).name;
}
Severity severityOf(DiagnosticId id) {
  return rowOf(id).severity;
}

const std::vector<DiagnosticId> &allDiagnostics() {
  static const std::vector<DiagnosticId> all = {
#define NNX_DIAGNOSTIC(ID, SEVERITY, TEXT) DiagnosticId::ID,
#include "dsl/tables/Diagnostics.def"
  };
  return all;
}

std::string message(DiagnosticId id, const Texts &arguments) {
  std::string_view text = rowOf(id).text;
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}') {
      std::size_t index = static_cast<std::size_t>(text[i + 1] - '0');
      if (index < arguments.size())
        result += arguments[index];
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

bool isBefore(const SourceLocation &a, const SourceLocation &b) {
  return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
}

void DiagnosticSink::report(DiagnosticId id, SourceLocation location, const Texts &arguments,
                            std::vector<std::string> notes) {
  if (!context.empty())
    notes.insert(notes.begin(), context);
  report({id, severityOf(id), location, message(id, arguments), std::move(notes)});
}

void DiagnosticSink::report(Diagnostic diagnostic) {
  const SourceLocation &at = diagnostic.location;
  auto [place, isNew] =
      places.try_emplace({diagnostic.id, at.file, at.line, at.column}, kept.size());
  if (!isNew) {
    if (place->second >= kept.size())
      return;
    std::vector<std::string> &notes = kept[place->second].notes;
    for (std::string &note : diagnostic.notes)
      if (std::find(notes.begin(), notes.end(), note) == notes.end())
        notes.push_back(std::move(note));
    return;
  }
  if (warningsAreErrors)
    diagnostic.severity = Severity::error;
  errors += diagnostic.severity == Severity::error;
  if (kept.size() < maxKept) {
    kept.push_back(std::move(diagnostic));
    return;
  }
  // A place is forgotten with its diagnostic, so a hostile file cannot fill the memory.
  places.erase(place);
  ++dropped;
}

std::vector<Diagnostic> DiagnosticSink::sorted() const {
  std::vector<Diagnostic> result = kept;
  std::stable_sort(result.begin(), result.end(), [](const Diagnostic &a, const Diagnostic &b) {
    return isBefore(a.location, b.location);
  });
  return result;
}

// Damerau-Levenshtein distance, neighbours swapped once (Lowrance and Wagner 1975, restricted).
std::size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j)
    d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

const std::string *nearestOf(std::string_view name, const std::vector<std::string> &known) {
  constexpr std::size_t longest = 64;
  constexpr std::size_t maxCompared = 200;
  const std::string *nearest = nullptr;
  std::size_t best = std::max<std::size_t>(1, name.size() / 3) + 1;
  if (name.size() > longest)
    return nearest;
  for (const std::string &candidate : std::span(known).first(std::min(known.size(), maxCompared)))
    if (candidate.size() <= longest && candidate != name)
      if (std::size_t distance = editDistance(name, candidate); distance < best) {
        best = distance;
        nearest = &candidate;
      }
  return nearest;
}

std::string suggest(std::string_view name, const std::vector<std::string> &known) {
  constexpr std::size_t maxListed = 16;
  if (const std::string *nearest = nearestOf(name, known))
    return "; did you mean `" + *nearest + "`?";
  if (known.empty() || known.size() > maxListed)
    return {};
  std::string result = "; known: ";
  for (std::size_t i = 0; i < known.size(); ++i)
    result += (i ? ", " : "") + known[i];
  return result;
}

} // namespace nnx::dsl
