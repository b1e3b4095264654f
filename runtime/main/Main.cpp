// The entry of every trainer; nnxrt_study_table comes from the compiled study.
#include "runtime/main/Program.h"

int main(int count, char **arguments) {
  return nnxrt::runProgram(nnxrt_study_table, {arguments, arguments + count});
}
