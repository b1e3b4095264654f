// `nnxc check`: all errors of a file and of every point of its grids, with no data needed.
#pragma once

#include <string>
#include <vector>

namespace nnx {

// Checks the file at `path` with `overrides` (PATH=VALUE each). `emit` is "" or one of "tokens",
// "ast" and "points", which is then printed on the standard output; diagnostics go to the standard
// error stream. Returns the exit status: 0, or 2 for a file with errors.
int runCheck(const std::string &path, const std::vector<std::string> &overrides,
             const std::string &emit, bool warningsAreErrors, bool color);

} // namespace nnx
