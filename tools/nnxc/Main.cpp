// nnxc: checks, compiles and runs studies. Exit status 2 for a wrong command line or file.
#include "CommandLine.h"

int main(int argc, char **argv) {
  return nnx::CommandLine().run({argv + 1, argv + argc});
}
