// The text that tells the runtime everything about a study that is not code.
#pragma once

#include "compiler/kernels/KernelTarget.h"
#include "dsl/Study.h"

#include <string>

namespace nnx::emit {

// Counts changes of what the same file computes: with another number, kept results are no longer
// those of the same run.
inline constexpr int numericsVersion = 5;

// docs/architecture.md, "Study JSON".
std::string studyJson(const dsl::Study &study, const kernels::KernelTarget &target);

} // namespace nnx::emit
