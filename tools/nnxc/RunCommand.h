// `nnxc run`: builds a study into the cache, once for each content, and becomes its trainer.
#pragma once

#include "BuildCommand.h"

namespace nnx {

// Does not return where the trainer starts; else the exit status. Of `options`, `target` and
// `verbose` count.
int runTrainer(const CompileOptions &options, const dsl::Study &study,
               const std::vector<std::string> &arguments);
int runTrainer(const CompileOptions &options, const std::vector<std::string> &arguments);

} // namespace nnx
