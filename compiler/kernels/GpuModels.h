// One launch for several models: the model is the outermost dimension of a GPU kernel's blocks.
#pragma once

#include "compiler/kernels/KernelSpec.h"

#include <Halide.h>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace nnx::kernels {

/// What a GPU's kernel gets before its samples and buffers. One launch works for `models` models
/// whose memory lies side by side, each at a multiple of `model_blocks` blocks of
/// NNXRT_DEVICE_ALIGNMENT bytes; `slots` says which multiples, NNXRT_SLOT_BITS for each model, and
/// `numbers` has what else differs between them (NNXRT_NUMBER_…), in the memory of each.
std::vector<KernelArgument> modelArguments();
std::vector<Halide::Argument> modelInputs();

/// A pass over a lowered kernel for a GPU: its buffers, but those named in `shared`, become those
/// of the block's own model, and the numbers that an optimizer or dropout reads come out of
/// `numbers`. Throws KernelError where something is computed outside of the loops over blocks.
class GpuModels : public Halide::Internal::IRMutator {
public:
  GpuModels(const KernelSpec &spec, std::set<std::string> shared);

protected:
  using IRMutator::visit;
  Halide::Internal::Stmt visit(const Halide::Internal::For *loop) override;
  Halide::Internal::Stmt visit(const Halide::Internal::LetStmt *let) override;
  Halide::Internal::Stmt visit(const Halide::Internal::Allocate *memory) override;
  Halide::Internal::Stmt visit(const Halide::Internal::Store *store) override;

private:
  std::string what;                   // of messages
  std::map<std::string, int> numbers; // by name, which word of `numbers`
  std::set<std::string> shared;
};

} // namespace nnx::kernels
