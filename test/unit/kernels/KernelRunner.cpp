// Compiling, loading and calling one kernel.
#include "KernelRunner.h"

#include "compiler/kernels/Compile.h"
#include "dsl/Optimizers.h"

#include <nnxrt/abi.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <stdexcept>
#include <unistd.h>

namespace nnx::kernels {
namespace {

constexpr size_t fenceBytes = 4096;
constexpr char fenceByte = 0x5a;
thread_local std::string errorText;

void keepError(void *, const char *message) {
  errorText = message;
}

// Objects and libraries of this process, removed when it ends.
const std::filesystem::path &scratchFolder() {
  struct Folder {
    std::filesystem::path path;
    Folder() {
      std::string name = (std::filesystem::temp_directory_path() / "nnx-kernels-XXXXXX").string();
      if (!mkdtemp(name.data()))
        throw std::runtime_error("no temporary folder");
      path = name;
    }
    ~Folder() {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
  };
  static const Folder folder;
  return folder.path;
}

} // namespace

TestBuffer::TestBuffer(KernelArgument::Type type, const std::vector<int> &extents)
    : elementType(type), extent(extents) {
  const size_t elementBytes = type == KernelArgument::Type::U8 ? 1 : 4;
  int stride = 1;
  for (int e : extents) {
    dims.emplace_back(0, e, stride);
    stride *= e;
    count *= static_cast<size_t>(e);
  }
  byteCount = count * elementBytes;
  const size_t all = (byteCount + 2 * fenceBytes + 63) / 64 * 64;
  char *base = static_cast<char *>(std::aligned_alloc(64, all));
  if (!base)
    throw std::bad_alloc();
  std::memset(base, fenceByte, all);
  std::memset(base + fenceBytes, 0, byteCount);
  memory = std::shared_ptr<char>(base + fenceBytes, [base](char *) { std::free(base); });
  buffer.host = static_cast<uint8_t *>(start());
  buffer.type = type == KernelArgument::Type::F32   ? halide_type_t(halide_type_float, 32)
                : type == KernelArgument::Type::I32 ? halide_type_t(halide_type_int, 32)
                                                    : halide_type_t(halide_type_uint, 8);
  buffer.dimensions = static_cast<int>(dims.size());
  buffer.dim = dims.data();
}

bool TestBuffer::fencesHold() const {
  for (size_t i = 0; i < fenceBytes; ++i)
    if (memory.get()[-1 - static_cast<ptrdiff_t>(i)] != fenceByte ||
        memory.get()[byteCount + i] != fenceByte)
      return false;
  return true;
}

TestBuffer TestBuffer::copy() const {
  TestBuffer other(elementType, extent);
  std::memcpy(other.start(), memory.get(), byteCount);
  return other;
}

LoadedKernel::LoadedKernel(const KernelSpec &s, const KernelTarget &target)
    : spec(s), signature(argumentsOf(s, target.isGpu())) {
  const std::string symbol = symbolOf(spec, target);
  const std::string base = (scratchFolder() / symbol).string();
  object = base + ".o";
  const std::string shared = base + ".so";
  if (!std::filesystem::exists(shared)) {
    compileToObject(spec, target, symbol, object);
    const std::string command = "cc -shared -o '" + shared + "' '" + object + "' '" +
                                (target.isGpu() ? NNX_DEVICES_OBJECT : NNX_HALIDE_RUNTIME_OBJECT) +
                                "' -ldl -lpthread -lm";
    if (std::system(command.c_str()) != 0)
      throw std::runtime_error("cannot link " + object);
  }
  library = dlopen(shared.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    throw std::runtime_error(dlerror());
  function = dlsym(library, symbol.c_str());
  using SetHandler = void *(*)(void (*)(void *, const char *));
  reinterpret_cast<SetHandler>(dlsym(library, "halide_set_error_handler"))(keepError);
  setThreads(1);
  runsOnDevice = target.isGpu();
}

// What differs between models, of one alone.
TestBuffer LoadedKernel::numbersOf(const std::map<std::string, TestValue> &values) const {
  std::vector<std::string> hypers;
  if (spec.attributes.count("optimizer")) {
    const auto choice = dsl::parseOptimizerChoice(spec.textOf("optimizer"));
    for (const dsl::Hyper &hyper : choice->row->hypers(choice->flags))
      hypers.push_back(hyper.name);
  }
  TestBuffer numbers(KernelArgument::Type::I32, {NNXRT_NUMBER_HYPER + int(hypers.size())});
  for (const auto &[name, word] :
       {std::pair("seed_low", NNXRT_NUMBER_SEED), std::pair("seed_high", NNXRT_NUMBER_SEED + 1),
        std::pair("step", NNXRT_NUMBER_STEP)})
    if (auto found = values.find(name); found != values.end())
      numbers.ints()[word] = std::get<int>(found->second);
  for (size_t i = 0; i < hypers.size(); ++i)
    if (auto found = values.find(hypers[i]); found != values.end())
      numbers.floats()[NNXRT_NUMBER_HYPER + i] = std::get<float>(found->second);
  return numbers;
}

std::string LoadedKernel::lastError() {
  return errorText;
}

void LoadedKernel::setThreads(int threads) const {
  reinterpret_cast<int (*)(int)>(dlsym(library, "halide_set_num_threads"))(threads);
}

std::function<int()> LoadedKernel::bind(const std::map<std::string, TestValue> &values) const {
  // In the x86-64 System V convention whole numbers and addresses go to one sequence of places,
  // floats (up to eight) to another, so one type of function serves every signature.
  constexpr size_t mostAddresses = 16, mostFloats = 8;
  std::array<void *, mostAddresses> p{};
  std::array<float, mostFloats> f{};
  size_t addresses = 1, floats = 0; // the first address is the user context
  std::map<std::string, TestValue> all = values;
  std::shared_ptr<TestBuffer> numbers;
  if (runsOnDevice) {
    numbers = std::make_shared<TestBuffer>(numbersOf(values));
    all.insert({{"models", 1}, {"model_blocks", 0}, {"slots", 0}, {"numbers", numbers.get()}});
  }
  for (const KernelArgument &argument : signature) {
    auto found = all.find(argument.name);
    if (found == all.end())
      throw std::runtime_error(spec.text() + ": no value for " + argument.name);
    const bool isFloat = argument.kind == KernelArgument::Kind::Float;
    if (isFloat ? floats == mostFloats : addresses == mostAddresses)
      throw std::runtime_error(spec.text() + ": too many arguments");
    switch (argument.kind) {
    case KernelArgument::Kind::Float:
      f[floats++] = std::get<float>(found->second);
      break;
    case KernelArgument::Kind::Int:
    case KernelArgument::Kind::Long:
      p[addresses++] =
          reinterpret_cast<void *>(static_cast<intptr_t>(std::get<int>(found->second)));
      break;
    default:
      p[addresses++] = std::get<TestBuffer *>(found->second)->raw();
    }
  }
  using Function = int (*)(void *, void *, void *, void *, void *, void *, void *, void *, void *,
                           void *, void *, void *, void *, void *, void *, void *, float, float,
                           float, float, float, float, float, float);
  std::vector<TestBuffer *> onDevice;
  if (runsOnDevice)
    for (const KernelArgument &argument : signature)
      if (argument.rank > 0)
        onDevice.push_back(std::get<TestBuffer *>(all.at(argument.name)));
  return [this, onDevice, numbers, call = reinterpret_cast<Function>(function), p, f] {
    errorText.clear();
    for (TestBuffer *buffer : onDevice)
      buffer->raw()->set_host_dirty();
    if (numbers != nullptr) // the trainer's stay on the device
      copyToDevice(*numbers);
    const int code =
        call(p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[11], p[12], p[13],
             p[14], p[15], f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7]);
    return onDevice.empty() ? code : takeBack(onDevice, code);
  };
}

void LoadedKernel::copyToDevice(TestBuffer &buffer) const {
  using Interface = const halide_device_interface_t *(*)();
  using Copy = int (*)(void *, halide_buffer_t *, const halide_device_interface_t *);
  const auto *const opencl =
      reinterpret_cast<Interface>(dlsym(library, "halide_opencl_device_interface"))();
  reinterpret_cast<Copy>(dlsym(library, "halide_copy_to_device"))(nullptr, buffer.raw(), opencl);
}

// What the device has written comes back, and its memory ends: each library has a context of its
// own.
int LoadedKernel::takeBack(const std::vector<TestBuffer *> &buffers, int code) const {
  using OfBuffer = int (*)(void *, halide_buffer_t *);
  const auto toHost = reinterpret_cast<OfBuffer>(dlsym(library, "halide_copy_to_host"));
  const auto free = reinterpret_cast<OfBuffer>(dlsym(library, "halide_device_free"));
  for (TestBuffer *buffer : buffers) {
    if (code == 0)
      code = toHost(nullptr, buffer->raw());
    free(nullptr, buffer->raw());
    buffer->raw()->flags = 0;
  }
  return code;
}

} // namespace nnx::kernels
