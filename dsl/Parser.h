// Reads tokens into the tree of a file. After an error it goes on with the next item, so that one
// run finds all errors.
#pragma once

#include "dsl/Ast.h"
#include "dsl/Lexer.h"

#include <functional>

namespace nnx::dsl {

// Called at each `include`, before what stands behind it is read.
using IncludeHandler = std::function<void(const IncludeNode &)>;

// Adds what was understood to `file`; `sink` has the errors. Returns the tokens with which items of
// the file and of blocks start, in any order.
std::vector<std::size_t> parseFile(const std::vector<Token> &tokens, File &file,
                                   const IncludeHandler &include, DiagnosticSink &sink);

// One expression and nothing behind it.
std::optional<Expr> parseExpression(const std::vector<Token> &tokens, DiagnosticSink &sink);

} // namespace nnx::dsl
