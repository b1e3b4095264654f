// Opening a device, and the kernels that are the runtime's own.
#include "runtime/device/Device.h"

#include "runtime/device/HalideDevice.h"

#include <nnxrt/abi.h>

#include <algorithm>
#include <array>
#include <dlfcn.h>
#include <fmt/format.h>
#include <tuple>
#include <utility>

using namespace nnxrt;

// Of nnx_devices.o, which only trainers that were built for a device are linked with.
extern "C" {
#define NNXRT_OPTIONAL __attribute__((weak))
using Gather = int(void *user, int32_t models, int32_t modelBlocks, int64_t slots,
                   halide_buffer_t *numbers, halide_buffer_t *indices, halide_buffer_t *set,
                   halide_buffer_t *batch);
using Augment = int(void *user, int32_t models, int32_t modelBlocks, int64_t slots,
                    halide_buffer_t *numbers, halide_buffer_t *indices, halide_buffer_t *maps,
                    halide_buffer_t *images, halide_buffer_t *batch);
NNXRT_OPTIONAL Gather nnxrt_opencl_gather_samples, nnxrt_opencl_gather_labels,
    nnxrt_cuda_gather_samples, nnxrt_cuda_gather_labels;
NNXRT_OPTIONAL Augment nnxrt_opencl_gather_augmented, nnxrt_cuda_gather_augmented;
#undef NNXRT_OPTIONAL
}

namespace {
struct Driver {
  const char *device;
  std::array<const char *, 2> libraries;
  const char *remedy;
  const halide_device_interface_t *(*interface)();
  Gather *samples, *labels;
  Augment *augmented;
};
} // namespace

static const Driver *findDriver(const std::string &device) {
  static const Driver drivers[] = {
      {"opencl",
       {"libOpenCL.so.1", "libOpenCL.so"},
       "install an OpenCL loader and the driver of the device",
       halide_opencl_device_interface,
       nnxrt_opencl_gather_samples,
       nnxrt_opencl_gather_labels,
       nnxrt_opencl_gather_augmented},
      {"cuda",
       {"libcuda.so.1", "libcuda.so"},
       "install the driver of NVIDIA",
       halide_cuda_device_interface,
       nnxrt_cuda_gather_samples,
       nnxrt_cuda_gather_labels,
       nnxrt_cuda_gather_augmented},
  };
  const auto *const found = std::ranges::find(drivers, device, &Driver::device);
  return found == std::end(drivers) ? nullptr : found;
}

void nnxrt::checkDevice(int code, const char *what, KernelContext &context) {
  if (code == 0)
    return;
  const std::string message = context.takeError();
  throw RunError(fmt::format("the device failed with error {} {}: {}", code, what,
                             message.empty() ? "no message" : message));
}

Device::Device(const std::string &name) : deviceName(name) {
  const Driver *const driver = findDriver(name);
  if (driver == nullptr || driver->interface == nullptr)
    throw DeviceError(fmt::format("the trainer has no code for the device `{0}`: build it with "
                                  "--device {0}",
                                  name));
  if (std::ranges::none_of(driver->libraries, [](const char *library) {
        return dlopen(library, RTLD_NOW | RTLD_LOCAL) != nullptr;
      }))
    throw DeviceError(fmt::format("no driver for the device `{}`: {} is not there; {}", name,
                                  driver->libraries[0], driver->remedy));
  functions = driver->interface();
  if (name == "cuda")
    for (std::unique_ptr<CudaGpu> &each : openCudaGpus()) {
      gpus.push_back(std::make_unique<Gpu>());
      gpus.back()->cuda = std::move(each);
    }
  else
    gpus.push_back(std::make_unique<Gpu>());
  try {
    for (const std::unique_ptr<Gpu> &gpu : gpus) {
      if (gpu->cuda)
        gpu->stream = std::make_unique<CudaStream>(*gpu->cuda);
      gpu->context.stream = gpu->stream.get();
      const DeviceBlock block(*this, NNXRT_DEVICE_ALIGNMENT, gpu->context);
    }
  } catch (const RunError &error) {
    throw DeviceError(fmt::format("the device `{}` cannot be used: {}", name, error.what()));
  }
}

/// The GPU with fewest queues, or that of `beside`. One that an error lost starts anew once nobody
/// holds it: till then others are taken, or waited for. Throws RunError where none is left.
size_t Device::take(const DeviceQueue *beside) {
  std::unique_lock lock(mutex);
  if (beside != nullptr) {
    ++gpus[beside->gpu]->queues;
    return beside->gpu;
  }
  while (true) {
    const auto chosen = std::ranges::min_element(gpus, {}, [](const std::unique_ptr<Gpu> &gpu) {
      return std::tuple(gpu->isDead, gpu->isLost && gpu->queues > 0, gpu->queues);
    });
    Gpu &gpu = **chosen;
    if (gpu.isDead)
      throw RunError(fmt::format("{} was lost and does not start anew", gpu.cuda->name()));
    if (gpu.isLost && gpu.queues > 0) {
      changed.wait(lock);
      continue;
    }
    if (gpu.isLost)
      startAnew(gpu);
    if (gpu.isDead)
      continue;
    ++gpu.queues;
    return static_cast<size_t>(chosen - gpus.begin());
  }
}

