// `nnxc settle`, `verify` and `autopsy`: what results leave open and what settles it, whether they
// hold, and why runs diverged.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>

namespace nnx {

// Adds the commands; the one that is given sets `chosen` to what does it and returns the status.
void addAuditCommands(CLI::App &app, std::function<int()> &chosen);

} // namespace nnx
