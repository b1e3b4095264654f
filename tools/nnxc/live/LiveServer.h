// `nnxc report --live`: serves a report on this machine while its results grow.
#pragma once

#include <string>
#include <vector>

namespace nnx {

// Serves until Ctrl-C or SIGTERM at 127.0.0.1 and `port` (0: one that is free), whose address it
// prints. Throws what is wrong with the folders or the port.
void serveReport(const std::vector<std::string> &folders, int port);

} // namespace nnx
