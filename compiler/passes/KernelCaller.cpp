// Calls of kernels and the text of their attributes.
#include "compiler/passes/KernelCaller.h"

#include "compiler/kernels/Compile.h"
#include "dsl/Value.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace nnx {

std::string shapeText(ArrayRef<int64_t> extents) {
  return llvm::join(llvm::map_range(extents, [](int64_t e) { return std::to_string(e); }), "x");
}

std::string sampleText(Value tensor) {
  return shapeText(typeOf(tensor).getShape().drop_front());
}

Attributes with(Attributes attributes, const Attributes &more) {
  attributes.insert(more.begin(), more.end());
  return attributes;
}

LogicalResult KernelCaller::call(Operation *op, const char *kind, const Attributes &attributes,
                                 const Bindings &bindings) {
  kernels::KernelSpec spec{kind, attributes};
  std::string symbol;
  std::vector<kernels::KernelArgument> arguments;
  try {
    arguments = kernels::argumentsOf(spec, target.isGpu());
    symbol = kernels::symbolOf(spec, target);
  } catch (const kernels::KernelError &error) {
    return op->emitOpError("has no kernel: ") << error.what();
  }
  SmallVector<StringRef> scalars;
  SmallVector<Value> operands;
  SmallVector<Attribute> effects;
  using Kind = kernels::KernelArgument::Kind;
  for (const kernels::KernelArgument &argument : arguments) {
    if (!argument.isBuffer()) {
      scalars.push_back(argument.name);
      continue;
    }
    auto bound = llvm::find_if(bindings, [&](auto &b) { return b.first == argument.name; });
    if (bound == bindings.end())
      return op->emitOpError("gives no `") << argument.name << "` to " << spec.text();
    operands.push_back(bound->second);
    Effect effect = argument.kind == Kind::Input    ? Effect::In
                    : argument.kind == Kind::Output ? Effect::Out
                                                    : Effect::Inout;
    effects.push_back(EffectAttr::get(op->getContext(), effect));
  }
  CallKernelOp::create(calls, op->getLoc(), calls.getStringAttr(symbol),
                       calls.getStrArrayAttr(scalars), operands, calls.getArrayAttr(effects),
                       specAttr(spec));
  return success();
}

DictionaryAttr KernelCaller::specAttr(const kernels::KernelSpec &spec) {
  SmallVector<NamedAttribute> entries{{"kind", calls.getStringAttr(spec.kind)}};
  for (const auto &[name, value] : spec.attributes)
    entries.push_back({name, calls.getStringAttr(value)});
  return calls.getDictionaryAttr(entries);
}

std::string realText(const APFloat &value) {
  return dsl::toText(value.convertToDouble());
}

} // namespace nnx
