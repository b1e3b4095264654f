// Definitions of the ops, and the parser, printer and verifiers of those on buffers; the layers'
// are in compiler/layers.
#include "compiler/dialect/NnxDialect.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace nnx;

// buffers and effects as one list: `in %a, out %b, inout %c`
static ParseResult parseKernelArguments(OpAsmParser &parser,
                                        SmallVectorImpl<OpAsmParser::UnresolvedOperand> &buffers,
                                        ArrayAttr &effects) {
  SmallVector<Attribute> list;
  auto parseOne = [&]() -> ParseResult {
    StringRef keyword;
    llvm::SMLoc place = parser.getCurrentLocation();
    if (parser.parseKeyword(&keyword) || parser.parseOperand(buffers.emplace_back()))
      return failure();
    std::optional<Effect> effect = symbolizeEffect(keyword);
    if (!effect)
      return parser.emitError(place, "expected in, out or inout");
    list.push_back(EffectAttr::get(parser.getContext(), *effect));
    return success();
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::None, parseOne))
    return failure();
  effects = parser.getBuilder().getArrayAttr(list);
  return success();
}

static void printKernelArguments(OpAsmPrinter &printer, Operation *, OperandRange buffers,
                                 ArrayAttr effects) {
  llvm::interleaveComma(llvm::zip_equal(buffers, effects.getAsRange<EffectAttr>()), printer,
                        [&](auto pair) {
                          auto [buffer, effect] = pair;
                          printer << stringifyEffect(effect.getValue()) << ' ' << buffer;
                        });
}

#define GET_OP_CLASSES
#include "compiler/dialect/NnxOps.cpp.inc"

namespace nnx {

LogicalResult BufferOp::verify() {
  if (getExtents().empty() || getExtents().size() != getStrides().size())
    return emitOpError("expects one stride per extent, and at least one");
  if (getExtents().size() > 6)
    return emitOpError("has more than 6 dimensions, NNXRT_MAX_RANK");
  for (auto [i, extent] : llvm::enumerate(getExtents()))
    if (extent < 1 && !(extent == -1 && i + 1 == getExtents().size()))
      return emitOpError("extents are at least 1; the last may be -1, the number of tiles");
  Type type = getElement();
  if (!type.isF32() && !type.isInteger(32) && !type.isUnsignedInteger(8))
    return emitOpError("elements are f32, i32 or ui8, found ") << type;
  return success();
}

LogicalResult CallKernelOp::verify() {
  if (getEffects().size() != getBuffers().size())
    return emitOpError("expects one effect per buffer");
  return success();
}

} // namespace nnx
