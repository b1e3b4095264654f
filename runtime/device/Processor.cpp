// What the processor is and offers.
#include "runtime/device/Processor.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sched.h>

using namespace nnxrt;

namespace {
struct Feature {
  std::string_view name; // Halide's
  bool (*present)();
};

#if defined(__x86_64__)
constexpr std::string_view platform = "x86-64-linux";
#define SUPPORTS(feature) (__builtin_cpu_supports(feature) != 0)
// Halide's avx512 is F and CD; avx512_skylake adds VL, BW and DQ.
constexpr Feature features[] = {
    {"sse41", [] { return SUPPORTS("sse4.1"); }},
    {"avx", [] { return SUPPORTS("avx"); }},
    {"avx2", [] { return SUPPORTS("avx2"); }},
    {"fma", [] { return SUPPORTS("fma"); }},
    {"f16c", [] { return SUPPORTS("f16c"); }},
    {"avx512", [] { return SUPPORTS("avx512f") && SUPPORTS("avx512cd"); }},
    {"avx512_skylake",
     [] {
       return SUPPORTS("avx512f") && SUPPORTS("avx512cd") && SUPPORTS("avx512vl") &&
              SUPPORTS("avx512bw") && SUPPORTS("avx512dq");
     }},
};
#undef SUPPORTS
#elif defined(__aarch64__)
constexpr std::string_view platform = "arm-64-linux";
constexpr Feature features[] = {{"neon", [] { return true; }}};
#endif
} // namespace

std::string nnxrt::processorName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (!line.starts_with("model name"))
      continue;
    const size_t value = line.find(": ");
    if (value != std::string::npos)
      return line.substr(value + 2);
  }
  return "unknown processor";
}

int nnxrt::availableCores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0)
    return 1;
  return std::max(1, CPU_COUNT(&set));
}

static bool isPresent(std::string_view name) {
  const auto *const feature = std::ranges::find(features, name, &Feature::name);
  return feature != std::end(features) && feature->present();
}

std::vector<std::string> nnxrt::missingFeatures(std::string_view target) {
  if (target.substr(0, platform.size()) != platform)
    return {std::string(target)};
  std::vector<std::string> missing;
  for (std::string_view rest = target.substr(platform.size()); !rest.empty();) {
    rest.remove_prefix(1); // the hyphen
    const std::string_view name = rest.substr(0, rest.find('-'));
    if (!name.empty() && !isPresent(name))
      missing.emplace_back(name);
    rest.remove_prefix(name.size());
  }
  return missing;
}

TargetParts nnxrt::partsOf(const std::string &target) {
  for (const char *const device : {"opencl", "cuda"})
    if (const std::string suffix = std::string("-") + device; target.ends_with(suffix))
      return {target.substr(0, target.size() - suffix.size()), device};
  return {target, "cpu"};
}

std::string nnxrt::targetText(const TargetParts &parts) {
  return parts.cpu + (parts.device == "cpu" ? "" : "-" + parts.device);
}
