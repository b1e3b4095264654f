// The trainer as a program: from the command line to the report and the exit status.
#pragma once

#include <nnxrt/abi.h>

#include <string>
#include <vector>

namespace nnxrt {

/// Runs the compiled study. Exit status: 0 all well, 1 a point failed, 2 a wrong command line or
/// file, 130 interrupted with everything saved.
int runProgram(const nnxrt_study &compiled, const std::vector<std::string> &arguments);

} // namespace nnxrt
