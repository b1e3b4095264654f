// `nnxc check`: all errors of a file and of every point of its grids, with no data needed.
#pragma once

#include "BuildCommand.h"

namespace nnx {

// Checks the file of `options`. `emit` is "" or one of "tokens",
// "ast" and "points", which is then printed on the standard output; diagnostics go to the standard
// error stream. Returns the exit status: 0, or 2 for a file with errors.
int runCheck(const CompileOptions &options, const std::string &emit);

} // namespace nnx
