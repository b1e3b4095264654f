// `nnxc lsp`: the language server.
#pragma once

namespace nnx {

// Serves the editor on the standard input and output until it ends the server; returns the exit
// status. With `isTest`, messages are read between lines of `// -----` and written indented.
int serveEditor(bool isTest);

} // namespace nnx
