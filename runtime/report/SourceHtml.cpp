// Colours by the shape of the text alone: comments, strings, numbers, calls, settings, and words
// that begin a statement or join its parts.
#include "runtime/report/SourceHtml.h"

#include "runtime/report/Page.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>
#include <string_view>

namespace nnxrt {

namespace {

bool isWordPart(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

class LinePainter {
public:
  explicit LinePainter(std::string_view text) : line(text) {}

  std::string paint() {
    while (at < line.size()) {
      const char c = line[at];
      if (c == '#')
        emit("c", line.size());
      else if (c == '"')
        emit("s", stringEnd());
      else if (std::isdigit(static_cast<unsigned char>(c)) != 0)
        emit("n", numberEnd());
      else if (isWordPart(c))
        paintWord();
      else
        paintOther(c);
    }
    return std::move(html);
  }

private:
  void emit(std::string_view kind, size_t end) {
    const std::string text = escapeHtml(line.substr(at, end - at));
    html += kind.empty() ? text : fmt::format("<i class=\"{}\">{}</i>", kind, text);
    at = end;
  }

  void paintOther(char c) {
    if (c == '{' || c == '}')
      startsStatement = true;
    emit("", at + 1);
  }

  void paintWord() {
    static constexpr std::array<std::string_view, 11> joining = {
        "in", "on", "with", "where", "and", "or", "not", "if", "else", "true", "false"};
    size_t end = at;
    while (end < line.size() && isWordPart(line[end]))
      ++end;
    const std::string_view word = line.substr(at, end - at);
    const size_t next = std::min(line.find_first_not_of(' ', end), line.size());
    const char follower = next < line.size() ? line[next] : '\0';
    const bool assigns = follower == '=' && (next + 1 >= line.size() || line[next + 1] != '=');
    const bool begins = startsStatement && next > end && line.substr(next, 3) != "in " &&
                        (isWordPart(follower) || follower == '{');
    startsStatement = false;
    emit(std::ranges::find(joining, word) != joining.end() || begins ? "k"
         : assigns                                                   ? "a"
         : follower == '(' && next == end                            ? "f"
                                                                     : "",
         end);
  }

  [[nodiscard]] size_t stringEnd() const {
    size_t end = at + 1;
    while (end < line.size() && line[end] != '"')
      end += line[end] == '\\' ? 2 : 1;
    return std::min(end + 1, line.size());
  }

  /// 28x28x1, 0.01, 1e-3; two dots are a range.
  [[nodiscard]] size_t numberEnd() const {
    size_t end = at;
    while (end < line.size()) {
      const bool isExponent = (line[end] == '-' || line[end] == '+') && end > at &&
                              (line[end - 1] == 'e' || line[end - 1] == 'E');
      const bool isPoint = line[end] == '.' && line.substr(end, 2) != "..";
      if (!isWordPart(line[end]) && !isPoint && !isExponent)
        break;
      ++end;
    }
    return end;
  }

  const std::string_view line;
  size_t at = 0;
  bool startsStatement = true;
  std::string html;
};

} // namespace

/// One file; `number` is that of the last line before it and is moved on.
static std::string fileHtml(std::string_view file, std::string_view text, size_t &number) {
  std::string html =
      fmt::format("<pre class=\"source\" tabindex=\"0\" aria-label=\"{} with line numbers\"><code>",
                  escapeHtml(file));
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    html += fmt::format("<span id=\"L{}\">{}</span>", ++number,
                        LinePainter(text.substr(0, end)).paint());
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return html + "</code></pre>\n";
}

std::string sourceHtml(const Study &study) {
  size_t number = 0;
  std::string html = fileHtml(study.file, study.source, number);
  for (const SourceFile &file : study.includes)
    html += fmt::format("<h3>{}</h3>\n", escapeHtml(file.file)) +
            fileHtml(file.file, file.source, number);
  return html;
}

} // namespace nnxrt
