// The processor that the trainer runs on, and whether it can run the compiled kernels.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nnxrt {

/// "AMD EPYC 7763 64-Core Processor"; "unknown processor" where the system does not say.
std::string processorName();

/// Cores that this process may use; at least 1.
int availableCores();

/// Of the features in `target` ("x86-64-linux-avx-avx2-fma-f16c-sse41"), those that this processor
/// and its system do not offer; a feature or architecture that is not known counts as missing.
std::vector<std::string> missingFeatures(std::string_view target);

/// What results are of: the processor's features and, behind them, the device that trained, if that
/// was not the processor. "x86-64-linux-avx2-...-opencl" is one of both.
struct TargetParts {
  std::string cpu, device; // "cpu" for none
};
TargetParts partsOf(const std::string &target);
std::string targetText(const TargetParts &parts);

} // namespace nnxrt
