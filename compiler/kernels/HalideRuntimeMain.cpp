// nnx-halide-runtime FILE: writes Halide's runtime as an object file. Kernels are compiled without
// it; it takes two seconds and is the same for all of them, so the build makes it once.
#include <Halide.h>
#include <iostream>

int main(int argc, char **argv) {
  if (argc != 2) {
    std::cerr << "usage: nnx-halide-runtime FILE\n";
    return 2;
  }
  try {
    // Baseline x86-64: the trainer starts, and checks the CPU, before any kernel runs.
    Halide::compile_standalone_runtime({{Halide::OutputFileType::object, argv[1]}},
                                       Halide::Target("x86-64-linux-user_context"));
  } catch (const Halide::Error &error) {
    std::cerr << "nnx-halide-runtime: " << error.what() << "\n";
    return 1;
  }
}
