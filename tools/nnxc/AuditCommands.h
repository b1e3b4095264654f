// `nnxc settle` and `verify`: what results leave open, what settles it, and whether they hold.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>

namespace nnx {

// Adds the commands; the one that is given sets `chosen` to what does it and returns the status.
void addAuditCommands(CLI::App &app, std::function<int()> &chosen);

} // namespace nnx
