// The constant tables of a compiled study, as nnxrt/abi.h lays them out, written into an LLVM
// module.
#pragma once

#include <nnxrt/abi.h>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/IR/Module.h"

#include <cstdint>
#include <string>
#include <vector>

namespace nnx::emit {

// These mirror the structs of abi.h, where each field is explained.
struct BufferRow {
  std::string name;
  nnxrt_type type = NNXRT_F32;
  nnxrt_space space = NNXRT_ARENA;
  uint32_t aliasOf = NNXRT_NO_BUFFER;
  uint64_t offset = 0, bytes = 0;
  std::vector<int32_t> extent, stride; // at most NNXRT_MAX_RANK, equally many
};

struct ParameterRow {
  std::string name, init;
  double initArgument[2] = {0, 0};
  int64_t fanIn = 0, fanOut = 0;
  uint32_t stream = 0, buffer = 0;
  std::vector<int64_t> shape, dim, stride;
  std::vector<uint32_t> slots, slotStarts;
  bool isTrained = true;
};

struct PlanRow {
  int32_t tiles = 0;
  uint64_t arenaBytes = 0;
  std::vector<uint64_t> offsets; // one per buffer
};

struct FunctionRow {
  std::string symbol; // of a function `i32 (ptr)` in the module
  std::vector<PlanRow> plans;
};

struct VariantRow {
  std::string name;
  int32_t height = 0, width = 0, channels = 0, classes = 0, targets = 0;
  std::vector<BufferRow> buffers;
  std::vector<ParameterRow> parameters;
  std::vector<std::string> hyperNames;
  std::vector<double> hyperStarts;
  uint32_t input = 0, label = 0, loss = 0, output = 0;
  uint64_t stateBytes = 0;
  std::string prepare; // the symbol of a function `void (ptr)`, or empty
  FunctionRow step, evaluate;
};

// Defines the functions of a network that only predicts, `size_t NAME_arena_bytes(void)` and
// `int NAME_predict(const float *samples, size_t count, float *outputs, void *arena)`, which call
// those of runtime/inference/Predict.c. `state` is the variant's state block: its weights.
void emitInference(llvm::Module &module, const VariantRow &variant, llvm::StringRef state,
                   const std::string &name);

// The variants compiled for a device.
struct DeviceRow {
  std::string device;
  llvm::ArrayRef<VariantRow> variants;
};

// Defines nnxrt_study_table, the one symbol of the module that the outside sees.
void emitStudyTable(llvm::Module &module, llvm::ArrayRef<VariantRow> variants,
                    llvm::StringRef target, llvm::StringRef json,
                    llvm::ArrayRef<DeviceRow> devices = {});

} // namespace nnx::emit
