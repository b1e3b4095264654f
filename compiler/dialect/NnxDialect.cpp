// The dialect's registration, and the checks of its attributes on modules and arguments.
#include "compiler/dialect/NnxDialect.h"

#include "dsl/Optimizers.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

#include "compiler/dialect/NnxDialect.cpp.inc"
#include "compiler/dialect/NnxEnums.cpp.inc"
#include "compiler/dialect/NnxInterfaces.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "compiler/dialect/NnxAttrs.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "compiler/dialect/NnxTypes.cpp.inc"

namespace nnx {

void NnxDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "compiler/dialect/NnxAttrs.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "compiler/dialect/NnxTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "compiler/dialect/NnxOps.cpp.inc"
      >();
}

LogicalResult NnxDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  if (attribute.getName() != kOptimizerAttr)
    return success();
  auto text = dyn_cast<StringAttr>(attribute.getValue());
  if (!isa<ModuleOp>(op) || !text)
    return op->emitError() << kOptimizerAttr << " is a text, on a module";
  if (!dsl::parseOptimizerChoice(text.getValue()))
    return op->emitError() << "unknown optimizer `" << text.getValue() << "`";
  return success();
}

LogicalResult NnxDialect::verifyRegionArgAttribute(Operation *op, unsigned, unsigned,
                                                   NamedAttribute attribute) {
  StringRef name = attribute.getName();
  if (name == kParameterAttr && !isa<ParameterAttr>(attribute.getValue()))
    return op->emitError() << kParameterAttr << " is a #nnx.parameter";
  if (name == kSlotAttr && !isa<SlotAttr>(attribute.getValue()))
    return op->emitError() << kSlotAttr << " is a #nnx.slot";
  return success();
}

} // namespace nnx
