// Compiles kernels; turns Halide's errors into KernelError.
#include "compiler/kernels/Compile.h"

#include "compiler/kernels/GpuModels.h"
#include "compiler/kernels/Kernel.h"
#include "dsl/Activations.h"
#include "dsl/Optimizers.h"

#include <Halide.h>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <unistd.h>

namespace nnx::kernels {
namespace {

// Raised with every change of an algorithm or a schedule: old objects in a cache are then not used.
constexpr int kernelsVersion = 9;

Halide::Target halideTarget(const KernelTarget &target, bool usesDoubles) {
  Halide::Target out(target.text);
  if (target.device == Device::OpenCl && usesDoubles)
    out.set_feature(Halide::Target::CLDoubles);
  out.set_features({Halide::Target::NoRuntime, Halide::Target::UserContext});
  if (!target.asserts)
    out.set_feature(Halide::Target::NoBoundsQuery);
  // Of a device's kernel the asserts also look at what a launch returns.
  if (!target.asserts && !target.isGpu())
    out.set_feature(Halide::Target::NoAsserts);
  return out;
}

// Runs `write(temporary)` and moves the temporary to `path`, so that no reader sees half a file.
template <typename Write>
void writeWhole(const std::string &what, const std::string &path, Write write) {
  static std::atomic<unsigned> count{0};
  const std::string temporary =
      path + "." + std::to_string(getpid()) + "." + std::to_string(count++) + ".tmp";
  std::string message;
  try {
    write(temporary);
    std::filesystem::rename(temporary, path);
    return;
  } catch (const Halide::Error &error) {
    message = error.what();
  } catch (const std::exception &error) {
    message = error.what();
  }
  std::error_code ignored;
  std::filesystem::remove(temporary, ignored);
  while (!message.empty() && message.back() == '\n')
    message.pop_back();
  throw KernelError(what + ": " + message);
}

Kernel buildChecked(const KernelSpec &spec, const KernelTarget &target) {
  Kernel kernel = buildKernel(spec, target);
  std::vector<KernelArgument> arguments = argumentsOf(spec);
  for (size_t i = 0; i < kernel.inputs.size(); ++i)
    if (i >= arguments.size() || kernel.inputs[i].name != arguments[i].name)
      throw KernelError(spec.text() + ": built with input `" + kernel.inputs[i].name +
                        "` out of order");
  return kernel;
}

// A GPU's kernel works for several models at once, and has the arguments that say which.
Halide::Module lower(Kernel kernel, const KernelSpec &spec, const KernelTarget &target,
                     const std::string &symbol) {
  std::vector<Halide::Argument> inputs = kernel.inputs;
  if (target.isGpu()) {
    const std::vector<Halide::Argument> first = modelInputs();
    inputs.insert(inputs.begin(), first.begin(), first.end());
    kernel.pipeline.add_custom_lowering_pass(new GpuModels(spec, kernel.shared));
  }
  Halide::Module module = kernel.pipeline.compile_to_module(
      inputs, symbol, halideTarget(target, kernel.usesDoubles), Halide::LinkageType::External);
  if (!target.isGpu())
    return module;
  // Halide wants all that the algorithm reads; the pass took the numbers out of the code.
  std::set<std::string> taken{"__user_context"};
  for (const KernelArgument &argument : argumentsOf(spec, true))
    taken.insert(argument.name);
  for (Halide::Internal::LoweredFunc &function : module.functions())
    if (function.name == symbol)
      std::erase_if(function.args, [&](const Halide::Internal::LoweredArgument &argument) {
        return argument.is_scalar() && !taken.count(argument.name);
      });
  return module;
}

void compileTo(Halide::OutputFileType type, const KernelSpec &spec, const KernelTarget &target,
               const std::string &symbol, const std::string &path) {
  writeWhole(spec.text(), path, [&](const std::string &temporary) {
    lower(buildChecked(spec, target), spec, target, symbol).compile({{type, temporary}});
  });
}

} // namespace

std::string cacheKeyText(const KernelSpec &spec, const KernelTarget &target) {
  std::string formulas;
  if (auto found = spec.attributes.find("activation"); found != spec.attributes.end())
    if (const dsl::ActivationRow *row = dsl::findActivation(found->second)) {
      formulas += "; f = " + row->value.text() + "; f' = " + row->derivative.text();
      if (row->derivativeOfOutput)
        formulas += "; f'(y) = " + row->derivativeOfOutput->text();
    }
  if (auto found = spec.attributes.find("optimizer"); found != spec.attributes.end())
    if (auto choice = dsl::parseOptimizerChoice(found->second)) {
      if (target.isGpu()) // their places among the numbers of a model
        for (const dsl::Hyper &hyper : choice->row->hypers(choice->flags))
          formulas += "; " + hyper.name;
      for (const dsl::Assignment &line : choice->row->rule(choice->flags))
        formulas += "; " + line.target + " = " + line.value.text();
    }
  return spec.text() + formulas + "; kernels " + std::to_string(kernelsVersion) + "; halide " +
         std::to_string(HALIDE_VERSION_MAJOR) + "." + std::to_string(HALIDE_VERSION_MINOR) + "." +
         std::to_string(HALIDE_VERSION_PATCH) + "; " + target.text +
         (target.asserts ? "; asserts" : "");
}

std::string symbolOf(const KernelSpec &spec, const KernelTarget &target) {
  uint64_t hash = 0xcbf29ce484222325; // FNV-1a, 64 bits
  for (unsigned char byte : cacheKeyText(spec, target))
    hash = (hash ^ byte) * 0x100000001b3;
  static constexpr char digits[] = "0123456789abcdef";
  std::string out = spec.kind + "_";
  for (int shift = 60; shift >= 0; shift -= 4)
    out += digits[(hash >> shift) & 15];
  return out;
}

void compileToObject(const KernelSpec &spec, const KernelTarget &target, const std::string &symbol,
                     const std::string &path) {
  compileTo(Halide::OutputFileType::object, spec, target, symbol, path);
}

void compileToLoopNest(const KernelSpec &spec, const KernelTarget &target,
                       const std::string &path) {
  compileTo(Halide::OutputFileType::conceptual_stmt, spec, target, spec.kind, path);
}

void compileToDeviceCode(const KernelSpec &spec, const KernelTarget &target,
                         const std::string &path) {
  compileTo(Halide::OutputFileType::device_code, spec, target, spec.kind, path);
}

void compileToAssembly(const KernelSpec &spec, const KernelTarget &target,
                       const std::string &symbol, const std::string &path) {
  compileTo(Halide::OutputFileType::assembly, spec, target, symbol, path);
}

} // namespace nnx::kernels
