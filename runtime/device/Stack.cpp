// Limits of stacks, by the system's own means.
#include "runtime/device/Stack.h"

#include <algorithm>
#include <pthread.h>
#include <sys/resource.h>

void nnxrt::enlargeStacks() {
  constexpr rlim_t bytes = 16 << 20;
  rlimit limit{};
  if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < bytes) {
    limit.rlim_cur = std::min(bytes, limit.rlim_max);
    setrlimit(RLIMIT_STACK, &limit);
  }
  // Other threads have their size from when they start: 2 MB where there is no limit.
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0)
    return;
  pthread_attr_setstacksize(&attributes, bytes);
  pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
}
