// Reads buffers, parameters and plans out of a planned module.
#include "compiler/emit/VariantTable.h"

#include "compiler/passes/BufferBuilder.h"
#include "compiler/passes/Plans.h"
#include "compiler/passes/VariantBuffers.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace nnx::emit {

namespace {

class VariantReader {
public:
  VariantReader(ModuleOp module, uint64_t alignment)
      : module(module), alignment(alignment), optimizer(optimizerOf(module)),
        hypers(optimizer.row->hypers(optimizer.flags)), buffers(listBuffers(module)) {
    row.name = module.getSymName().value_or("variant");
    for (auto [i, buffer] : llvm::enumerate(buffers))
      byName[buffer.getName()] = i;
  }

  VariantRow read() {
    nameContents();
    for (BufferOp buffer : buffers)
      row.buffers.push_back(describe(buffer));
    for (BufferOp buffer : buffers)
      if (auto parameter = buffer->getAttrOfType<ParameterAttr>(kParameterAttr))
        row.parameters.push_back(describe(buffer, parameter));
    for (const dsl::Hyper &hyper : hypers) {
      row.hyperNames.push_back(hyper.name);
      row.hyperStarts.push_back(hyper.start);
    }
    if (!optimizer.row->numbers(optimizer.flags).empty())
      row.prepare = symbolOf(module, kPrepareFunction);
    row.input = withRole(kInputRole);
    row.label = withRole(kLabelRole);
    row.loss = withRole(kLossRole);
    row.output = withRole(kOutputRole);
    const std::vector<int32_t> &input = row.buffers[row.input].extent;
    bool isImage = input.size() == 5;
    row.width = input[1];
    row.height = isImage ? input[2] : 1;
    row.channels = isImage ? input[3] : 1;
    const bool isRegression = row.buffers[row.label].type == NNXRT_F32;
    (isRegression ? row.targets : row.classes) = row.buffers[row.output].extent[1];
    row.evaluate = describe(kEvaluateFunction);
    // A network that only evaluates has no steps; nothing calls them.
    row.step = module.lookupSymbol(kStepFunction) ? describe(kStepFunction) : row.evaluate;
    return row;
  }

private:
  // " outputs LAYER" of what a step computes over the samples in front of the loss, " gradient
  // LAYER" behind it; a transposed copy says nothing new.
  void nameContents() {
    auto step = module.lookupSymbol<func::FuncOp>(kStepFunction);
    if (!step)
      return;
    bool isBackward = false;
    for (auto call : step.getOps<CallKernelOp>()) {
      auto written = writtenBy(call);
      isBackward |=
          llvm::any_of(written, [](BufferOp buffer) { return buffer.getName() == kLossRole; });
      auto kind = call.getSpec().getAs<StringAttr>("kind").getValue();
      for (BufferOp buffer : written)
        if (buffer.getSpace() == Space::Arena && buffer.getElement().isF32() &&
            buffer.getExtents().back() == NNXRT_TILES && !kind.starts_with("transpose"))
          contents[buffer.getName()] =
              ((isBackward ? " gradient " : " outputs ") + layerOf(call.getLoc())).str();
    }
  }

  static llvm::SmallVector<BufferOp> writtenBy(CallKernelOp call) {
    llvm::SmallVector<BufferOp> written;
    for (auto [buffer, effect] :
         llvm::zip_equal(call.getBuffers(), call.getEffects().getAsRange<EffectAttr>()))
      if (effect.getValue() != Effect::In)
        written.push_back(buffer.getDefiningOp<BufferOp>());
    return written;
  }

  // The first name in a location, which is that of its layer.
  static StringRef layerOf(Location location) {
    if (auto name = dyn_cast<NameLoc>(location))
      return name.getName();
    if (auto fused = dyn_cast<FusedLoc>(location))
      for (Location part : fused.getLocations())
        if (StringRef name = layerOf(part); !name.empty())
          return name;
    return {};
  }

