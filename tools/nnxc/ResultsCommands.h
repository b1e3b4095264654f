// `nnxc report`, `diff`, `best` and `show`: what results folders hold.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>

namespace nnx {

// Adds the commands; the one that is given sets `chosen` to what does it and returns the status.
void addResultsCommands(CLI::App &app, std::function<int()> &chosen);

} // namespace nnx
