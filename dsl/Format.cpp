// Lines of at most 100 columns: a line break inside brackets or behind an operator stays where it
// was written, further ones come behind commas where a line is too long.
#include "dsl/Format.h"

#include "dsl/FormatSpacing.h"
#include "dsl/FormatTree.h"
#include "dsl/Parser.h"

#include <algorithm>

namespace nnx::dsl {
namespace {

constexpr std::size_t maxColumns = 100;
constexpr std::size_t indentColumns = 2;
constexpr std::size_t continuationColumns = 4; // outside of brackets

struct OutputLine {
  std::string text;
  std::string_view comment;
};

bool isCommentFree(const LayoutItem &item);

// A block that may stand on one line.
bool isInline(const LayoutBlock &block) {
  return block.openComment.empty() &&
         (block.items.empty() ||
          (block.isOneLine && std::all_of(block.items.begin(), block.items.end(), isCommentFree)));
}

bool isCommentFree(const LayoutItem &item) {
  return item.comment.empty() &&
         std::all_of(item.parts.begin(), item.parts.end(), [](const LayoutPart &part) {
           return part.comments.empty() && (!part.block || isInline(*part.block));
         });
}

// Parts of an item, a space between them where one belongs.
std::string textOf(const LayoutItem &item, std::size_t begin, std::size_t end);

std::string textOf(const LayoutBlock &block) {
  if (block.items.empty())
    return "{ }";
  std::string result = "{ ";
  for (const LayoutItem &item : block.items)
    result += (&item == &block.items.front() ? "" : ", ") + textOf(item, 0, item.parts.size());
  return result + " }";
}

std::string textOf(const LayoutPart &part) {
  return part.block ? textOf(*part.block) : std::string(part.token->text);
}

std::string textOf(const LayoutItem &item, std::size_t begin, std::size_t end) {
  std::string result;
  for (std::size_t i = begin; i < end; ++i)
    result += (i > begin && isSpaced(item, i) ? " " : "") + textOf(item.parts[i]);
  return result;
}

// Lays out one item: `lines` get what is full, `current` is the rest.
class ItemWriter {
public:
  ItemWriter(const LayoutItem &item, std::size_t indent, std::vector<OutputLine> &lines)
      : item(item), indent(indent), lines(lines), current(indent, ' ') {}

  // The part `marker` stands at column `column` of the item, if there is one.
  void write(std::optional<std::size_t> marker, std::size_t column);

private:
  struct Bracket {
    std::size_t lineIndent; // of the line that it opens on
    std::size_t inside;     // the column behind it
    bool isBroken;          // a line's end follows it
  };

  std::size_t lineIndent() const {
    return std::min(current.find_first_not_of(' '), current.size());
  }
  std::size_t continuation() const {
    if (brackets.empty())
      return indent + continuationColumns;
    const Bracket &last = brackets.back();
    return last.isBroken ? last.lineIndent + indentColumns : last.inside;
  }
  void endLine(std::size_t nextIndent, std::string_view comment = {}) {
    lines.push_back({std::move(current), comment});
    current = std::string(nextIndent, ' ');
    isFresh = true;
  }

  bool hasBreak(std::size_t i) const;
  bool isTooLong(std::size_t i) const;
  void writeBlock(const LayoutBlock &block);
  void writePart(std::size_t i);

