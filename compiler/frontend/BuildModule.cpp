// Builds @forward layer by layer; parameters become arguments in the order in which layers need
// them.
#include "compiler/frontend/BuildModule.h"

#include "compiler/dialect/NnxDialect.h"
#include "compiler/layers/Layers.h"
#include "dsl/Losses.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"

#include <set>

using namespace mlir;

namespace nnx {
namespace {

class ForwardBuilder {
public:
  ForwardBuilder(MLIRContext &context, const dsl::Variant &variant, ArrayRef<StringRef> files)
      : context(context), builder(&context), variant(variant), files(files) {}

  OwningOpRef<ModuleOp> build() {
    OwningOpRef<ModuleOp> module = ModuleOp::create(FileLineColLoc::get(&context, files[0], 0, 0));
    (*module)->setAttr(kOptimizerAttr, builder.getStringAttr(variant.optimizer));
    builder.setInsertionPointToEnd(module->getBody());
    Type input = batched(variant.sample, builder.getF32Type());
    Type labels = variant.targets > 0 ? batched({variant.targets}, builder.getF32Type())
                                      : batched({}, builder.getI32Type());
    forward = func::FuncOp::create(builder, module->getLoc(), kForwardFunction,
                                   builder.getFunctionType({input, labels}, {}));
    builder.setInsertionPointToEnd(forward.addEntryBlock());
    for (const dsl::LayerInstance &layer : variant.network.layers) {
      location = NameLoc::get(builder.getStringAttr(layer.name),
                              FileLineColLoc::get(&context, files[layer.location.file],
                                                  layer.location.line, layer.location.column));
      FailureOr<Value> value = buildLayer(layer);
      if (failed(value))
        return {};
      values.push_back(*value);
    }
    if (failed(buildLoss()))
      return {};
    return module;
  }

private:
  auto complain() {
    return [this](const Twine &message) -> LogicalResult { return emitError(location, message); };
  }

  Value valueOf(int layer) { return layer < 0 ? Value(forward.getArgument(0)) : values[layer]; }

  FailureOr<Value> buildLayer(const dsl::LayerInstance &layer) {
    Value x = valueOf(layer.inputs.front());
    switch (layer.kind) {
    case dsl::LayerKind::conv2d:
      return buildConv2d(layer, x);
    case dsl::LayerKind::max_pool:
      return buildMaxPool(layer, x);
    case dsl::LayerKind::avg_pool:
      return buildAvgPool(layer.settings.getShape("size"), layer.settings.getShape("stride"),
                          *symbolizePadding(layer.settings.getName("padding")), x);
    case dsl::LayerKind::global_avg_pool:
      return buildGlobalAvgPool(x);
    case dsl::LayerKind::flatten:
      return buildFlatten(x);
    case dsl::LayerKind::dense:
      return buildDense(layer, x);
    case dsl::LayerKind::activation:
      return buildActivation(layer.settings.getName("function"), x);
    case dsl::LayerKind::dropout:
      return buildDropout(layer, x);
    case dsl::LayerKind::batch_norm:
      return buildBatchNorm(layer, x);
    case dsl::LayerKind::softmax:
      return buildActivation("softmax", x);
    case dsl::LayerKind::add:
    case dsl::LayerKind::concat:
      return buildJoin(layer);
    }
    llvm_unreachable("every kind of dsl/tables/Layers.def is above");
  }

  FailureOr<Value> buildConv2d(const dsl::LayerInstance &layer, Value x) {
    const dsl::Settings &settings = layer.settings;
    int64_t channels = layer.input.back(), filters = settings.getInt("filters");
    const dsl::Shape &kernel = settings.getShape("kernel");
    int64_t area = kernel[0] * kernel[1];
    Value weights =
        addParameter(layer.name + "/kernel", settings.getInit("init"),
                     {kernel[0], kernel[1], channels, filters}, area * channels, area * filters);
    Value bias = addBias(layer, filters);
    Padding padding = *symbolizePadding(settings.getName("padding"));
    const dsl::Shape &strides = settings.getShape("stride");
    const dsl::Shape &dilations = settings.getShape("dilation");
    FailureOr<RankedTensorType> y = inferConv2d(typeOf(x), typeOf(weights), typeOf(bias), strides,
                                                dilations, padding, complain());
    if (failed(y))
      return failure();
    return buildActivation(
        settings.getName("activation"),
        Conv2dOp::create(builder, location, *y, x, weights, bias, strides, dilations, padding));
  }

