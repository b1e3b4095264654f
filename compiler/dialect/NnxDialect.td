//===- NnxDialect.td - the nnx dialect, its types and attributes ----------===//
//
// A training program: tensors over samples first, buffers and kernel calls after kernel selection.
// docs/architecture.md, "The nnx dialect", says what a module looks like at each stage.
//
//===----------------------------------------------------------------------===//

#ifndef NNX_DIALECT_TD
#define NNX_DIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def Nnx_Dialect : Dialect {
  let name = "nnx";
  let cppNamespace = "::nnx";
  let summary = "Training steps of neural networks";
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

class Nnx_Type<string name, string typeMnemonic> : TypeDef<Nnx_Dialect, name> {
  let mnemonic = typeMnemonic;
}

def Nnx_BufferType : Nnx_Type<"Buffer", "buffer"> {
  let summary = "one operand of the kernels; the nnx.buffer op that made it says its shape and place";
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

class Nnx_Attr<string name, string attrMnemonic> : AttrDef<Nnx_Dialect, name> {
  let mnemonic = attrMnemonic;
}

class Nnx_Enum<string name, string text, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, text, cases> {
  let cppNamespace = "::nnx";
  let genSpecializedAttr = 0;
}

def Nnx_Padding : Nnx_Enum<"Padding", "how a convolution treats the border", [
    I32EnumAttrCase<"Valid", 0, "valid">,  // only where the kernel fits
    I32EnumAttrCase<"Same", 1, "same">     // out = ceil(in / stride), zeros around, the odd one after
  ]>;
def Nnx_PaddingAttr : EnumAttr<Nnx_Dialect, Nnx_Padding, "padding">;

def Nnx_Space : Nnx_Enum<"Space", "where a buffer lives: enum nnxrt_space of nnxrt/abi.h", [
    I32EnumAttrCase<"Arena", 0, "arena">,
    I32EnumAttrCase<"State", 1, "state">,
    I32EnumAttrCase<"Io", 2, "io">
  ]>;
def Nnx_SpaceAttr : EnumAttr<Nnx_Dialect, Nnx_Space, "space">;

def Nnx_Effect : Nnx_Enum<"Effect", "what a kernel does to a buffer", [
    I32EnumAttrCase<"In", 0, "in">,
    I32EnumAttrCase<"Out", 1, "out">,
    I32EnumAttrCase<"Inout", 2, "inout">
  ]>;
def Nnx_EffectAttr : EnumAttr<Nnx_Dialect, Nnx_Effect, "effect">;
def Nnx_EffectArrayAttr : TypedArrayAttrBase<Nnx_EffectAttr, "one effect per buffer">;

def Nnx_ParameterAttr : Nnx_Attr<"Parameter", "parameter"> {
  let summary = "argument attribute nnx.parameter: an array that a step changes, and how it starts";
  let description = [{
    `init` is a row of dsl/tables/Inits.def, `arguments` its two numbers (0 where it takes none),
    `stream` which random numbers it draws: the same for layers of the same place and shape. The
    optimizer leaves one with trained = false alone; the layer that has it says its new value.
  }];
  let parameters = (ins "::mlir::StringAttr":$name, "::mlir::StringAttr":$init,
    "::mlir::DenseF64ArrayAttr":$arguments, "int64_t":$fanIn, "int64_t":$fanOut,
    "int64_t":$stream, DefaultValuedParameter<"bool", "true">:$trained);
  let assemblyFormat = [{
    `<` $name `,` `init` `=` $init `,` `arguments` `=` $arguments `,` `fan_in` `=` $fanIn `,`
    `fan_out` `=` $fanOut `,` `stream` `=` $stream (`,` `trained` `=` $trained^)? `>`
  }];
}

def Nnx_SlotAttr : Nnx_Attr<"Slot", "slot"> {
  let summary = "argument attribute nnx.slot: optimizer state kept beside a parameter";
  let parameters = (ins "::mlir::StringAttr":$name, "::mlir::StringAttr":$parameter);
  let assemblyFormat = "`<` $name `of` $parameter `>`";
}

def Nnx_LayoutAttr : Nnx_Attr<"Layout", "layout"> {
  let summary = "where the elements of a tensor lie in its buffer";
  let description = [{
    `extents` and `strides` are those of the buffer, innermost first, in elements; an extent of -1
    is the number of tiles. Element (i0, i1, ...) of the tensor in Keras's logical order (row major,
    outermost first, without the batch) is at the sum of i_d * steps[d]. `dims` may split a dimension
    of the tensor: k of a flattened image is (y, x, c).
  }];
  let parameters = (ins "::mlir::DenseI64ArrayAttr":$extents, "::mlir::DenseI64ArrayAttr":$strides,
    "::mlir::DenseI64ArrayAttr":$dims, "::mlir::DenseI64ArrayAttr":$steps);
  let assemblyFormat = [{
    `<` $extents `strides` $strides `,` $dims `steps` $steps `>`
  }];
}

#endif // NNX_DIALECT_TD
