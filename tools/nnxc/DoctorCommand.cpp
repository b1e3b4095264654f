// Findings are gathered first and printed in one of two forms.
#include "DoctorCommand.h"

#include "compiler/emit/Link.h"
#include "compiler/emit/ObjectStore.h"
#include "compiler/emit/Target.h"
#include "runtime/data/Dataset.h"
#include "runtime/device/Processor.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/Program.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <vector>

namespace nnx {
namespace {

namespace fs = std::filesystem;

struct Finding {
  std::string part; // "processor"
  std::string text;
  std::string trouble; // what is wrong; empty if all is well
  std::string remedy;
  bool isNeeded = true; // without it nothing can be built or trained
};

std::string bytesText(uint64_t bytes) {
  constexpr const char *units[] = {"B", "kB", "MB", "GB", "TB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; amount >= 1000 && unit + 1 < std::size(units); ++unit)
    amount /= 1000;
  return fmt::format("{:.{}f} {}", amount, unit > 0 && amount < 100 ? 1 : 0, units[unit]);
}

Finding examineProcessor() {
  Finding finding{"processor",
                  fmt::format("{}, {} cores", nnxrt::processorName(), nnxrt::availableCores()),
                  {},
                  {}};
  if (auto target = emit::parseTarget("host"))
    finding.text += ", kernels for " + target->text;
  else {
    finding.trouble = toString(target.takeError());
    finding.remedy = "use an x86-64 processor with AVX2, FMA and F16C (2013 and later)";
  }
  return finding;
}

// Training needs none.
Finding examineGpu() {
  Finding finding{"gpu", {}, {}, {}, false};
  void *driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  auto program = llvm::sys::findProgramByName("nvidia-smi");
  if (driver)
    dlclose(driver);
  if (driver && program)
    finding.text = "the driver of NVIDIA is there (libcuda.so.1, " + *program + ")";
  else if (!driver && !program)
    finding.text = "none of NVIDIA found";
  else {
    finding.trouble = driver ? "libcuda.so.1 is there without nvidia-smi"
                             : "nvidia-smi is there without libcuda.so.1";
    finding.remedy = "install the driver of NVIDIA whole; trainers do not need it";
  }
  return finding;
}

Finding examineOpenCl() {
  Finding finding{"opencl", {}, {}, {}, false};
  void *loader = dlopen("libOpenCL.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (!loader) {
    finding.text = "no loader of OpenCL drivers found (libOpenCL.so.1)";
    return finding;
  }
  using GetPlatforms = int32_t (*)(uint32_t, void **, uint32_t *);
  uint32_t count = 0;
  if (auto getPlatforms = reinterpret_cast<GetPlatforms>(dlsym(loader, "clGetPlatformIDs")))
    if (getPlatforms(0, nullptr, &count) != 0)
      count = 0;
  finding.text = fmt::format("libOpenCL.so.1, {} driver{}", count, count == 1 ? "" : "s");
  if (count == 0) {
    finding.trouble = "libOpenCL.so.1 finds no driver of a device";
    finding.remedy = "install the driver of the device; training on the processor needs none";
  }
  return finding;
}

Finding examineRuntime() {
  std::string folder = emit::runtimeFolder();
  Finding finding{"runtime", folder, {}, {}};
  for (const char *file :
       {"nnx_runner.o", "nnx_devices.o", "crt1.o", "crti.o", "crtn.o", "libc_nonshared.a"}) {
    std::error_code error;
    if (fs::exists(fs::path(folder) / file, error))
      continue;
    finding.trouble += fmt::format("{}{} is missing", finding.trouble.empty() ? "" : ", ", file);
    finding.remedy = "build the target nnx (tools/build release nnx), or let NNX_RUNTIME_DIR name "
                     "the folder that has them";
  }
  return finding;
}

Finding examineSystemLibraries() {
  Finding finding{"libraries", fmt::format("LLVM {}", LLVM_VERSION_STRING), {}, {}};
  for (const char *name : {"libc.so.6", "libm.so.6"}) {
    if (void *library = dlopen(name, RTLD_LAZY | RTLD_LOCAL)) {
      finding.text += fmt::format(", {}", name);
      dlclose(library);
      continue;
    }
    finding.trouble = fmt::format("{} is missing", name);
    finding.remedy = "use a Linux with glibc";
  }
  return finding;
}

struct Contents {
  std::size_t files = 0;
  uint64_t bytes = 0;
};

Contents measure(const fs::path &folder) {
  Contents contents;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code sizeError;
    uint64_t bytes = at->is_regular_file(sizeError) ? at->file_size(sizeError) : 0;
    if (sizeError || !at->is_regular_file(sizeError))
      continue;
    ++contents.files;
    contents.bytes += bytes;
  }
  return contents;
}

// The folder, or the nearest one above it that exists.
fs::path existingPart(fs::path folder) {
  std::error_code error;
  while (!fs::exists(folder, error) && folder.has_relative_path())
    folder = folder.parent_path();
  return folder;
}

Finding examineCache(const char *name, const fs::path &folder, const char *variable) {
  Contents contents = measure(folder);
  Finding finding{
      name,
      fmt::format("{}: {} files, {}", folder.string(), contents.files, bytesText(contents.bytes)),
      {},
      {},
      false};
  if (access(existingPart(folder).c_str(), W_OK) != 0) {
    finding.trouble = folder.string() + " cannot be written: each build compiles all kernels";
    finding.remedy = fmt::format("let {} name a folder that can be written", variable);
  }
  return finding;
}

Finding examineSpace(const char *name, const fs::path &folder) {
  constexpr uint64_t least = 200'000'000; // a trainer, its results and what linking needs meanwhile
  Finding finding{name, {}, {}, {}};
  std::error_code error;
  fs::space_info space = fs::space(existingPart(folder), error);
  if (error)
    finding.trouble = folder.string() + ": " + error.message();
  else if (space.available < least)
    finding.trouble = fmt::format("{} has {} left, which may be too little", folder.string(),
                                  bytesText(space.available));
  else
    finding.text = fmt::format("{}: {} left", folder.string(), bytesText(space.available));
  finding.remedy = finding.trouble.empty() ? "" : "make room, or work in another folder";
  return finding;
}

Finding examineData() {
  fs::path folder = nnxrt::dataFolders("any", {}, {}).back().parent_path();
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->is_directory(error))
      names.push_back(fmt::format("{} ({})", at->path().filename().string(),
                                  bytesText(measure(at->path()).bytes)));
  std::sort(names.begin(), names.end());
  Finding finding{"data", folder.string() + ": " + llvm::join(names, ", "), {}, {}, false};
  if (names.empty()) {
    finding.trouble = folder.string() + " holds no data set";
    finding.remedy = "run tools/fetch-data mnist, or put files in a folder of the data set's name";
  }
  return finding;
}

void printText(const std::vector<Finding> &findings) {
  for (const Finding &each : findings) {
    bool isWell = each.trouble.empty();
    std::cout << fmt::format("{:<10} {:<7} {}\n", each.part,
                             isWell          ? "ok"
                             : each.isNeeded ? "missing"
                                             : "note",
                             isWell ? each.text : each.trouble);
    if (!isWell && !each.remedy.empty())
      std::cout << fmt::format("{:18} {}\n", "", each.remedy);
  }
}

void printJson(const std::vector<Finding> &findings, bool isWell) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Finding &each : findings)
    list.push_back({{"part", each.part},
                    {"ok", each.trouble.empty()},
                    {"needed", each.isNeeded},
                    {"text", each.text},
                    {"trouble", each.trouble},
                    {"remedy", each.remedy}});
  std::cout << nlohmann::ordered_json{{"version", NNX_VERSION}, {"ok", isWell}, {"findings", list}}
                   .dump(2)
            << '\n';
}

} // namespace

int runDoctor(bool json) {
  fs::path kernels = emit::ObjectStore::defaultFolder();
  std::vector<Finding> findings{examineProcessor(),
                                examineGpu(),
                                examineOpenCl(),
                                examineSystemLibraries(),
                                examineRuntime(),
                                examineCache("kernels", kernels, "NNX_KERNEL_CACHE"),
                                examineCache("trainers",
                                             (kernels / ".." / "trainers").lexically_normal(),
                                             "NNX_KERNEL_CACHE"),
                                examineData(),
                                examineSpace("space", fs::current_path()),
                                examineSpace("space", kernels)};
  bool isWell = std::none_of(findings.begin(), findings.end(), [](const Finding &each) {
    return each.isNeeded && !each.trouble.empty();
  });
  if (json)
    printJson(findings, isWell);
  else
    printText(findings);
  return isWell ? 0 : 1;
}

} // namespace nnx