  FailureOr<Value> buildDense(const dsl::LayerInstance &layer, Value x) {
    const dsl::Settings &settings = layer.settings;
    int64_t inputs = layer.input.back(), units = settings.getInt("units");
    Value weights = addParameter(layer.name + "/kernel", settings.getInit("init"), {inputs, units},
                                 inputs, units);
    Value bias = addBias(layer, units);
    FailureOr<RankedTensorType> y =
        inferDense(typeOf(x), typeOf(weights), typeOf(bias), complain());
    if (failed(y))
      return failure();
    return buildActivation(settings.getName("activation"),
                           DenseOp::create(builder, location, *y, x, weights, bias));
  }

  FailureOr<Value> buildMaxPool(const dsl::LayerInstance &layer, Value x) {
    const dsl::Shape &window = layer.settings.getShape("size");
    const dsl::Shape &strides = layer.settings.getShape("stride");
    Padding padding = *symbolizePadding(layer.settings.getName("padding"));
    FailureOr<RankedTensorType> y = inferMaxPool(typeOf(x), window, strides, padding, complain());
    if (failed(y))
      return failure();
    Type argmax = y->clone(builder.getIntegerType(8, /*isSigned=*/false));
    return MaxPoolOp::create(builder, location, *y, argmax, x, window, strides, padding).getY();
  }

  FailureOr<Value> buildAvgPool(const dsl::Shape &window, const dsl::Shape &strides,
                                Padding padding, Value x) {
    FailureOr<RankedTensorType> y = inferAvgPool(typeOf(x), window, strides, padding, complain());
    if (failed(y))
      return failure();
    return AvgPoolOp::create(builder, location, *y, x, window, strides, padding).getY();
  }

  // One window over the whole image; what is left, 1x1xC, is flat.
  FailureOr<Value> buildGlobalAvgPool(Value x) {
    dsl::Shape window = sampleExtents(typeOf(x)).take_front(2).vec();
    FailureOr<Value> mean = buildAvgPool(window, window, Padding::Valid, x);
    return failed(mean) ? mean : buildFlatten(*mean);
  }

  FailureOr<Value> buildFlatten(Value x) {
    FailureOr<RankedTensorType> y = inferFlatten(typeOf(x), complain());
    if (failed(y))
      return failure();
    return FlattenOp::create(builder, location, *y, x).getY();
  }

  Value buildDropout(const dsl::LayerInstance &layer, Value x) {
    double rate = layer.settings.getFloat("rate");
    if (rate == 0)
      return x;
    return DropoutOp::create(builder, location, x, builder.getF64FloatAttr(rate),
                             builder.getI64IntegerAttr(chooseStream(layer.name, {}) & INT32_MAX));
  }

  Value buildBatchNorm(const dsl::LayerInstance &layer, Value x) {
    int64_t features = layer.input.back();
    auto add = [&](const char *name, const char *init, bool isTrained) {
      return addParameter(layer.name + "/" + name, dsl::Init{init}, {features}, features, features,
                          isTrained);
    };
    Value gamma = add("gamma", "ones", true), beta = add("beta", "zeros", true);
    Value mean = add("moving_mean", "zeros", false),
          variance = add("moving_variance", "ones", false);
    Type state = mean.getType();
    return BatchNormOp::create(builder, location, x.getType(), state, state, state, state, x, gamma,
                               beta, mean, variance,
                               builder.getF64FloatAttr(layer.settings.getFloat("momentum")),
                               builder.getF64FloatAttr(layer.settings.getFloat("epsilon")))
        .getY();
  }

  // From the first branch to the last, two at a time.
  FailureOr<Value> buildJoin(const dsl::LayerInstance &layer) {
    Value joined = valueOf(layer.inputs.front());
    for (int input : ArrayRef(layer.inputs).drop_front()) {
      Value next = valueOf(input);
      if (layer.kind == dsl::LayerKind::add) {
        joined = AddOp::create(builder, location, joined, next);
        continue;
      }
      FailureOr<RankedTensorType> y = inferConcat(typeOf(joined), typeOf(next), complain());
      if (failed(y))
        return failure();
      joined = ConcatOp::create(builder, location, *y, joined, next);
    }
    return joined;
  }

