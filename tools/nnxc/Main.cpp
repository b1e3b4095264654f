// nnxc: checks, compiles and runs studies. Exit status 2 for a wrong command line or file.
#include "CommandLine.h"

#include "runtime/main/Process.h"

#include "llvm/Support/ErrorHandling.h"

#include <cstdio>
#include <unistd.h>

/// LLVM's own end, as where no thread can be started, would be an abort.
static void endWithMessage(void *, const char *reason, bool) {
  std::fprintf(stderr, "error: %s\n", reason);
  _exit(2);
}

int main(int argc, char **argv) {
  nnxrt::beginProcess(2);
  llvm::install_fatal_error_handler(endWithMessage);
  return nnxrt::endProcess(nnx::CommandLine().run({argv + 1, argv + argc}));
}
