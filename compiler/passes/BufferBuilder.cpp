// Buffers of a function's tensors.
#include "compiler/passes/BufferBuilder.h"

using namespace mlir;

namespace nnx {

BufferBuilder::BufferBuilder(func::FuncOp function, Block &block)
    : function(function), builder(OpBuilder::atBlockBegin(&block)) {}

BufferOp BufferBuilder::create(Location location, const Twine &name, Type element,
                               ArrayRef<int64_t> extents, ArrayRef<int64_t> strides, Space space,
                               Value viewed) {
  auto buffer = BufferOp::create(
      builder, location, BufferType::get(builder.getContext()), builder.getStringAttr(name), viewed,
      TypeAttr::get(element), builder.getDenseI64ArrayAttr(extents),
      builder.getDenseI64ArrayAttr(strides), SpaceAttr::get(builder.getContext(), space));
  builder.setInsertionPointAfter(buffer);
  return buffer;
}

// Numbers tell the buffers of a function apart; what a buffer holds shows where it is used.
std::string BufferBuilder::newName() {
  return (function.getName() + "." + Twine(count++)).str();
}

void BufferBuilder::addArguments() {
  for (BlockArgument argument : function.getArguments()) {
    unsigned i = argument.getArgNumber();
    auto parameter = function.getArgAttrOfType<ParameterAttr>(i, kParameterAttr);
    auto slot = function.getArgAttrOfType<SlotAttr>(i, kSlotAttr);
    std::string name =
        parameter ? parameter.getName().str()
        : slot    ? (slot.getParameter().getValue() + "/" + slot.getName().getValue()).str()
        : i == 0  ? kInputRole.str()
                  : kLabelRole.str();
    Layout layout = layoutOf(argument);
    BufferOp buffer =
        create(argument.getLoc(), name, getElementTypeOrSelf(argument.getType()), layout.extents,
               layout.strides, parameter || slot ? Space::State : Space::Io);
    if (parameter) {
      buffer->setAttr(kParameterAttr, parameter);
      buffer->setAttr(kTensorAttr, TypeAttr::get(argument.getType()));
      buffer->setAttr(kLayoutAttr, layout.toAttr(builder.getContext()));
    } else if (slot) {
      buffer->setAttr(kSlotAttr, slot);
    } else {
      buffer->setAttr(kRoleAttr, builder.getStringAttr(name));
    }
    buffers[argument] = buffer;
  }
}

Value BufferBuilder::of(Value tensor) {
  if (Value buffer = buffers.lookup(tensor))
    return buffer;
  Layout layout = layoutOf(tensor);
  StringRef role = roles.lookup(tensor);
  BufferOp buffer = create(tensor.getLoc(), role.empty() ? newName() : role.str(),
                           getElementTypeOrSelf(tensor.getType()), layout.extents, layout.strides,
                           role.empty() ? Space::Arena : Space::Io);
  if (!role.empty())
    buffer->setAttr(kRoleAttr, builder.getStringAttr(role));
  buffers[tensor] = buffer;
  return buffer;
}

Value BufferBuilder::view(Value tensor, ArrayRef<int64_t> extents) {
  auto viewed = of(tensor).getDefiningOp<BufferOp>();
  if (viewed.getExtents() == extents)
    return viewed;
  // A view of a view is one of what lies behind both.
  Value root = viewed.getViewed() ? viewed.getViewed() : viewed.getBuffer();
  SmallVector<int64_t> strides{1};
  for (int64_t extent : extents.drop_back())
    strides.push_back(strides.back() * extent);
  return create(tensor.getLoc(), newName(), viewed.getElement(), extents, strides,
                viewed.getSpace(), root);
}

Value BufferBuilder::flatView(Value tensor) {
  Layout layout = layoutOf(tensor);
  return view(tensor, {NNXRT_LANES, layout.allocatedElements() / NNXRT_LANES, NNXRT_TILES});
}

Value BufferBuilder::rowView(Value weights) {
  return view(weights, {layoutOf(weights).allocatedElements()});
}

Value BufferBuilder::scratch(RankedTensorType type, Location location) {
  Layout layout = Layout::ofSamples(type);
  return create(location, newName(), type.getElementType(), layout.extents, layout.strides,
                Space::Arena);
}

Value BufferBuilder::zeroBias(int64_t units, Location location) {
  Layout layout = Layout::ofBias(RankedTensorType::get({units}, builder.getF32Type()));
  Value &buffer = zeros[layout.extents[0]];
  if (!buffer)
    buffer = create(location, "zeros/" + Twine(layout.extents[0]), builder.getF32Type(),
                    layout.extents, layout.strides, Space::State);
  return buffer;
}

} // namespace nnx
