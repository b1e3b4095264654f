// Strong definitions of the hooks that Halide's runtime defines weakly.
#include "runtime/device/KernelContext.h"

#include "runtime/device/RunError.h"

#include <HalideRuntime.h>

#include <cstdio>
#include <fmt/format.h>
#include <utility>

using namespace nnxrt;

void KernelContext::addError(const char *message) {
  const std::scoped_lock lock(mutex);
  if (error.empty())
    error = message;
}

std::string KernelContext::takeError() {
  const std::scoped_lock lock(mutex);
  return std::exchange(error, {});
}

void nnxrt::checkKernels(int code, KernelContext &context) {
  if (code == 0)
    return;
  const std::string message = context.takeError();
  throw KernelError(fmt::format("a kernel failed with error {}: {}", code,
                                message.empty() ? "no message" : message));
}

namespace {
struct HalideLoop {
  void *user;
  halide_task_t task;
  uint8_t *closure;
};
} // namespace

static int runTask(void *context, int number) {
  const auto &loop = *static_cast<HalideLoop *>(context);
  return loop.task(loop.user, number, loop.closure);
}

extern "C" {

int halide_do_par_for(void *user, halide_task_t task, int first, int count, uint8_t *closure) {
  HalideLoop loop{user, task, closure};
  return static_cast<KernelContext *>(user)->pool.run(runTask, &loop, first, count);
}

void halide_error(void *user, const char *message) {
  if (user != nullptr)
    static_cast<KernelContext *>(user)->addError(message);
  else
    std::fprintf(stderr, "%s\n", message); // Halide's own, outside of any call
}
}
