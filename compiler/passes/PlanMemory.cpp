// Gives each buffer of the arena its place, for every number of tiles that calls will have. Needs
// functions of buffers and kernel calls.
#include "compiler/dialect/NnxDialect.h"
#include "compiler/memory/AllocationPlanner.h"
#include "compiler/memory/Liveness.h"
#include "compiler/passes/Passes.h"
#include "compiler/passes/Plans.h"

#include "mlir/IR/Builders.h"

#include <set>

namespace nnx {
#define GEN_PASS_DEF_PLANMEMORY
#include "compiler/dialect/NnxPasses.h.inc"
} // namespace nnx

using namespace mlir;

namespace nnx {

uint64_t bytesOf(BufferOp buffer) {
  // Strides are packed, so the outermost dimension spans the rest.
  int64_t extent = buffer.getExtents().back();
  int64_t elements = buffer.getStrides().back() * (extent == NNXRT_TILES ? 1 : extent);
  return uint64_t(elements) * (buffer.getElement().getIntOrFloatBitWidth() / 8);
}

namespace {

struct PlanMemory : impl::PlanMemoryBase<PlanMemory> {
  using PlanMemoryBase::PlanMemoryBase;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      plan(function, function.getName() == kStepFunction ? stepTiles : evaluateTiles);
  }

  void plan(func::FuncOp function, ArrayRef<int64_t> tileCounts) {
    auto buffers = llvm::to_vector(function.getOps<BufferOp>());
    llvm::DenseMap<Value, uint32_t> indices;
    std::vector<uint32_t> aliasOf;
    for (BufferOp buffer : buffers) {
      indices[buffer] = aliasOf.size();
      aliasOf.push_back(buffer.getViewed() ? indices[buffer.getViewed()] : memory::noAlias);
    }
    std::vector<std::vector<uint32_t>> uses;
    for (auto call : function.getOps<CallKernelOp>()) {
      std::vector<uint32_t> &own = uses.emplace_back();
      for (Value buffer : call.getBuffers())
        own.push_back(indices[buffer]);
    }
    std::vector<memory::Lifetime> lifetimes = memory::computeLifetimes(aliasOf, uses);

    OpBuilder builder(&getContext());
    SmallVector<Attribute> plans;
    for (int64_t tiles : std::set<int64_t>(tileCounts.begin(), tileCounts.end()))
      plans.push_back(planFor(tiles, buffers, lifetimes, builder));
    function->setAttr(kPlansAttr, builder.getArrayAttr(plans));
  }

  Attribute planFor(int64_t tiles, ArrayRef<BufferOp> buffers, ArrayRef<memory::Lifetime> lifetimes,
                    OpBuilder &builder) {
    memory::AllocationPlanner planner(alignment);
    SmallVector<int64_t> offsets(buffers.size(), -1);
    SmallVector<std::pair<size_t, int>> blocks;
    for (auto [i, buffer] : llvm::enumerate(buffers))
      if (BufferOp(buffer).getSpace() == Space::Arena && lifetimes[i].isUsed())
        blocks.push_back({i, planner.addBlock(uint64_t(tiles) * bytesOf(buffer),
                                              lifetimes[i].firstUse, lifetimes[i].lastUse)});
    planner.commit();
    for (auto [i, block] : blocks)
      offsets[i] = int64_t(planner.offset(block));
    return builder.getDictionaryAttr(
        {builder.getNamedAttr("tiles", builder.getI64IntegerAttr(tiles)),
         builder.getNamedAttr("arena_bytes",
                              builder.getI64IntegerAttr(int64_t(planner.arenaBytes()))),
         builder.getNamedAttr("offsets", builder.getDenseI64ArrayAttr(offsets))});
  }
};

} // namespace
} // namespace nnx
