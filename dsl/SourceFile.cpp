// Reads a model file with its size and encoding checked before anything else looks at it.
#include "dsl/SourceFile.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace nnx::dsl {

SourceFile::SourceFile(std::string path, std::string text)
    : pathText(std::move(path)), content(std::move(text)) {
  lineStarts.push_back(0);
  for (std::size_t i = 0; i < content.size(); ++i)
    if (content[i] == '\n' && i + 1 < content.size())
      lineStarts.push_back(i + 1);
}

uint32_t SourceFile::addOption(std::string option) {
  options.push_back(std::move(option));
  return lineCount() + static_cast<uint32_t>(options.size());
}

uint32_t SourceFile::addIncluded(SourceFile file) {
  included.push_back(std::move(file));
  return static_cast<uint32_t>(included.size());
}

const SourceFile &SourceFile::file(uint32_t index) const {
  return index == 0 ? *this : *std::next(included.begin(), index - 1);
}

std::string_view SourceFile::line(uint32_t number) const {
  if (number == 0 || number > lineCount() + options.size())
    return {};
  if (isOption(number))
    return options[number - lineCount() - 1];
  std::string_view rest = std::string_view(content).substr(lineStarts[number - 1]);
  rest = rest.substr(0, rest.find('\n'));
  if (rest.ends_with('\r'))
    rest.remove_suffix(1);
  return rest;
}

// Ranges of the bytes after the first, from RFC 3629, section 4.
std::optional<std::size_t> findInvalidUtf8(std::string_view text) {
  auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  auto isTail = [&](std::size_t i) { return (byte(i) & 0xc0u) == 0x80u; };
  for (std::size_t i = 0; i < text.size();) {
    unsigned lead = byte(i);
    std::size_t length = lead < 0x80                    ? 1
                         : lead >= 0xc2 && lead <= 0xdf ? 2
                         : lead >= 0xe0 && lead <= 0xef ? 3
                         : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                        : 0;
    if (length == 0)
      return i;
    for (std::size_t k = 1; k < length; ++k)
      if (!isTail(i + k))
        return i;
    unsigned second = byte(i + 1);
    bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    bool outside = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
    if (overlong || outside)
      return i;
    i += length;
  }
  return std::nullopt;
}

std::variant<SourceFile, ReadProblem> SourceFile::load(const std::string &path) {
  auto unreadable = [](const char *reason) {
    return ReadProblem{DiagnosticId::file_unreadable, {reason}, {}, {}};
  };
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return unreadable("it is a folder");
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream)
    return unreadable(std::strerror(errno ? errno : EIO));
  std::string text;
  char part[1 << 16];
  while (text.size() <= maxBytes && stream) {
    stream.read(part, sizeof part);
    text.append(part, static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad())
    return unreadable(std::strerror(errno ? errno : EIO));
  if (text.size() > maxBytes)
    return ReadProblem{DiagnosticId::file_too_large, {int64_t{maxBytes >> 20}}, {}, {}};
  text.shrink_to_fit();
  SourceFile file(path, std::move(text));
  if (auto bad = findInvalidUtf8(file.content)) {
    auto after = std::upper_bound(file.lineStarts.begin(), file.lineStarts.end(), *bad);
    auto line = static_cast<uint32_t>(after - file.lineStarts.begin());
    auto column = static_cast<uint32_t>(*bad - file.lineStarts[line - 1] + 1);
    return ReadProblem{DiagnosticId::not_utf8, {}, {line, column, 1}, std::string(file.line(line))};
  }
  return file;
}

std::optional<SourceFile> SourceFile::read(const std::string &path, DiagnosticSink &sink) {
  std::variant<SourceFile, ReadProblem> result = load(path);
  if (auto *file = std::get_if<SourceFile>(&result))
    return std::move(*file);
  const auto &problem = std::get<ReadProblem>(result);
  sink.report(problem.id, problem.location, problem.arguments);
  // There is no file to show the line of: the sink keeps it.
  if (problem.location.line)
    sink.keepLine(problem.location.line, problem.line);
  return std::nullopt;
}

} // namespace nnx::dsl