/// Of a GPU whose context did not survive an error, which nobody holds.
void Device::startAnew(Gpu &gpu) {
  gpu.samples.clear();
  if (gpu.stream)
    halide_device_release(&gpu.context, functions); // the kernels that were loaded
  gpu.context.takeError();
  gpu.context.stream = nullptr;
  gpu.stream.reset();
  try {
    gpu.cuda->reset();
    gpu.stream = std::make_unique<CudaStream>(*gpu.cuda);
  } catch (const std::runtime_error &) { // the driver's, whichever call it was
    gpu.isDead = true;
    return;
  }
  gpu.context.stream = gpu.stream.get();
  gpu.isLost = false;
}

void Device::giveBack(size_t gpu, bool isAlive) {
  const std::scoped_lock lock(mutex);
  --gpus[gpu]->queues;
  gpus[gpu]->isLost = gpus[gpu]->isLost || !isAlive;
  changed.notify_all();
}

Device::Gpu &Device::gpuOf(const KernelContext &context) const {
  const auto found = std::ranges::find_if(gpus, [&](const std::unique_ptr<Gpu> &gpu) {
    return context.stream == nullptr || &context.stream->gpu == gpu->cuda.get();
  });
  return **found;
}

DeviceQueue::DeviceQueue(Device &owner, KernelContext &kernels, const DeviceQueue *beside)
    : device(owner), context(kernels), gpu(owner.take(beside)) {
  CudaGpu *const cuda = device.gpus[gpu]->cuda.get();
  if (cuda == nullptr)
    return;
  try {
    stream = std::make_unique<CudaStream>(*cuda);
  } catch (const RunError &) {
    device.giveBack(gpu, false);
    throw;
  }
  context.stream = stream.get();
}

DeviceQueue::~DeviceQueue() {
  const bool isAlive = stream == nullptr || stream->isAlive();
  context.stream = nullptr;
  stream.reset();
  device.giveBack(gpu, isAlive);
}

bool DeviceQueue::isLost() const {
  const std::scoped_lock lock(device.mutex);
  return device.gpus[gpu]->isLost;
}

uint64_t DeviceQueue::blocksGiven() const {
  const std::scoped_lock lock(device.mutex);
  return device.gpus[gpu]->blocksGiven;
}

bool DeviceQueue::awaitBlock(uint64_t &given) {
  std::unique_lock lock(device.mutex);
  const Device::Gpu &own = *device.gpus[gpu];
  device.changed.wait(lock, [&] { return own.blocksGiven != given || own.blocks == 0; });
  return std::exchange(given, own.blocksGiven) != own.blocksGiven;
}

void DeviceQueue::takeBlock(const std::function<void()> &take) {
  const std::scoped_lock taking(device.gpus[gpu]->taking);
  take();
  const std::scoped_lock lock(device.mutex);
  ++device.gpus[gpu]->blocks;
}

void DeviceQueue::giveBlock() {
  const std::scoped_lock lock(device.mutex);
  --device.gpus[gpu]->blocks;
  ++device.gpus[gpu]->blocksGiven;
  device.changed.notify_all();
}

DeviceSamples &Device::samplesOf(const SampleSet &set, float scale, int64_t targets,
                                 KernelContext &context) {
  Gpu &gpu = gpuOf(context);
  const std::scoped_lock lock(gpu.mutex);
  std::unique_ptr<DeviceSamples> &known = gpu.samples[&set];
  if (!known) {
    known = std::make_unique<DeviceSamples>(*this, set, scale, targets, gpu.context);
    if (gpu.stream) // those of the models are others
      gpu.stream->wait();
  }
  return *known;
}

void Device::gather(const nnxrt_call &call, halide_buffer_t *indices, halide_buffer_t *set,
                    halide_buffer_t *batch, KernelContext &context) const {
  const Driver &driver = *findDriver(deviceName);
  Gather *const gather = set->type.code == halide_type_int ? driver.labels : driver.samples;
  checkDevice(gather(&context, call.models, call.model_blocks, call.slots, call.numbers, indices,
                     set, batch),
              "in gathering a batch", context);
}

void Device::augment(const nnxrt_call &call, halide_buffer_t *indices, halide_buffer_t *maps,
                     halide_buffer_t *images, halide_buffer_t *batch,
                     KernelContext &context) const {
  checkDevice(findDriver(deviceName)
                  ->augmented(&context, call.models, call.model_blocks, call.slots, call.numbers,
                              indices, maps, images, batch),
              "in augmenting a batch", context);
}
