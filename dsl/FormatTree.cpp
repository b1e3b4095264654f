// Comments belong to the item in front of them on the same line, otherwise they are items.
#include "dsl/FormatTree.h"

#include <algorithm>

namespace nnx::dsl {
namespace {

struct OwnLine {
  std::string_view comment;
  bool blankBefore;
};

// What stands between two tokens.
struct Gap {
  std::string_view trailing; // the comment on the first token's line
  std::vector<OwnLine> lines;
  bool blankAfter = false; // a blank line before the second token
};

std::string_view trim(std::string_view text) {
  std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// `inLine`: a token stands in front of the text, on its first line.
Gap readGap(std::string_view text, bool inLine) {
  Gap gap;
  bool blank = false;
  for (std::size_t start = 0; start <= text.size();) {
    std::size_t end = std::min(text.find('\n', start), text.size());
    std::string_view line = trim(text.substr(start, end - start));
    if (start == 0 && inLine) {
      gap.trailing = line;
    } else if (!line.empty()) {
      gap.lines.push_back({line, blank});
      blank = false;
    } else if (end < text.size()) {
      blank = true;
    }
    start = end + 1;
  }
  gap.blankAfter = blank;
  return gap;
}

class TreeBuilder {
public:
  TreeBuilder(std::string_view text, const std::vector<Token> &tokens,
              const std::vector<std::size_t> &itemStarts)
      : text(text), tokens(tokens), isStart(tokens.size()) {
    for (std::size_t index : itemStarts)
      isStart[index] = true;
  }

  std::vector<LayoutItem> run() {
    LayoutBlock file;
    readItems(file);
    return std::move(file.items);
  }

private:
  const Token &peek() const { return tokens[at]; }
  bool atEnd() const {
    return peek().kind == TokenKind::brace_close || peek().kind == TokenKind::end_of_file;
  }

  // Between token `at` - 1 and token `at`.
  Gap gapBefore() const {
    if (at > 0)
      return readGap(textBetween(tokens[at - 1], peek()), true);
    auto length = static_cast<std::size_t>(peek().text.data() - text.data());
    return readGap(text.substr(0, length), false);
  }

  // Comments on lines of their own become items; returns whether a blank line comes next.
  bool addComments(LayoutBlock &block, const Gap &gap) {
    for (const OwnLine &line : gap.lines)
      block.items.push_back({{}, line.comment, line.blankBefore});
    return gap.blankAfter;
  }

  // Up to `}` or the end of the file, which stays.
  void readItems(LayoutBlock &block) {
    Gap gap = gapBefore();
    block.openComment = gap.trailing;
    bool blank = addComments(block, gap);
    while (!atEnd()) {
      block.items.push_back(readItem());
      block.items.back().blankBefore = blank;
      gap = gapBefore();
      block.items.back().comment = gap.trailing;
      blank = addComments(block, gap);
      if (peek().kind != TokenKind::comma)
        continue;
      ++at;
      gap = gapBefore();
      if (std::string_view &comment = lastItem(block).comment; comment.empty())
        comment = gap.trailing;
      else if (!gap.trailing.empty())
        gap.lines.insert(gap.lines.begin(), {gap.trailing, false});
      blank = addComments(block, gap) || blank;
    }
  }

  static LayoutItem &lastItem(LayoutBlock &block) {
    return *std::find_if(block.items.rbegin(), block.items.rend(),
                         [](const LayoutItem &item) { return !item.parts.empty(); });
  }

  LayoutItem readItem() {
    LayoutItem item;
    int depth = 0;
    for (bool isFirst = true; !atEnd(); isFirst = false) {
      TokenKind kind = peek().kind;
      if (depth == 0 && !isFirst && (isStart[at] || (kind == TokenKind::comma && endsItem())))
        break;
      LayoutPart part;
      part.token = &peek();
      part.startsLine = peek().startsLine;
      if (!isFirst) {
        Gap gap = gapBefore();
        if (!gap.trailing.empty())
          part.comments.push_back(gap.trailing);
        for (const OwnLine &line : gap.lines)
          part.comments.push_back(line.comment);
      }
      ++at;
      if (kind == TokenKind::brace_open)
        part.block = readBlock(*part.token);
      depth += kind == TokenKind::paren_open || kind == TokenKind::bracket_open;
      depth -= kind == TokenKind::paren_close || kind == TokenKind::bracket_close;
      item.parts.push_back(std::move(part));
    }
    return item;
  }

  bool endsItem() const {
    TokenKind next = tokens[at + 1].kind;
    return isStart[at + 1] || next == TokenKind::brace_close || next == TokenKind::end_of_file;
  }

  LayoutBlock readBlock(const Token &open) {
    LayoutBlock block;
    readItems(block);
    const Token &close = peek();
    const char *begin = open.text.data(), *end = close.text.data();
    std::string_view inside(begin, static_cast<std::size_t>(end - begin));
    block.isOneLine = inside.find('\n') == std::string_view::npos;
    ++at;
    return block;
  }

  std::string_view text;
  const std::vector<Token> &tokens;
  std::vector<bool> isStart;
  std::size_t at = 0;
};

} // namespace

std::vector<LayoutItem> buildLayoutTree(std::string_view text, const std::vector<Token> &tokens,
                                        const std::vector<std::size_t> &itemStarts) {
  return TreeBuilder(text, tokens, itemStarts).run();
}

} // namespace nnx::dsl
