// What kernels are compiled for: a CPU as an explicit list of features, the device that the kernel
// itself runs on, and what schedules ask of them.
#pragma once

#include <cstdint>
#include <string>

namespace nnx::kernels {

// Where a kernel runs; of a GPU's kernel the CPU's part only launches it.
enum class Device : uint8_t { Cpu, OpenCl, Cuda };

struct KernelTarget {
  // Halide's notation, without the switches below: "x86-64-linux-avx-avx2-f16c-fma-sse41", with
  // "-opencl" or "-cuda-cuda_capability_70" behind it for a GPU.
  std::string text;
  bool asserts = false; // check every buffer's bounds and strides (tests)

  int vectorRegisters = 16;
  int vectorLanes = 8; // floats in one register
  Device device = Device::Cpu;

  bool isGpu() const { return device != Device::Cpu; }

  bool operator==(const KernelTarget &) const = default;
};

// Reads a target from its text; the parts may come in any order. Accepted beside the names of
// features: `x86-64-v3` and `x86-64-v4` for the usual sets. Throws KernelError for an unknown name
// or a set that is neither AVX2 with FMA nor that with AVX-512 F, BW, CD, DQ and VL.
KernelTarget parseKernelTarget(const std::string &text);

// The same CPU with kernels for `device`; `cpu` is for the CPU alone.
KernelTarget onDevice(const KernelTarget &cpu, Device device);

// "cpu", "opencl", "cuda".
const char *nameOf(Device device);
// Throws KernelError for a name that is none.
Device parseDevice(const std::string &name);

// The better of the two sets that this CPU and its operating system offer, asked by CPUID. Throws
// KernelError where AVX2, FMA or F16C is missing.
KernelTarget hostKernelTarget();

} // namespace nnx::kernels
