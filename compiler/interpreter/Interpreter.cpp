// One rule per op: fetches operands and attributes, calls the reference, stores results. Fused ops
// are what they are made of.
#include "compiler/interpreter/Interpreter.h"

#include "compiler/dialect/NnxDialect.h"
#include "compiler/layers/Layers.h"

#include "dsl/Activations.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace nnx {
namespace {

using namespace reference;

// The values computed so far.
class Frame {
public:
  Frame(int64_t samples, const Hyperparameters &hyper) : hyper(hyper), samples(samples) {}

  const Array &operator[](Value value) const { return arrays.find(value)->second; }
  /// Null for an operand that is not there.
  const Array *find(Value value) const { return value ? &(*this)[value] : nullptr; }
  /// Results that are not there are dropped.
  void set(Value value, Array array) {
    if (value)
      arrays[value] = std::move(array);
  }
  void set(ValueRange values, std::vector<Array> list) {
    for (auto [value, array] : llvm::zip_equal(values, list))
      set(value, std::move(array));
  }
  std::vector<int64_t> shapeOf(Value value) const {
    std::vector<int64_t> shape = typeOf(value).getShape().vec();
    if (!shape.empty() && ShapedType::isDynamic(shape[0]))
      shape[0] = samples;
    return shape;
  }
  std::vector<Array> state(Value weights, ValueRange slots) const {
    std::vector<Array> arrays{(*this)[weights]};
    for (Value slot : slots)
      arrays.push_back((*this)[slot]);
    return arrays;
  }

