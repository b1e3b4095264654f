// The text of a model file, and of the `--set` options as further lines behind it, so that every
// location is one line number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nnx::dsl {

class DiagnosticSink;

class SourceFile {
public:
  // A larger file is refused, without reading it whole.
  static constexpr uint64_t maxBytes = 4u << 20;

  SourceFile(std::string path, std::string text);

  // Reads `path`; reports and returns nothing when it cannot be read, is too large, or is not
  // UTF-8.
  static std::optional<SourceFile> read(const std::string &path, DiagnosticSink &sink);

  // Adds the text of one `--set` option and returns the number of its line.
  uint32_t addOption(std::string option);

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
};

// The offset of the first byte that is not part of well-formed UTF-8 (RFC 3629), if there is one.
std::optional<std::size_t> findInvalidUtf8(std::string_view text);

} // namespace nnx::dsl
