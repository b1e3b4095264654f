// The whole order of passes, from a variant of the language to the tables and code of a study.
#pragma once

#include "compiler/emit/StudyTable.h"
#include "compiler/kernels/KernelSpec.h"
#include "compiler/kernels/KernelTarget.h"
#include "dsl/Study.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>
#include <vector>

namespace nnx {

struct PipelineOptions {
  kernels::KernelTarget target;
  bool fuseAcrossLayers = true; // otherwise each layer and activation is a kernel of its own
  bool onlyEvaluates = false;   // without steps, and without the study's table
  std::vector<kernels::Device> devices = {}; // that the study is compiled for beside the CPU
};

// The forms of a variant, in the order in which the pipeline makes them.
enum class Stage {
#define NNX_STAGE(ENUM, NAME, WHAT) ENUM,
#include "compiler/Stages.def"
};

// Writes the module of every variant as it is after `stage`.
llvm::Error printStage(const dsl::Study &study, const PipelineOptions &options, Stage stage,
                       llvm::raw_ostream &out);

// Every variant for one target, and the kernels that they call, each once.
struct TargetCode {
  kernels::KernelTarget target;
  std::vector<emit::VariantRow> variants;
  std::vector<kernels::KernelSpec> kernels;
  std::vector<std::string> places; // of each kernel: "file:line:column: " of the first to call it
  std::vector<int> callers;        // of each kernel: how many variants call it
};

// What is to be linked: LLVM IR with nnxrt_study_table, step and evaluate of every variant for the
// CPU and for each device, and the kernels.
struct CompiledStudy : TargetCode {
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;
  std::vector<TargetCode> devices;
};

// Fails with located messages where a network has no kernel for something.
llvm::Expected<CompiledStudy> compileStudy(const dsl::Study &study, const PipelineOptions &options);

} // namespace nnx
