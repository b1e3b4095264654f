// Readable text of each stage of the front: tokens, tree, points.
#pragma once

#include "dsl/Ast.h"
#include "dsl/Lexer.h"
#include "dsl/Study.h"

#include <iosfwd>

namespace nnx::dsl {

void printTokens(std::ostream &out, const std::vector<Token> &tokens); // line:column kind text
void printAst(std::ostream &out, const File &file);                    // one node a line, indented
// Experiments, their points, and the layers with shapes of every variant.
void printPoints(std::ostream &out, const Study &study);

} // namespace nnx::dsl
