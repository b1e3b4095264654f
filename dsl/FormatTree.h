// What formatting sees of a file: blocks of items, items of tokens, and the comments between them.
#pragma once

#include "dsl/Lexer.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nnx::dsl {

struct LayoutItem;

struct LayoutBlock {
  std::string_view openComment; // behind its `{`
  std::vector<LayoutItem> items;
  bool isOneLine = false; // written so, without comments
};

// A token or a block of an item.
struct LayoutPart {
  const Token *token = nullptr;           // `{` for a block
  std::vector<std::string_view> comments; // between the part before and this one
  bool startsLine = false;
  std::optional<LayoutBlock> block;
};

// An item with the comment behind it, or a comment on a line of its own.
struct LayoutItem {
  std::vector<LayoutPart> parts; // empty: only a comment
  std::string_view comment;
  bool blankBefore = false;
};

// Commas between items of a block are no parts. `tokens` are those of `text`, without errors, and
// `itemStarts` is what parseFile returns for them.
std::vector<LayoutItem> buildLayoutTree(std::string_view text, const std::vector<Token> &tokens,
                                        const std::vector<std::size_t> &itemStarts);

} // namespace nnx::dsl
