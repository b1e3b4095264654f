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

} // namespace

KernelTarget parseKernelTarget(const std::string &text) {
  if (text == "x86-64-v3")
    return parseKernelTarget(avx2Text);
  if (text == "x86-64-v4")
    return parseKernelTarget(avx512Text);
  auto partsOf = [](const std::string &s) {
    std::istringstream in(s);
    std::set<std::string> parts;
    for (std::string part; std::getline(in, part, '-');)
      parts.insert(part);
    return parts;
  };
  const std::set<std::string> parts = partsOf(text);
  KernelTarget target;
  if (parts == partsOf(avx2Text)) {
    target.text = avx2Text;
  } else if (parts == partsOf(avx512Text)) {
    target = {avx512Text, false, 32, 16};
  } else {
    throw KernelError("target `" + text + "` is neither `" + avx2Text + "` (x86-64-v3) nor `" +
                      avx512Text + "` (x86-64-v4)");
  }
  return target;
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