  const LayoutItem &item;
  std::size_t indent;
  std::vector<OutputLine> &lines;
  std::string current;
  std::vector<Bracket> brackets;
  bool isFresh = true; // nothing but the indentation stands on this line
};

// Writes items, each on a line of its own.
void writeItems(const std::vector<LayoutItem> &items, std::size_t indent,
                std::vector<OutputLine> &lines);

// Whether the line's end that was written in front of part `i` stays.
bool ItemWriter::hasBreak(std::size_t i) const {
  if (!item.parts[i].startsLine)
    return false;
  const LayoutPart &before = item.parts[i - 1];
  if (isClosing(item.parts[i].token->kind))
    return !brackets.empty() && brackets.back().isBroken;
  return !before.block && ((!brackets.empty() && (isOpening(before.token->kind) ||
                                                  before.token->kind == TokenKind::comma)) ||
                           isBreakableOperator(*before.token));
}

// Whether the parts from `i`, which stands behind a comma in brackets, to the next comma of the
// same brackets end beyond the last column, and would not if they started a line.
bool ItemWriter::isTooLong(std::size_t i) const {
  std::size_t end = i;
  int depth = 0;
  for (; end < item.parts.size() && !item.parts[end].block; ++end) {
    const LayoutPart &part = item.parts[end];
    if (end > i && (part.startsLine || !part.comments.empty()))
      return false;
    depth += isOpening(part.token->kind);
    depth -= isClosing(part.token->kind);
    if (depth < 0 && !isClosing(part.token->kind) && part.token->kind != TokenKind::comma)
      break;
    if (depth <= 0 && part.token->kind == TokenKind::comma) {
      ++end;
      break;
    }
  }
  std::size_t width = columnsOf(textOf(item, i, end));
  return columnsOf(current) + 1 + width > maxColumns && continuation() + width <= maxColumns;
}

void ItemWriter::writeBlock(const LayoutBlock &block) {
  if (isInline(block) && block.items.empty()) {
    current += "{ }";
    return;
  }
  current += "{";
  endLine(indent, block.openComment);
  writeItems(block.items, indent + indentColumns, lines);
  current += "}";
  isFresh = false;
}

void ItemWriter::writePart(std::size_t i) {
  const LayoutPart &part = item.parts[i];
  bool isClose = isClosing(part.token->kind);
  bool isOpen = isOpening(part.token->kind);
  auto nextIndent = [&] {
    return isClose && !brackets.empty() && brackets.back().isBroken ? brackets.back().lineIndent
                                                                    : continuation();
  };
  for (std::string_view comment : part.comments)
    endLine(nextIndent(), comment);
  bool isBehindComma = i > 0 && item.parts[i - 1].token->kind == TokenKind::comma;
  if (part.comments.empty() && i > 0 && !part.block &&
      (hasBreak(i) || (isBehindComma && !brackets.empty() && isTooLong(i))))
    endLine(nextIndent());
  if (!isFresh && isSpaced(item, i))
    current += ' ';
  if (isClose && !brackets.empty())
    brackets.pop_back();
  if (part.block)
    return writeBlock(*part.block);
  std::size_t line = lineIndent();
  if (isFresh)
    line = current.size();
  current += part.token->text;
  isFresh = false;
  if (isOpen) {
    bool breaks = i + 1 < item.parts.size() &&
                  (item.parts[i + 1].startsLine || !item.parts[i + 1].comments.empty());
    brackets.push_back({line, columnsOf(current), breaks});
  }
}

void ItemWriter::write(std::optional<std::size_t> marker, std::size_t column) {
  std::string head = marker ? textOf(item, 0, *marker) : "";
  std::string padding(marker ? column - columnsOf(head) : 0, ' ');
  bool isFree = isCommentFree({item.parts, {}, false});
  bool hasBreaks = std::any_of(item.parts.begin() + (item.parts.empty() ? 0 : 1), item.parts.end(),
                               [](const LayoutPart &part) { return part.startsLine; });
  if (isFree && !hasBreaks) {
    std::string whole = marker ? head + padding + " " + textOf(item, *marker, item.parts.size())
                               : textOf(item, 0, item.parts.size());
    if (indent + columnsOf(whole) <= maxColumns) {
      lines.push_back({current + whole, item.comment});
      return;
    }
  }
  for (std::size_t i = 0; i < item.parts.size(); ++i) {
    if (marker == i)
      current += padding;
    writePart(i);
  }
  lines.push_back({std::move(current), item.comment});
}

// The `=` or `in` that stands in one column with those of the neighbours: behind names alone.
std::optional<std::size_t> findMarker(const LayoutItem &item) {
  int depth = 0;
  for (std::size_t i = 0; i < item.parts.size(); ++i) {
    const LayoutPart &part = item.parts[i];
    if (part.block || !part.comments.empty())
      return std::nullopt;
    bool isIn = part.token->text == "in" && part.token->kind == TokenKind::word;
    if (i > 0 && depth == 0 && (isIn || part.token->kind == TokenKind::equal))
      return i;
    bool isBroken = i > 0 && part.startsLine &&
                    (isOpening(item.parts[i - 1].token->kind) ||
                     item.parts[i - 1].token->kind == TokenKind::comma);
    if (!isNamePart(*part.token) || isBroken)
      return std::nullopt;
    depth += isOpening(part.token->kind);
    depth -= isClosing(part.token->kind);
  }
  return std::nullopt;
}

void writeItems(const std::vector<LayoutItem> &items, std::size_t indent,
                std::vector<OutputLine> &lines) {
  std::vector<std::optional<std::size_t>> markers;
  for (const LayoutItem &item : items)
    markers.push_back(indent > 0 ? findMarker(item) : std::nullopt);
  std::vector<std::size_t> columns(items.size());
  for (std::size_t start = 0; start < items.size();) {
    std::size_t end = start, column = 0;
    for (; end < items.size() && (end == start || !items[end].blankBefore); ++end) {
      if (items[end].parts.empty())
        continue;
      if (!markers[end])
        break;
      column = std::max(column, columnsOf(textOf(items[end], 0, *markers[end])));
    }
    std::fill(columns.begin() + static_cast<std::ptrdiff_t>(start),
              columns.begin() + static_cast<std::ptrdiff_t>(end), column);
    start = std::max(end, start + 1);
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].blankBefore && i > 0)
      lines.emplace_back();
    if (items[i].parts.empty())
      lines.push_back({std::string(indent, ' ') + std::string(items[i].comment), {}});
    else
      ItemWriter(items[i], indent, lines).write(markers[i], columns[i]);
  }
}

