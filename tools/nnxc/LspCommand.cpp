// Starts a server on the standard streams.
#include "LspCommand.h"

#include "lsp/Server.h"

#include "llvm/Support/raw_ostream.h"

#include <csignal>
#include <unistd.h>

namespace nnx {

int serveEditor(bool isTest) {
  // An editor that goes away is the end of the input, too.
  std::signal(SIGPIPE, SIG_IGN);
  using llvm::lsp::JSONStreamStyle;
  return lsp::Server(STDIN_FILENO, llvm::outs(),
                     isTest ? JSONStreamStyle::Delimited : JSONStreamStyle::Standard, isTest)
      .run();
}

} // namespace nnx