  // Softmax is an op of its own, for it is no function of one number; linear is none at all.
  Value buildActivation(StringRef kind, Value x) {
    if (kind == "linear")
      return x;
    if (kind == "softmax")
      return SoftmaxOp::create(builder, location, x.getType(), x);
    return ActivationOp::create(builder, location, x.getType(), x, kind);
  }

  // Keras counts one number per unit as both fans of a bias (initializers.compute_fans).
  Value addBias(const dsl::LayerInstance &layer, int64_t units) {
    if (!layer.settings.getBool("bias"))
      return {};
    return addParameter(layer.name + "/bias", layer.settings.getInit("bias_init"), {units}, units,
                        units);
  }

  Value addParameter(const std::string &name, const dsl::Init &init, ArrayRef<int64_t> shape,
                     int64_t fanIn, int64_t fanOut, bool isTrained = true) {
    auto parameter =
        ParameterAttr::get(&context, builder.getStringAttr(name), builder.getStringAttr(init.name),
                           builder.getDenseF64ArrayAttr(init.argument), fanIn, fanOut,
                           chooseStream(name, shape), isTrained);
    auto attributes = builder.getDictionaryAttr(builder.getNamedAttr(kParameterAttr, parameter));
    unsigned index = forward.getNumArguments();
    (void)forward.insertArgument(index, RankedTensorType::get(shape, builder.getF32Type()),
                                 attributes, location);
    return forward.getArgument(index);
  }

  // The stream of random numbers depends on the parameter's name and shape alone, so that layers of
  // the same place and shape start alike in all variants: FNV-1a of both. Within a variant streams
  // differ.
  int64_t chooseStream(StringRef name, ArrayRef<int64_t> shape) {
    std::string text = name.str();
    for (int64_t extent : shape)
      (text += ' ') += llvm::itostr(extent);
    uint32_t hash = 2166136261u;
    for (unsigned char c : text)
      hash = (hash ^ c) * 16777619u;
    while (!streams.insert(hash).second)
      ++hash;
    return hash;
  }

  // cross_entropy takes the logits, what the closing softmax is made of.
  FailureOr<Operation *> buildCrossEntropy(double smoothing, Type outputType) {
    auto softmax = values.empty() ? SoftmaxOp() : values.back().getDefiningOp<SoftmaxOp>();
    if (!softmax || softmax.getType() != outputType)
      return LogicalResult(emitError(location)
                           << variant.loss << " needs a network that ends in a softmax of "
                           << variant.classes << " classes");
    Value logits = softmax.getX();
    if (softmax->use_empty())
      softmax.erase();
    return SoftmaxCrossEntropyOp::create(builder, location, batched({}, builder.getF32Type()),
                                         outputType, logits, forward.getArgument(1),
                                         builder.getF64FloatAttr(smoothing))
        .getOperation();
  }

  FailureOr<Operation *> buildElementwiseLoss(Type outputType) {
    if (values.empty() || values.back().getType() != outputType)
      return LogicalResult(emitError(location)
                           << variant.loss << " needs a network of type " << outputType);
    return ElementwiseLossOp::create(builder, location, batched({}, builder.getF32Type()),
                                     outputType, values.back(), forward.getArgument(1),
                                     builder.getStringAttr(variant.loss))
        .getOperation();
  }

  LogicalResult buildLoss() {
    const dsl::LossRow &row = *dsl::findLoss(variant.loss);
    Type outputType =
        batched({variant.targets > 0 ? variant.targets : variant.classes}, builder.getF32Type());
    FailureOr<Operation *> loss = row.isCrossEntropy()
                                      ? buildCrossEntropy(row.values.front(), outputType)
                                      : buildElementwiseLoss(outputType);
    if (failed(loss))
      return failure();
    func::ReturnOp::create(builder, location, (*loss)->getResults());
    forward.setFunctionType(
        builder.getFunctionType(forward.getBody().getArgumentTypes(), (*loss)->getResultTypes()));
    return success();
  }

  MLIRContext &context;
  OpBuilder builder;
  const dsl::Variant &variant;
  ArrayRef<StringRef> files;
  func::FuncOp forward;
  Location location = UnknownLoc::get(&context);
  std::vector<Value> values; // the output of each layer
  std::set<uint32_t> streams;
};

} // namespace

OwningOpRef<ModuleOp> buildModule(MLIRContext &context, const dsl::Variant &variant,
                                  ArrayRef<StringRef> files) {
  return ForwardBuilder(context, variant, files).build();
}

} // namespace nnx
