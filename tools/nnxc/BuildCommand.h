// `nnxc build`: one file becomes one trainer, or one of the forms on the way there.
#pragma once

#include "compiler/Pipeline.h"
#include "dsl/Study.h"

#include <optional>
#include <string>
#include <vector>

namespace nnx {

// What the commands that compile have in common.
struct CompileOptions {
  std::string file;
  std::vector<std::string> overrides; // PATH=VALUE each
  std::string data; // folder with the data sets' files; empty: where they usually lie
  std::string target = "host";
  std::vector<std::string> devices; // that trainers can train on beside the CPU
  bool warningsAreErrors = false;
  bool verbose = false;
  bool color = false; // of diagnostics
};

// Reads and checks the file; diagnostics go to the standard error stream. Nothing after an error.
std::optional<dsl::Study> readStudy(const CompileOptions &options);

// The target and devices of the options, as the pipeline has them.
llvm::Expected<PipelineOptions> pipelineOptions(const CompileOptions &options);

// Compiles, fetches or compiles the kernels, links, and writes the trainer `output` whole or not at
// all. Returns the exit status.
int buildTrainer(const CompileOptions &options, const std::string &output);
int buildTrainer(const CompileOptions &options, const dsl::Study &study, const std::string &output);

// Prints the study after the stage of this name on the standard output: a stage of
// compiler/Stages.def, tokens, ast, points, llvm, asm, halide or device. Returns the exit status.
int emitStage(const CompileOptions &options, const std::string &stage);

// The names that emitStage knows.
std::vector<std::string> stageNames();

} // namespace nnx
