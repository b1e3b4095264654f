/* A driver of NVIDIA as far as trainers call it, for machines without one: memory is the
 * processor's, launches do nothing. FAKE_CUDA_FAIL=FUNCTION:N:CODE lets the Nth call of a function
 * fail; FAKE_CUDA_LOG names a file that gets the number of calls of each function when the program
 * ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { mostFunctions = 64, firstFit = 256 };

static struct {
  const char *name;
  long calls;
} functions[mostFunctions];

/* Counts a call; the code that it is to end with. */
static int count(const char *name) {
  int i = 0;
  while (i < mostFunctions - 1 && functions[i].name != NULL && strcmp(functions[i].name, name) != 0)
    ++i;
  functions[i].name = name;
  const long call = ++functions[i].calls;
  const char *const wish = getenv("FAKE_CUDA_FAIL");
  char wanted[64];
  long number = 0;
  int code = 0;
  if (wish == NULL || sscanf(wish, "%63[^:]:%ld:%d", wanted, &number, &code) != 3)
    return 0;
  return call >= number && strcmp(wanted, name) == 0 ? code : 0;
}

__attribute__((destructor)) static void writeLog(void) {
  const char *const path = getenv("FAKE_CUDA_LOG");
  FILE *const log = path == NULL ? NULL : fopen(path, "w");
  if (log == NULL)
    return;
  for (int i = 0; i < mostFunctions && functions[i].name != NULL; ++i)
    fprintf(log, "%s %ld\n", functions[i].name, functions[i].calls);
  fclose(log);
}

#define SIMPLE(name)                                                                               \
  int name(void) {                                                                                 \
    return count(#name);                                                                           \
  }
SIMPLE(cuInit)
SIMPLE(cuProfilerStop)
SIMPLE(cuModuleUnload)
SIMPLE(cuCtxSynchronize)
SIMPLE(cuCtxDestroy_v2)
SIMPLE(cuCtxPushCurrent_v2)
SIMPLE(cuCtxPopCurrent_v2)
SIMPLE(cuMemcpy3D_v2)
SIMPLE(cuPointerGetAttribute)
SIMPLE(cuStreamSynchronize)
SIMPLE(cuLaunchKernel)

#define GIVES(name, parameters, effect)                                                            \
  int name parameters {                                                                            \
    const int code = count(#name);                                                                 \
    if (code == 0) {                                                                               \
      effect;                                                                                      \
    }                                                                                              \
    return code;                                                                                   \
  }
GIVES(cuDeviceGetCount, (int *devices), *devices = 1)
GIVES(cuDeviceGet, (int *device, int number), *device = number)
GIVES(cuDeviceGetAttribute, (int *value, int attribute, int device),
      *value = attribute == 75 ? 7 : device)
GIVES(cuDeviceGetName, (char *name, int length, int device),
      snprintf(name, (size_t)length, "fake %d", device))
GIVES(cuDeviceTotalMem_v2, (size_t *bytes, int device), *bytes = ((size_t)1 << 30) + (size_t)device)
GIVES(cuCtxCreate_v2, (void **context, unsigned flags, int device),
      *context = (void *)(size_t)(1 + (flags & 0) + (unsigned)device))
GIVES(cuCtxGetApiVersion, (void *context, unsigned *version), *version = context == NULL ? 0 : 3020)
GIVES(cuCtxGetDevice, (int *device), *device = 0)
GIVES(cuModuleLoadData, (void **module, const void *image), *module = (void *)image)
GIVES(cuModuleLoadDataEx, (void **module, const void *image), *module = (void *)image)
GIVES(cuModuleGetFunction, (void **function, void *module), *function = module)
GIVES(cuMemAlloc_v2, (void **memory, size_t bytes),
      *memory = aligned_alloc(firstFit, (bytes + firstFit - 1) / firstFit * firstFit);
      memset(*memory, 0, bytes))
GIVES(cuMemFree_v2, (void *memory), free(memory))
GIVES(cuMemcpyHtoD_v2, (void *to, const void *from, size_t bytes), memcpy(to, from, bytes))
GIVES(cuMemcpyDtoH_v2, (void *to, const void *from, size_t bytes), memcpy(to, from, bytes))
GIVES(cuMemcpyDtoD_v2, (void *to, const void *from, size_t bytes), memcpy(to, from, bytes))
GIVES(cuMemcpyHtoDAsync_v2, (void *to, const void *from, size_t bytes), memcpy(to, from, bytes))
GIVES(cuMemcpyDtoHAsync_v2, (void *to, const void *from, size_t bytes), memcpy(to, from, bytes))
GIVES(cuMemcpyDtoDAsync_v2, (void *to, const void *from, size_t bytes), memcpy(to, from, bytes))
