// Targets by name and by CPUID. Halide's own detection is not asked: it reports features that the
// operating system or the virtual machine may not let a program use.
#include "compiler/kernels/KernelTarget.h"

#include "compiler/kernels/KernelSpec.h"

#include <algorithm>
#include <set>
#include <sstream>

namespace nnx::kernels {
namespace {

constexpr const char *avx2Text = "x86-64-linux-avx-avx2-f16c-fma-sse41";
// avx512_skylake is Halide's name for F, CD, BW, DQ and VL together.
constexpr const char *avx512Text = "x86-64-linux-avx-avx2-avx512-avx512_skylake-f16c-fma-sse41";

// What stands behind the CPU's text. PTX for compute capability 7.0 runs on every GPU from 2017 on.
struct DeviceRow {
  Device device;
  const char *name;
  const char *suffix;
};
constexpr DeviceRow devices[] = {
    {Device::Cpu, "cpu", ""},
    {Device::OpenCl, "opencl", "-opencl"},
    {Device::Cuda, "cuda", "-cuda-cuda_capability_70"},
};

const DeviceRow &rowOf(Device device) {
  return devices[static_cast<size_t>(device)];
}

} // namespace

KernelTarget onDevice(const KernelTarget &cpu, Device device) {
  KernelTarget target = cpu;
  target.text += rowOf(device).suffix;
  target.device = device;
  return target;
}

const char *nameOf(Device device) {
  return rowOf(device).name;
}

Device parseDevice(const std::string &name) {
  for (const DeviceRow &row : devices)
    if (name == row.name)
      return row.device;
  throw KernelError("unknown device `" + name + "`; known: cpu, opencl, cuda");
}

KernelTarget parseKernelTarget(const std::string &text) {
  if (text == "x86-64-v3")
    return parseKernelTarget(avx2Text);
  if (text == "x86-64-v4")
    return parseKernelTarget(avx512Text);
  for (const DeviceRow &row : devices)
    if (row.device != Device::Cpu && text.ends_with(row.suffix))
      return onDevice(
          parseKernelTarget(text.substr(0, text.size() - std::string(row.suffix).size())),
          row.device);
  auto partsOf = [](const std::string &s) {
    std::istringstream in(s);
    std::set<std::string> parts;
    for (std::string part; std::getline(in, part, '-');)
      parts.insert(part);
    return parts;
  };
  const std::set<std::string> parts = partsOf(text);
  if (parts == partsOf(avx2Text))
    return {.text = avx2Text};
  if (parts == partsOf(avx512Text))
    return {.text = avx512Text, .vectorRegisters = 32, .vectorLanes = 16};
  throw KernelError("target `" + text + "` is neither `" + avx2Text + "` (x86-64-v3) nor `" +
                    avx512Text + "` (x86-64-v4)");
}

KernelTarget hostKernelTarget() {
  // GCC's and Clang's CPUID support also ask the operating system (XGETBV) for the registers.
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
      !__builtin_cpu_supports("f16c"))
    throw KernelError("this CPU has no AVX2, FMA and F16C, which the kernels need");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  return parseKernelTarget(avx512 ? avx512Text : avx2Text);
}

} // namespace nnx::kernels
