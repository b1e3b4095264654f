// Calls of NVIDIA's driver.
#include "runtime/device/Cuda.h"

#include "runtime/device/HalideDevice.h"
#include "runtime/device/RunError.h"

#include <fmt/format.h>
#include <utility>

using namespace nnxrt;

// The oldest that takes what kernels are compiled to (KernelTarget.cpp): PTX 6.0 for sm_70.
static constexpr int leastDriver = 9000, leastCapability = 70;

namespace {
using Handle = void *;
constexpr int succeeded = 0;
constexpr int capabilityMajor = 75, capabilityMinor = 76; // CUdevice_attribute
constexpr unsigned nonBlocking = 1;                       // CU_STREAM_NON_BLOCKING
constexpr int relaxed = 2;                                // CU_STREAM_CAPTURE_MODE_RELAXED

struct Functions {
#define NNXRT_CUDA_FUNCTION(name, ...) int (*name)(__VA_ARGS__) = nullptr;
#define NNXRT_CUDA_FUNCTIONS                                                                       \
  NNXRT_CUDA_FUNCTION(cuInit, unsigned)                                                            \
  NNXRT_CUDA_FUNCTION(cuDriverGetVersion, int *)                                                   \
  NNXRT_CUDA_FUNCTION(cuGetErrorName, int, const char **)                                          \
  NNXRT_CUDA_FUNCTION(cuGetErrorString, int, const char **)                                        \
  NNXRT_CUDA_FUNCTION(cuDeviceGetCount, int *)                                                     \
  NNXRT_CUDA_FUNCTION(cuDeviceGet, int *, int)                                                     \
  NNXRT_CUDA_FUNCTION(cuDeviceGetName, char *, int, int)                                           \
  NNXRT_CUDA_FUNCTION(cuDeviceGetAttribute, int *, int, int)                                       \
  NNXRT_CUDA_FUNCTION(cuCtxCreate_v2, Handle *, unsigned, int)                                     \
  NNXRT_CUDA_FUNCTION(cuCtxDestroy_v2, Handle)                                                     \
  NNXRT_CUDA_FUNCTION(cuCtxPushCurrent_v2, Handle)                                                 \
  NNXRT_CUDA_FUNCTION(cuCtxPopCurrent_v2, Handle *)                                                \
  NNXRT_CUDA_FUNCTION(cuStreamCreate, Handle *, unsigned)                                          \
  NNXRT_CUDA_FUNCTION(cuStreamDestroy_v2, Handle)                                                  \
  NNXRT_CUDA_FUNCTION(cuStreamSynchronize, Handle)                                                 \
  NNXRT_CUDA_FUNCTION(cuMemcpyHtoDAsync_v2, uint64_t, const void *, size_t, Handle)                \
  NNXRT_CUDA_FUNCTION(cuMemcpyDtoHAsync_v2, void *, uint64_t, size_t, Handle)                      \
  NNXRT_CUDA_FUNCTION(cuMemcpyDtoDAsync_v2, uint64_t, uint64_t, size_t, Handle)
  /* Those that drivers before CUDA 11.4 do not have. */
#define NNXRT_CUDA_GRAPH_FUNCTIONS                                                                 \
  NNXRT_CUDA_FUNCTION(cuStreamBeginCapture_v2, Handle, int)                                        \
  NNXRT_CUDA_FUNCTION(cuStreamEndCapture, Handle, Handle *)                                        \
  NNXRT_CUDA_FUNCTION(cuGraphInstantiateWithFlags, Handle *, Handle, unsigned long long)           \
  NNXRT_CUDA_FUNCTION(cuGraphLaunch, Handle, Handle)                                               \
  NNXRT_CUDA_FUNCTION(cuGraphDestroy, Handle)                                                      \
  NNXRT_CUDA_FUNCTION(cuGraphExecDestroy, Handle)
  NNXRT_CUDA_FUNCTIONS
  NNXRT_CUDA_GRAPH_FUNCTIONS
#undef NNXRT_CUDA_FUNCTION

