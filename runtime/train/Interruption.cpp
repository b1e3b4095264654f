// Ctrl-C and how it is answered.
#include "runtime/train/Interruption.h"

#include <csignal>
#include <unistd.h>

using namespace nnxrt;

static StopFlag interrupted{false};
static_assert(StopFlag::is_always_lock_free, "a signal handler may not lock");

static void interrupt(int) {
  if (interrupted.exchange(true))
    _exit(interruptedStatus);
}

const StopFlag &nnxrt::catchInterruptions() {
  struct sigaction action{};
  action.sa_handler = interrupt;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return interrupted;
}