  BufferRow describe(BufferOp buffer) {
    BufferRow result;
    result.name = buffer.getName().str() + contents.lookup(buffer.getName());
    Type element = buffer.getElement();
    result.type = element.isF32() ? NNXRT_F32 : element.isInteger(32) ? NNXRT_I32 : NNXRT_U8;
    result.space = nnxrt_space(buffer.getSpace());
    if (auto viewed = buffer.getViewed().getDefiningOp<BufferOp>())
      result.aliasOf = byName.lookup(viewed.getName());
    result.bytes = bytesOf(buffer);
    result.extent.assign(buffer.getExtents().begin(), buffer.getExtents().end());
    result.stride.assign(buffer.getStrides().begin(), buffer.getStrides().end());
    if (result.space == NNXRT_STATE && result.aliasOf == NNXRT_NO_BUFFER) {
      result.offset = row.stateBytes;
      row.stateBytes += llvm::alignTo(result.bytes, alignment);
    }
    return result;
  }

  ParameterRow describe(BufferOp buffer, ParameterAttr parameter) {
    ParameterRow result;
    result.name = parameter.getName().getValue();
    result.init = parameter.getInit().getValue();
    llvm::copy(parameter.getArguments().asArrayRef(), result.initArgument);
    result.fanIn = parameter.getFanIn();
    result.fanOut = parameter.getFanOut();
    result.stream = uint32_t(parameter.getStream());
    result.isTrained = parameter.getTrained();
    result.buffer = byName.lookup(buffer.getName());
    auto tensor = cast<RankedTensorType>(buffer->getAttrOfType<TypeAttr>(kTensorAttr).getValue());
    result.shape.assign(tensor.getShape().begin(), tensor.getShape().end());
    Layout layout = Layout::fromAttr(buffer->getAttrOfType<LayoutAttr>(kLayoutAttr));
    result.dim.assign(layout.dims.begin(), layout.dims.end());
    result.stride.assign(layout.steps.begin(), layout.steps.end());
    for (auto [i, other] : llvm::enumerate(buffers))
      if (auto slot = other->getAttrOfType<SlotAttr>(kSlotAttr);
          slot && slot.getParameter() == parameter.getName()) {
        result.slots.push_back(uint32_t(i));
        result.slotStarts.push_back(startOf(slot.getName()));
      }
    return result;
  }

  // The hyper number that slots of this name start at.
  uint32_t startOf(StringRef slotName) const {
    for (const dsl::OptimizerSlot &slot : optimizer.row->slots(optimizer.flags))
      if (slotName == slot.name)
        for (auto [i, hyper] : llvm::enumerate(hypers))
          if (hyper.name == slot.startFrom)
            return i;
    return NNXRT_NO_HYPER;
  }

  FunctionRow describe(StringRef name) {
    auto function = module.lookupSymbol<func::FuncOp>(name);
    FunctionRow result;
    result.symbol = symbolOf(module, name);
    auto own = llvm::to_vector(function.getOps<BufferOp>());
    for (auto plan : function->getAttrOfType<ArrayAttr>(kPlansAttr).getAsRange<DictionaryAttr>()) {
      PlanRow planRow;
      planRow.tiles = static_cast<int32_t>(plan.getAs<IntegerAttr>("tiles").getInt());
      planRow.arenaBytes = plan.getAs<IntegerAttr>("arena_bytes").getInt();
      planRow.offsets.assign(buffers.size(), UINT64_MAX);
      auto offsets = plan.getAs<DenseI64ArrayAttr>("offsets").asArrayRef();
      for (auto [buffer, offset] : llvm::zip_equal(own, offsets))
        planRow.offsets[byName.lookup(buffer.getName())] = uint64_t(offset);
      result.plans.push_back(std::move(planRow));
    }
    return result;
  }

  uint32_t withRole(StringRef role) const {
    for (auto [i, buffer] : llvm::enumerate(buffers))
      if (auto own = buffer->getAttrOfType<StringAttr>(kRoleAttr); own && own.getValue() == role)
        return i;
    llvm_unreachable("nnx-select-kernels gives every variant a buffer of each role");
  }

  ModuleOp module;
  uint64_t alignment;
  dsl::OptimizerChoice optimizer;
  std::vector<dsl::Hyper> hypers;
  std::vector<BufferOp> buffers;
  llvm::StringMap<uint32_t> byName;
  llvm::StringMap<std::string> contents; // by name
  VariantRow row;
};

} // namespace

VariantRow describeVariant(ModuleOp module, uint64_t alignment) {
  return VariantReader(module, alignment).read();
}

} // namespace nnx::emit