  const Hyperparameters &hyper;

private:
  int64_t samples;
  llvm::DenseMap<Value, Array> arrays;
};

std::array<int64_t, 2> pair(ArrayRef<int64_t> two) {
  return {two[0], two[1]};
}

// `op` is any convolution, `x` its input or of its type.
template <class OpT> Window convWindow(OpT op, Value x, Value weights) {
  ArrayRef<int64_t> in = sampleExtents(typeOf(x)), kernel = typeOf(weights).getShape();
  Window window{pair(kernel), pair(op.getStrides()), {0, 0}, pair(op.getDilations())};
  if (op.getPadding() == Padding::Same)
    for (int axis : {0, 1})
      window.before[axis] = dsl::paddingBefore(
          in[axis], dsl::dilatedExtent(kernel[axis], window.dilation[axis]), window.stride[axis]);
  return window;
}

template <class OpT> Window poolWindow(OpT op, Value x) {
  ArrayRef<int64_t> in = sampleExtents(typeOf(x));
  Window window{pair(op.getWindow()), pair(op.getStrides())};
  if (op.getPadding() == Padding::Same)
    for (int axis : {0, 1})
      window.before[axis] = dsl::paddingBefore(in[axis], window.size[axis], window.stride[axis]);
  return window;
}

// The pool of a fused convolution, which lies wholly inside.
Window fusedPool(ArrayRef<int64_t> window, ArrayRef<int64_t> strides) {
  return {pair(window), pair(strides)};
}

// What a fused convolution computes before its pool.
template <class OpT> RankedTensorType unpooledType(OpT op) {
  auto ignore = [](const Twine &) -> LogicalResult { return failure(); };
  return *inferConv2d(typeOf(op.getX()), typeOf(op.getWeights()), {}, op.getStrides(),
                      op.getDilations(), op.getPadding(), ignore);
}

std::array<int64_t, 2> placesOf(RankedTensorType type) {
  return pair(sampleExtents(type));
}

// The gradient by the layer's input, times the derivative of the activation that made this input.
Array chain(const Array &dx, const Array *saved, std::optional<StringRef> activation) {
  return saved ? activationGrad(*activation, dx, *saved) : dx;
}

void run(Conv2dOp op, Frame &f) {
  Window window = convWindow(op, op.getX(), op.getWeights());
  f.set(op.getY(), conv2d(f[op.getX()], f[op.getWeights()], f.find(op.getBias()), window,
                          placesOf(op.getY().getType())));
}
void run(DenseOp op, Frame &f) {
  f.set(op.getY(), dense(f[op.getX()], f[op.getWeights()], f.find(op.getBias())));
}
void run(ActivationOp op, Frame &f) {
  f.set(op.getY(), activation(op.getKind(), f[op.getX()]));
}
void run(MaxPoolOp op, Frame &f) {
  Pooled pooled = maxPool(f[op.getX()], poolWindow(op, op.getX()), placesOf(op.getY().getType()));
  f.set(op.getY(), pooled.y);
  f.set(op.getArgmax(), pooled.argmax);
}
// Row major on both sides: the same numbers under another shape.
void reshape(Value from, Value to, Frame &f) {
  Array array = f[from];
  array.shape = f.shapeOf(to);
  f.set(to, std::move(array));
}
void run(FlattenOp op, Frame &f) {
  reshape(op.getX(), op.getY(), f);
}
void run(SoftmaxOp op, Frame &f) {
  f.set(op.getY(), softmax(f[op.getX()]));
}
void run(SoftmaxCrossEntropyOp op, Frame &f) {
  Loss loss = softmaxCrossEntropy(f[op.getLogits()], f[op.getLabels()],
                                  op.getLabelSmoothing().convertToDouble());
  f.set(op.getLoss(), loss.loss);
  f.set(op.getProbabilities(), loss.probabilities);
}
void run(ElementwiseLossOp op, Frame &f) {
  f.set(op.getLoss(), elementwiseLoss(op.getKind(), f[op.getX()], f[op.getTargets()]));
  f.set(op.getPredictions(), f[op.getX()]);
}
void run(AddOp op, Frame &f) {
  f.set(op.getSum(), add(f[op.getLhs()], f[op.getRhs()]));
}
void run(ConcatOp op, Frame &f) {
  f.set(op.getY(), concat(f[op.getLhs()], f[op.getRhs()]));
}
void run(SliceOp op, Frame &f) {
  f.set(op.getY(),
        slice(f[op.getX()], int64_t(op.getOffset()), typeOf(op.getY()).getShape().back()));
}
void run(AvgPoolOp op, Frame &f) {
  f.set(op.getY(), avgPool(f[op.getX()], poolWindow(op, op.getX()), placesOf(op.getY().getType())));
}
void run(DropoutOp op, Frame &f) {
  f.set(op.getY(),
        dropout(f[op.getX()], {op.getRate().convertToDouble(), uint32_t(op.getStream()),
                               uint64_t(f.hyper.at("seed")), uint32_t(f.hyper.at("step"))}));
}
void run(BatchNormStatisticsOp op, Frame &f) {
  Statistics batch = statistics(f[op.getX()]);
  double momentum = op.getMomentum().convertToDouble();
  f.set(op.getNewMovingMean(), movingAverage(f[op.getMovingMean()], batch.mean, momentum));
  f.set(op.getNewMovingVariance(),
        movingAverage(f[op.getMovingVariance()], batch.variance, momentum));
  f.set(op.getMean(), batch.mean);
  f.set(op.getVariance(), batch.variance);
}
void run(NormalizeOp op, Frame &f) {
  f.set(op.getY(),
        normalize(f[op.getX()], f[op.getGamma()], f[op.getBeta()],
                  {f[op.getMean()], f[op.getVariance()], op.getEpsilon().convertToDouble()}));
}
void run(BatchNormOp op, Frame &f) {
  Statistics batch = statistics(f[op.getX()]);
  double momentum = op.getMomentum().convertToDouble();
  f.set(op.getY(), normalize(f[op.getX()], f[op.getGamma()], f[op.getBeta()],
                             {batch.mean, batch.variance, op.getEpsilon().convertToDouble()}));
  f.set(op.getNewMovingMean(), movingAverage(f[op.getMovingMean()], batch.mean, momentum));
  f.set(op.getNewMovingVariance(),
        movingAverage(f[op.getMovingVariance()], batch.variance, momentum));
  f.set(op.getMean(), batch.mean);
  f.set(op.getVariance(), batch.variance);
}
void run(BatchNormGradParametersOp op, Frame &f) {
  NormalizationGradients gradients = normalizeGradParameters(
      f[op.getX()], f[op.getDy()],
      {f[op.getMean()], f[op.getVariance()], op.getEpsilon().convertToDouble()});
  f.set(op.getDgamma(), gradients.gamma);
  f.set(op.getDbeta(), gradients.beta);
}
void run(BatchNormGradInputOp op, Frame &f) {
  f.set(op.getDx(),
        normalizeGradInput(
            f[op.getX()], f[op.getDy()], f[op.getGamma()], {f[op.getDgamma()], f[op.getDbeta()]},
            {f[op.getMean()], f[op.getVariance()], op.getEpsilon().convertToDouble()}));
}
void run(AvgPoolGradOp op, Frame &f) {
  f.set(op.getDx(), avgPoolGrad(f[op.getDy()], poolWindow(op, op.getDx()), f.shapeOf(op.getDx())));
}
void run(UpdateOp op, Frame &f) {
  f.set(op.getUpdated(), update(op.getOptimizer(), f.state(op.getWeights(), op.getSlots()),
                                f[op.getGradient()], f.hyper, f.find(op.getSquaredNorm())));
}
void run(SquaredNormOp op, Frame &f) {
  f.set(op.getSum(), squaredNorm(f[op.getGradient()], f.find(op.getBefore())));
}

void run(Conv2dGradInputOp op, Frame &f) {
  assert(!op.getArgmax() && "what Fuse makes is for kernels");
  Window window = convWindow(op, op.getDx(), op.getWeights());
  f.set(op.getDx(),
        chain(conv2dGradInput(f[op.getDy()], f[op.getWeights()], window, f.shapeOf(op.getDx())),
              f.find(op.getSaved()), op.getActivation()));
}
void run(Conv2dGradWeightsOp op, Frame &f) {
  Window window = convWindow(op, op.getX(), op.getDweights());
  f.set(op.getDweights(), conv2dGradWeights(f[op.getX()], f[op.getDy()], window));
}
void run(Conv2dGradBiasOp op, Frame &f) {
  f.set(op.getDbias(), gradBias(f[op.getDy()]));
}
void run(DenseGradInputOp op, Frame &f) {
  f.set(op.getDx(), chain(denseGradInput(f[op.getDy()], f[op.getWeights()]), f.find(op.getSaved()),
                          op.getActivation()));
}
void run(DenseGradWeightsOp op, Frame &f) {
  f.set(op.getDweights(), denseGradWeights(f[op.getX()], f[op.getDy()]));
}
void run(DenseGradBiasOp op, Frame &f) {
  f.set(op.getDbias(), gradBias(f[op.getDy()]));
}
void run(ActivationGradOp op, Frame &f) {
  f.set(op.getDx(), activationGrad(op.getKind(), f[op.getDy()], f[op.getSaved()]));
}
void run(MaxPoolGradOp op, Frame &f) {
  f.set(op.getDx(), chain(maxPoolGrad(f[op.getDy()], f[op.getArgmax()], poolWindow(op, op.getDx()),
                                      f.shapeOf(op.getDx())),
                          f.find(op.getSaved()), op.getActivation()));
}
void run(FlattenGradOp op, Frame &f) {
  reshape(op.getDy(), op.getDx(), f);
}
void run(SoftmaxGradOp op, Frame &f) {
  f.set(op.getDx(), softmaxGrad(f[op.getDy()], f[op.getY()]));
}
void run(SoftmaxCrossEntropyGradOp op, Frame &f) {
  f.set(op.getDlogits(), softmaxCrossEntropyGrad(f[op.getProbabilities()], f[op.getLabels()],
                                                 op.getLabelSmoothing().convertToDouble()));
}
void run(ElementwiseLossGradOp op, Frame &f) {
  f.set(op.getDx(), elementwiseLossGrad(op.getKind(), f[op.getPredictions()], f[op.getTargets()]));
}

void run(Conv2dBlockOp op, Frame &f) {
  Window window = convWindow(op, op.getX(), op.getWeights());
  Array z = conv2d(f[op.getX()], f[op.getWeights()], f.find(op.getBias()), window,
                   placesOf(unpooledType(op)));
  if (op.getWindow()) {
    Window pool = fusedPool(*op.getWindow(), *op.getPoolStrides());
    bool isIncreasing =
        dsl::findActivation(op.getActivation())->shape == dsl::ActivationShape::Increasing;
    Array argmax = maxPool(isIncreasing ? z : activation(op.getActivation(), z), pool,
                           placesOf(op.getY().getType()))
                       .argmax;
    z = atArgmax(z, argmax, pool);
    f.set(op.getArgmax(), std::move(argmax));
  }
  f.set(op.getY(), activation(op.getActivation(), z));
  f.set(op.getZ(), std::move(z));
}
void run(Conv2dSoftmaxOp op, Frame &f) {
  Window window = convWindow(op, op.getX(), op.getWeights());
  f.set(op.getY(), softmax(conv2d(f[op.getX()], f[op.getWeights()], f.find(op.getBias()), window,
                                  placesOf(op.getY().getType()))));
}
void run(MaxPoolSoftmaxGradOp op, Frame &f) {
  Array dy = maxPoolGrad(f[op.getDy()], f[op.getArgmax()], poolWindow(op, op.getDx()),
                         f.shapeOf(op.getDx()));
  f.set(op.getDx(), softmaxGrad(dy, f[op.getY()]));
}
void run(DenseBlockOp op, Frame &f) {
  Array z = dense(f[op.getX()], f[op.getWeights()], f.find(op.getBias()));
  f.set(op.getY(), activation(op.getActivation(), z));
  f.set(op.getZ(), std::move(z));
}
void run(SoftmaxCrossEntropyBlockOp op, Frame &f) {
  double smoothing = op.getLabelSmoothing().convertToDouble();
  Loss loss = softmaxCrossEntropy(f[op.getLogits()], f[op.getLabels()], smoothing);
  f.set(op.getDlogits(), softmaxCrossEntropyGrad(loss.probabilities, f[op.getLabels()], smoothing));
  f.set(op.getLoss(), loss.loss);
  f.set(op.getProbabilities(), loss.probabilities);
}
void run(ElementwiseLossBlockOp op, Frame &f) {
  f.set(op.getLoss(), elementwiseLoss(op.getKind(), f[op.getX()], f[op.getTargets()]));
  f.set(op.getDx(), elementwiseLossGrad(op.getKind(), f[op.getX()], f[op.getTargets()]));
  f.set(op.getPredictions(), f[op.getX()]);
}
void run(Conv2dGradWeightsUpdateOp op, Frame &f) {
  Window window = convWindow(op, op.getX(), op.getWeights());
  Array dz = f[op.getDz()];
  if (op.getArgmax()) {
    std::vector<int64_t> shape = unpooledType(op).getShape().vec();
    shape[0] = dz.shape[0];
    dz = maxPoolGrad(dz, f[op.getArgmax()], fusedPool(*op.getWindow(), *op.getPoolStrides()),
                     std::move(shape));
  }
  f.set(op.getUpdated(), update(op.getOptimizer(), f.state(op.getWeights(), op.getSlots()),
                                conv2dGradWeights(f[op.getX()], dz, window), f.hyper));
}
void run(Conv2dGradBiasUpdateOp op, Frame &f) {
  f.set(op.getUpdated(), update(op.getOptimizer(), f.state(op.getBias(), op.getSlots()),
                                gradBias(f[op.getDz()]), f.hyper));
}
void run(TransposeDeltaOp op, Frame &f) {
  f.set(op.getTransposed(), f[op.getDz()]);
}
void run(DenseGradWeightsUpdateOp op, Frame &f) {
  f.set(op.getUpdated(), update(op.getOptimizer(), f.state(op.getWeights(), op.getSlots()),
                                denseGradWeights(f[op.getX()], f[op.getDz()]), f.hyper));
}
void run(DenseGradBiasUpdateOp op, Frame &f) {
  f.set(op.getUpdated(), update(op.getOptimizer(), f.state(op.getBias(), op.getSlots()),
                                gradBias(f[op.getDz()]), f.hyper));
}

using Rule = void (*)(Operation *, Frame &);

template <typename... Ops> llvm::StringMap<Rule> rulesOf() {
  llvm::StringMap<Rule> rules;
  (rules.insert(
       {Ops::getOperationName(), [](Operation *op, Frame &frame) { run(cast<Ops>(op), frame); }}),
   ...);
  return rules;
}

const llvm::StringMap<Rule> &rules() {
  static const auto table = rulesOf<
      Conv2dOp, DenseOp, ActivationOp, MaxPoolOp, FlattenOp, SoftmaxOp, SoftmaxCrossEntropyOp,
      AddOp, UpdateOp, SquaredNormOp, Conv2dGradInputOp, Conv2dGradWeightsOp, Conv2dGradBiasOp,
      DenseGradInputOp, DenseGradWeightsOp, DenseGradBiasOp, ActivationGradOp, MaxPoolGradOp,
      FlattenGradOp, SoftmaxGradOp, SoftmaxCrossEntropyGradOp, ElementwiseLossOp,
      ElementwiseLossGradOp, ElementwiseLossBlockOp, Conv2dBlockOp, Conv2dSoftmaxOp,
      MaxPoolSoftmaxGradOp, DenseBlockOp, SoftmaxCrossEntropyBlockOp, Conv2dGradWeightsUpdateOp,
      Conv2dGradBiasUpdateOp, TransposeDeltaOp, DenseGradWeightsUpdateOp, DenseGradBiasUpdateOp,
      ConcatOp, SliceOp, AvgPoolOp, AvgPoolGradOp, DropoutOp, BatchNormOp, BatchNormStatisticsOp,
      NormalizeOp, BatchNormGradParametersOp, BatchNormGradInputOp>();
  return table;
}

} // namespace

FailureOr<std::vector<Array>> interpret(func::FuncOp function, const std::vector<Array> &arguments,
                                        const Hyperparameters &hyper) {
  Block &block = function.getBody().front();
  if (arguments.size() != block.getNumArguments() || arguments.empty())
    return function.emitOpError("takes ")
           << block.getNumArguments() << " arguments, got " << arguments.size();
  Frame frame(arguments.front().shape.empty() ? 0 : arguments.front().shape[0], hyper);
  for (auto [value, array] : llvm::zip_equal(block.getArguments(), arguments)) {
    if (array.shape != frame.shapeOf(value))
      return function.emitOpError("argument ") << value.getArgNumber() << " has another shape";
    frame.set(value, array);
  }
  for (Operation &op : block.without_terminator()) {
    auto rule = rules().find(op.getName().getStringRef());
    if (rule == rules().end())
      return op.emitOpError("has no rule in the interpreter");
    rule->second(&op, frame);
  }
  std::vector<Array> results;
  for (Value value : block.getTerminator()->getOperands())
    results.push_back(frame[value]);
  return results;
}

} // namespace nnx