  Functions() {
#define NNXRT_CUDA_FUNCTION(name, ...)                                                             \
  name = reinterpret_cast<decltype(name)>(halide_cuda_get_symbol(nullptr, #name));                 \
  if (name == nullptr && missing == nullptr)                                                       \
    missing = #name;
    NNXRT_CUDA_FUNCTIONS
    const char *const needed = std::exchange(missing, nullptr);
    NNXRT_CUDA_GRAPH_FUNCTIONS
    missingOfGraphs = std::exchange(missing, needed);
#undef NNXRT_CUDA_FUNCTION
#undef NNXRT_CUDA_FUNCTIONS
#undef NNXRT_CUDA_GRAPH_FUNCTIONS
  }

  const char *missing = nullptr, *missingOfGraphs = nullptr;
};

const Functions &cuda() {
  static const Functions functions;
  return functions;
}

/// The GPU's context is the current one of this thread as long as this lives.
class Current {
public:
  explicit Current(const CudaGpu &gpu) : code(cuda().cuCtxPushCurrent_v2(gpu.context())) {}
  ~Current() {
    Handle old = nullptr;
    if (code == succeeded)
      cuda().cuCtxPopCurrent_v2(&old);
  }
  Current(const Current &) = delete;
  Current &operator=(const Current &) = delete;

  const int code;
};
} // namespace

/// "CUDA_ERROR_ECC_UNCORRECTABLE, uncorrectable ECC error encountered".
static std::string textOf(int code) {
  const char *name = nullptr, *text = nullptr;
  if (cuda().cuGetErrorName(code, &name) != succeeded || name == nullptr)
    return fmt::format("error {}", code);
  if (cuda().cuGetErrorString(code, &text) != succeeded || text == nullptr)
    return name;
  return fmt::format("{}, {}", name, text);
}

static DeviceError unusable(const std::string &why) {
  return DeviceError("the device `cuda` cannot be used: " + why);
}

static void demand(int code, const char *what) {
  if (code != succeeded)
    throw unusable(fmt::format("{} failed: {}", what, textOf(code)));
}

static std::string versionText(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

std::vector<std::unique_ptr<CudaGpu>> nnxrt::openCudaGpus() {
  if (cuda().missing != nullptr)
    throw unusable(fmt::format("the driver of NVIDIA is too old: "
                               "it has no {}",
                               cuda().missing));
  demand(cuda().cuInit(0), "cuInit");
  int version = 0, count = 0;
  demand(cuda().cuDriverGetVersion(&version), "cuDriverGetVersion");
  if (version < leastDriver)
    throw unusable(fmt::format("the driver of NVIDIA is for CUDA {}, "
                               "and {} or a later one is needed",
                               versionText(version), versionText(leastDriver)));
  demand(cuda().cuDeviceGetCount(&count), "cuDeviceGetCount");
  if (count == 0)
    throw unusable("the driver finds no GPU");
  std::vector<std::unique_ptr<CudaGpu>> gpus;
  for (int ordinal = 0; ordinal < count; ++ordinal)
    gpus.push_back(std::make_unique<CudaGpu>(ordinal));
  return gpus;
}

CudaGpu::CudaGpu(int ordinal) {
  char model[256] = "";
  int major = 0, minor = 0;
  demand(cuda().cuDeviceGet(&device, ordinal), "cuDeviceGet");
  demand(cuda().cuDeviceGetName(model, sizeof model, device), "cuDeviceGetName");
  fullName = fmt::format("GPU {}, {}", ordinal, model);
  demand(cuda().cuDeviceGetAttribute(&major, capabilityMajor, device), "cuDeviceGetAttribute");
  demand(cuda().cuDeviceGetAttribute(&minor, capabilityMinor, device), "cuDeviceGetAttribute");
  if (10 * major + minor < leastCapability)
    throw unusable(fmt::format("{} has compute capability {}.{}, "
                               "and {}.{} is the least; CUDA_VISIBLE_DEVICES leaves a GPU out",
                               fullName, major, minor, leastCapability / 10, leastCapability % 10));
  create();
}

void CudaGpu::create() {
  Handle old = nullptr;
  demand(cuda().cuCtxCreate_v2(&current, 0, device), "cuCtxCreate");
  demand(cuda().cuCtxPopCurrent_v2(&old), "cuCtxPopCurrent");
}

void CudaGpu::reset() {
  const Handle lost = std::exchange(current, nullptr);
  create(); // before the other goes: at its address Halide would look for the kernels of that one
  cuda().cuCtxDestroy_v2(lost);
}

CudaStream::CudaStream(CudaGpu &owner) : gpu(owner) {
  const Current held(gpu);
  check(held.code, "in taking it");
  check(cuda().cuStreamCreate(&stream, nonBlocking), "in making a stream");
}

CudaStream::~CudaStream() {
  const Current held(gpu);
  cuda().cuStreamDestroy_v2(stream);
}

void CudaStream::check(int code, const char *what) const {
  if (code != succeeded)
    throw RunError(fmt::format("{} failed {}: {}", gpu.name(), what, textOf(code)));
}

void CudaStream::put(uint64_t to, const void *from, uint64_t bytes) const {
  const Current held(gpu);
  check(cuda().cuMemcpyHtoDAsync_v2(to, from, bytes, stream), "in a copy to it");
  check(cuda().cuStreamSynchronize(stream), "in a copy to it"); // it may read `from` until then
}

void CudaStream::get(void *to, uint64_t from, uint64_t bytes) const {
  const Current held(gpu);
  check(cuda().cuMemcpyDtoHAsync_v2(to, from, bytes, stream), "in a copy from it");
  check(cuda().cuStreamSynchronize(stream), "in what it did before a copy from it");
}

void CudaStream::move(uint64_t to, uint64_t from, uint64_t bytes) const {
  const Current held(gpu);
  check(cuda().cuMemcpyDtoDAsync_v2(to, from, bytes, stream), "in a copy of its own");
}

void CudaStream::wait() const {
  const Current held(gpu);
  check(cuda().cuStreamSynchronize(stream), "in what it did");
}

bool CudaStream::isAlive() const {
  const Current held(gpu);
  return held.code == succeeded && cuda().cuStreamSynchronize(stream) == succeeded;
}

bool CudaGraph::isPossible() {
  return cuda().missingOfGraphs == nullptr;
}

CudaGraph::CudaGraph(const CudaStream &of, const std::function<void()> &begin) : stream(of) {
  const Current held(stream.gpu);
  Handle recorded = nullptr;
  stream.check(cuda().cuStreamBeginCapture_v2(stream.handle(), relaxed), "in recording steps");
  try {
    begin();
  } catch (...) {
    cuda().cuStreamEndCapture(stream.handle(), &recorded);
    if (recorded != nullptr)
      cuda().cuGraphDestroy(recorded);
    throw;
  }
  stream.check(cuda().cuStreamEndCapture(stream.handle(), &recorded), "in recording steps");
  const int code = cuda().cuGraphInstantiateWithFlags(&graph, recorded, 0);
  cuda().cuGraphDestroy(recorded);
  stream.check(code, "in making a graph of steps");
}

CudaGraph::~CudaGraph() {
  const Current held(stream.gpu);
  cuda().cuGraphExecDestroy(graph);
}

void CudaGraph::launch() const {
  const Current held(stream.gpu);
  stream.check(cuda().cuGraphLaunch(graph, stream.handle()), "in beginning a graph of steps");
}

// Strong definitions of the hooks that Halide's runtime for devices defines weakly.
extern "C" {

int halide_cuda_acquire_context(void *user, void **context, bool) {
  const auto *const kernels = static_cast<KernelContext *>(user);
  *context =
      kernels == nullptr || kernels->stream == nullptr ? nullptr : kernels->stream->gpu.context();
  return succeeded; // without one when the program ends: nothing is released
}

/// What a run frees is not kept for another, which may be on another GPU.
bool halide_can_reuse_device_allocations(void *) {
  return false;
}

int halide_cuda_release_context(void *) {
  return succeeded;
}

int halide_cuda_get_stream(void *user, void *, void **stream) {
  *stream = static_cast<KernelContext *>(user)->stream->handle();
  return succeeded;
}
}
