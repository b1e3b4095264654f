// Reads tokens into the tree of a file. After an error it goes on with the next item, so that one
// run finds all errors.
#pragma once

#include "dsl/Ast.h"
#include "dsl/Lexer.h"

namespace nnx::dsl {

// What was understood; `sink` has the errors.
File parseFile(const std::vector<Token> &tokens, DiagnosticSink &sink);

// One expression and nothing behind it.
std::optional<Expr> parseExpression(const std::vector<Token> &tokens, DiagnosticSink &sink);

} // namespace nnx::dsl
