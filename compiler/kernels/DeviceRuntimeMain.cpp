// nnx-device-runtime FOLDER: writes what trainers for a GPU are linked with beside the runner, as
// object files: Halide's runtime for all devices, and for each the kernels that are the runtime's
// own, nnxrt_<device>_gather_samples, _gather_augmented and _gather_labels.
#include "compiler/kernels/Compile.h"

#include <Halide.h>
#include <iostream>

int main(int argc, char **argv) {
  using namespace nnx::kernels;
  if (argc != 2) {
    std::cerr << "usage: nnx-device-runtime FOLDER\n";
    return 2;
  }
  const std::string folder = std::string(argv[1]) + "/";
  try {
    Halide::compile_standalone_runtime(
        {{Halide::OutputFileType::object, folder + "halide_devices.o"}},
        Halide::Target("x86-64-linux-user_context-opencl-cuda"));
    for (const Device device : {Device::OpenCl, Device::Cuda})
      for (const char *kind : {"gather_samples", "gather_augmented", "gather_labels"}) {
        const std::string name = std::string(nameOf(device)) + "_" + kind;
        compileToObject({kind, {}}, onDevice(parseKernelTarget("x86-64-v3"), device),
                        "nnxrt_" + name, folder + name + ".o");
      }
  } catch (const Halide::Error &error) {
    std::cerr << "nnx-device-runtime: " << error.what() << "\n";
    return 1;
  } catch (const std::exception &error) {
    std::cerr << "nnx-device-runtime: " << error.what() << "\n";
    return 1;
  }
}
