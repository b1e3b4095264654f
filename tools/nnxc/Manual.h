// `nnxc man`: manual pages, and docs/commands.md, from the command line itself.
#pragma once

#include "CommandTexts.h"

#include <iosfwd>

namespace nnx {

// A page in roff: of `page` in the program `program`, which is `page` itself for its own page.
void writeManualPage(std::ostream &out, const CommandText &program, const CommandText &page);

// All commands and the trainer's options in one Markdown document.
void writeManualDocument(std::ostream &out, const CommandText &program, const CommandText &trainer);

} // namespace nnx
