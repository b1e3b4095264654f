// Which tokens stand apart, and where a line may end.
#pragma once

#include "dsl/FormatTree.h"

namespace nnx::dsl {

bool isOpening(TokenKind kind); // of round and square brackets
bool isClosing(TokenKind kind);
bool isNamePart(const Token &token); // of what stands left of `=`: names, points, tuples of names
// An operator behind which an expression goes on in the next line.
bool isBreakableOperator(const Token &token);

// Whether a space stands in front of part `i`, which is not the first.
bool isSpaced(const LayoutItem &item, std::size_t i);

// Characters, not bytes.
std::size_t columnsOf(std::string_view text);

} // namespace nnx::dsl
