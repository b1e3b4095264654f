// The text of a model file, of the files that it includes, and of the `--set` options as further
// lines behind its own.
#pragma once

#include "dsl/Diagnostics.h"

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace nnx::dsl {

// Why a file cannot be read: a row of Diagnostics.def, and the place in the file, if it is one.
struct ReadProblem {
  DiagnosticId id;
  Texts arguments;
  SourceLocation location;
  std::string line; // the text at `location`
};

class SourceFile {
public:
  // A larger file is refused, without reading it whole.
  static constexpr uint64_t maxBytes = 4u << 20;

  SourceFile(std::string path, std::string text);

  static std::variant<SourceFile, ReadProblem> load(const std::string &path);

  // Reads `path`; reports and returns nothing when it cannot be read, is too large, or is not
  // UTF-8.
  static std::optional<SourceFile> read(const std::string &path, DiagnosticSink &sink);

  // Adds the text of one `--set` option and returns the number of its line.
  uint32_t addOption(std::string option);

  // Adds a file that this one includes, or one of those it includes, and returns its index.
  uint32_t addIncluded(SourceFile file);
  uint32_t fileCount() const { return 1 + static_cast<uint32_t>(included.size()); }
  // The file that locations with this index mean; 0 is this one.
  const SourceFile &file(uint32_t index) const;

  const std::string &path() const { return pathText; }
  const std::string &text() const { return content; }
  uint32_t lineCount() const { return static_cast<uint32_t>(lineStarts.size()); }
  bool isOption(uint32_t line) const { return line > lineCount(); }

  // Line `number`, counted from 1, without its end; empty if there is none.
  std::string_view line(uint32_t number) const;

private:
  std::string pathText;
  std::string content;
  std::vector<std::size_t> lineStarts;
  std::vector<std::string> options;
  std::list<SourceFile> included; // a list: tokens are views of their texts
};

// The offset of the first byte that is not part of well-formed UTF-8 (RFC 3629), if there is one.
std::optional<std::size_t> findInvalidUtf8(std::string_view text);

} // namespace nnx::dsl
