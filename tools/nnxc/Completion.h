// `nnxc completion SHELL`: scripts that complete nnxc's commands, options and their values.
#pragma once

#include "CommandTexts.h"

#include <iosfwd>

namespace nnx {

// The shells there are scripts for.
std::vector<std::string> completionShells();

// Writes the script for one of completionShells(). What stands behind the file of `nnxc run` is
// completed as `trainer` has it.
void writeCompletion(std::ostream &out, const std::string &shell, const CommandText &program,
                     const CommandText &trainer);

} // namespace nnx
