// `nnxc run`: builds a study into the cache, once for each content, and becomes its trainer.
#pragma once

#include "BuildCommand.h"

namespace nnx {

// Does not return where the trainer starts; else the exit status.
int runTrainer(const CompileOptions &options, const std::vector<std::string> &arguments);

} // namespace nnx
