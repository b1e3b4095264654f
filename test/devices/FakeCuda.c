/* A driver of NVIDIA as far as trainers call it, for machines without one: memory is the
 * processor's, launches do nothing but end with an error where no GPU would take them.
 * FAKE_CUDA_MEMORY is how many bytes there are in all, FAKE_CUDA_GPUS the number of GPUs, 1 where
 * it is not set, FAKE_CUDA_VERSION and FAKE_CUDA_CAPABILITY what the driver and they are.
 * FAKE_CUDA_FAIL= FUNCTION:N:CODE lets calls of a function fail from the Nth on; with
 * FAKE_CUDA_LOSES=1 the Nth alone, and behind it everything in that context, as behind an error
 * that a context does not survive. FAKE_CUDA_LOG names a file that gets the number of calls of each
 * function when the program ends, and the launches on each GPU, those by graphs among them. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { mostFunctions = 64, mostGpus = 8, firstFit = 256 };

static struct {
  const char *name;
  long calls;
} functions[mostFunctions];

struct Context {
  int gpu, lost; /* lost: the error of all its calls */
};
static long launches[mostGpus];
static _Thread_local struct Context *current;

static long number(const char *variable, long without) {
  const char *const text = getenv(variable);
  return text == NULL ? without : strtol(text, NULL, 10);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Counts a call; the code that it is to end with. */
static int count(const char *name) {
  pthread_mutex_lock(&lock);
  int i = 0;
  while (i < mostFunctions - 1 && functions[i].name != NULL && strcmp(functions[i].name, name) != 0)
    ++i;
  functions[i].name = name;
  const long call = ++functions[i].calls;
  pthread_mutex_unlock(&lock);
  if (current != NULL && current->lost != 0 && strncmp(name, "cuCtx", 5) != 0)
    return current->lost;
  const char *const wish = getenv("FAKE_CUDA_FAIL");
  char wanted[64];
  long from = 0;
  int code = 0;
  if (wish == NULL || sscanf(wish, "%63[^:]:%ld:%d", wanted, &from, &code) != 3 ||
      strcmp(wanted, name) != 0 || call < from)
    return 0;
  if (number("FAKE_CUDA_LOSES", 0) == 0)
    return code;
  if (call > from)
    return 0;
  current->lost = code;
  return code;
}

__attribute__((destructor)) static void writeLog(void) {
  const char *const path = getenv("FAKE_CUDA_LOG");
  FILE *const log = path == NULL ? NULL : fopen(path, "w");
  if (log == NULL)
    return;
  for (int i = 0; i < mostFunctions && functions[i].name != NULL; ++i)
    fprintf(log, "%s %ld\n", functions[i].name, functions[i].calls);
  for (int gpu = 0; gpu < mostGpus; ++gpu)
    fprintf(log, "gpu%d %ld\n", gpu, launches[gpu]);
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
SIMPLE(cuMemcpy3D_v2)
SIMPLE(cuPointerGetAttribute)

#define GIVES(name, parameters, effect)                                                            \
  int name parameters {                                                                            \
    const int code = count(#name);                                                                 \
    if (code == 0) {                                                                               \
      effect;                                                                                      \
    }                                                                                              \
    return code;                                                                                   \
  }
GIVES(cuDriverGetVersion, (int *version), *version = (int)number("FAKE_CUDA_VERSION", 12080))
GIVES(cuDeviceGetCount, (int *devices), *devices = (int)number("FAKE_CUDA_GPUS", 1))
GIVES(cuDeviceGet, (int *device, int ordinal), *device = ordinal)
GIVES(cuDeviceGetAttribute, (int *value, int attribute, int device),
      const int capability = (int)number("FAKE_CUDA_CAPABILITY", 90);
      *value = attribute == 75   ? capability / 10
               : attribute == 76 ? capability % 10
                                 : device)
GIVES(cuDeviceGetName, (char *name, int length, int device),
      snprintf(name, (size_t)length, "Fake %d", device))
GIVES(cuDeviceTotalMem_v2, (size_t *bytes, int device), *bytes = ((size_t)1 << 30) + (size_t)device)
GIVES(cuCtxCreate_v2, (struct Context * *context, unsigned flags, int device),
      current = malloc(sizeof *current);
      current->gpu = device; current->lost = (int)(flags & 0); *context = current)
GIVES(cuCtxDestroy_v2, (struct Context * context), free(context))
GIVES(cuCtxPushCurrent_v2, (struct Context * context), current = context)
GIVES(cuCtxPopCurrent_v2, (struct Context * *context), *context = current; current = NULL)
GIVES(cuCtxGetApiVersion, (void *context, unsigned *version), *version = context == NULL ? 0 : 3020)
GIVES(cuCtxGetDevice, (int *device), *device = current->gpu)
/* A stream that is being recorded begins nothing, and cannot be waited for. */
struct Stream {
  int isRecorded;
  long launches; /* recorded */
};
enum { captureUnsupported = 900 };
GIVES(cuStreamCreate, (struct Stream * *stream, unsigned flags),
      *stream = calloc(1, sizeof **stream + (flags & 0)))
GIVES(cuStreamDestroy_v2, (struct Stream * stream), free(stream))
int cuStreamSynchronize(const struct Stream *stream) {
  const int code = count("cuStreamSynchronize");
  return code == 0 && stream != NULL && stream->isRecorded ? captureUnsupported : code;
}

/* A graph is the number of its launches. */
GIVES(cuStreamBeginCapture_v2, (struct Stream * stream, int mode),
      stream->isRecorded = 1 + (mode & 0);
      stream->launches = 0)
GIVES(cuStreamEndCapture, (struct Stream * stream, long **graph), stream->isRecorded = 0;
      *graph = malloc(sizeof **graph); **graph = stream->launches)
GIVES(cuGraphInstantiateWithFlags, (long **made, const long *graph, unsigned long long flags),
      *made = malloc(sizeof **made);
      **made = *graph + (long)(flags & 0))
GIVES(cuGraphDestroy, (long *graph), free(graph))
GIVES(cuGraphExecDestroy, (long *made), free(made))
GIVES(cuGraphLaunch, (const long *made, struct Stream *stream),
      __atomic_add_fetch(&launches[current->gpu], *made + 0 * stream->launches, __ATOMIC_RELAXED))
/* What every GPU takes: 1,024 threads a block, 64 in its third dimension, and 48 kB that they share
 * without being asked. Also grids of 65,535 blocks in all dimensions but the first. */
int cuLaunchKernel(void *function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX,
                   unsigned blockY, unsigned blockZ, unsigned shared, struct Stream *stream) {
  const int code = count("cuLaunchKernel");
  if (code != 0)
    return code;
  if (function == NULL || gridX == 0 || gridY == 0 || gridZ == 0 || gridY > 65535 ||
      gridZ > 65535 || blockX * blockY * blockZ == 0 || blockX * blockY * blockZ > 1024 ||
      blockZ > 64 || shared > 49152)
    return 1;
  if (stream->isRecorded)
    ++stream->launches;
  else
    __atomic_add_fetch(&launches[current->gpu], 1, __ATOMIC_RELAXED);
  return 0;
}

/* As the real one names them; the codes that the tests use. */
static const struct {
  int code;
  const char *name, *text;
} errors[] = {{1, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
              {2, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
              {100, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
              {214, "CUDA_ERROR_ECC_UNCORRECTABLE", "uncorrectable ECC error encountered"},
              {700, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"}};
static int describe(int code, const char **said, int isName) {
  for (size_t i = 0; i < sizeof errors / sizeof *errors; ++i)
    if (errors[i].code == code) {
      *said = isName ? errors[i].name : errors[i].text;
      return 0;
    }
  return 1;
}
int cuGetErrorName(int code, const char **name) {
  return describe(code, name, 1);
}
int cuGetErrorString(int code, const char **text) {
  return describe(code, text, 0);
}

GIVES(cuModuleLoadData, (void **module, const void *image), *module = (void *)image)
GIVES(cuModuleLoadDataEx, (void **module, const void *image), *module = (void *)image)
GIVES(cuModuleGetFunction, (void **function, void *module), *function = module)
/* Each piece stands behind its size. */
static long allocated;
int cuMemAlloc_v2(void **memory, size_t bytes) {
  const int code = count("cuMemAlloc_v2");
  if (code != 0)
    return code;
  if (__atomic_add_fetch(&allocated, (long)bytes, __ATOMIC_RELAXED) >
      number("FAKE_CUDA_MEMORY", 1L << 40)) {
    __atomic_sub_fetch(&allocated, (long)bytes, __ATOMIC_RELAXED);
    return 2;
  }
  char *const made =
      aligned_alloc(firstFit, firstFit + (bytes + firstFit - 1) / firstFit * firstFit);
  memcpy(made, &bytes, sizeof bytes);
  *memory = memset(made + firstFit, 0, bytes);
  return 0;
}
int cuMemFree_v2(char *memory) {
  const int code = count("cuMemFree_v2");
  if (code != 0)
    return code;
  size_t bytes;
  memcpy(&bytes, memory - firstFit, sizeof bytes);
  __atomic_sub_fetch(&allocated, (long)bytes, __ATOMIC_RELAXED);
  free(memory - firstFit);
  return 0;
}
GIVES(cuMemcpyHtoD_v2, (void *to, const void *from, size_t bytes), memcpy(to, from, bytes))
GIVES(cuMemcpyDtoH_v2, (void *to, const void *from, size_t bytes), memcpy(to, from, bytes))
GIVES(cuMemcpyDtoD_v2, (void *to, const void *from, size_t bytes), memcpy(to, from, bytes))
/* On a stream that is being recorded these would be a part of it, which nobody wants. */
#define COPIES(name)                                                                               \
  int name(void *to, const void *from, size_t bytes, const struct Stream *stream) {                \
    const int code = count(#name);                                                                 \
    if (code != 0 || stream->isRecorded)                                                           \
      return code != 0 ? code : captureUnsupported;                                                \
    memcpy(to, from, bytes);                                                                       \
    return 0;                                                                                      \
  }
COPIES(cuMemcpyHtoDAsync_v2)
COPIES(cuMemcpyDtoHAsync_v2)
COPIES(cuMemcpyDtoDAsync_v2)