// Comments behind neighbouring lines stand in one column.
std::string joinLines(const std::vector<OutputLine> &lines) {
  std::string result;
  std::size_t column = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const OutputLine &line = lines[i];
    if (i == 0 || lines[i - 1].comment.empty()) {
      column = 0;
      for (std::size_t k = i; k < lines.size() && !lines[k].comment.empty(); ++k)
        if (lines[k].text.find_first_not_of(' ') != std::string::npos)
          column = std::max(column, columnsOf(lines[k].text) + 2);
    }
    std::string text = line.text;
    if (!line.comment.empty()) {
      if (text.find_first_not_of(' ') != std::string::npos)
        text.append(column - columnsOf(text), ' ');
      text += line.comment;
    }
    result += text.substr(0, text.find_last_not_of(' ') + 1) + '\n';
  }
  return result;
}

// Items, tokens and comments, without the commas between items.
struct Content {
  std::vector<std::string_view> words, comments;
  bool operator==(const Content &) const = default;

  void add(const std::vector<LayoutItem> &items) {
    for (const LayoutItem &item : items) {
      words.emplace_back("\n");
      for (const LayoutPart &part : item.parts) {
        comments.insert(comments.end(), part.comments.begin(), part.comments.end());
        words.push_back(part.token->text);
        if (!part.block)
          continue;
        if (!part.block->openComment.empty())
          comments.push_back(part.block->openComment);
        add(part.block->items);
        words.emplace_back("}");
      }
      if (!item.comment.empty())
        comments.push_back(item.comment);
      if (item.parts.empty())
        words.pop_back();
    }
  }
};

struct Source {
  Source(std::string_view text, DiagnosticSink &sink) : tokens(tokenize(text, 1, sink)) {
    File file;
    std::vector<std::size_t> starts = parseFile(tokens, file, [](const IncludeNode &) {}, sink);
    if (!sink.hasErrors())
      items = buildLayoutTree(text, tokens, starts);
    content.add(items);
  }

  std::vector<Token> tokens;
  std::vector<LayoutItem> items;
  Content content;
};

} // namespace

std::optional<Formatted> format(std::string_view text, DiagnosticSink &sink) {
  Source source(text, sink);
  if (sink.hasErrors())
    return std::nullopt;
  std::vector<OutputLine> lines;
  writeItems(source.items, 0, lines);
  Formatted result{joinLines(lines), true};
  DiagnosticSink check;
  Source again(result.text, check);
  result.isFaithful = !check.hasErrors() && source.content == again.content;
  return result;
}

} // namespace nnx::dsl
