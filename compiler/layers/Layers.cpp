// Checks that the verifiers of several layers share.
#include "compiler/layers/Layers.h"

#include "dsl/Activations.h"
#include "dsl/Optimizers.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace nnx {

RankedTensorType batched(ArrayRef<int64_t> sample, Type element) {
  SmallVector<int64_t> extents{ShapedType::kDynamic};
  extents.append(sample.begin(), sample.end());
  return RankedTensorType::get(extents, element);
}

LogicalResult expectType(StringRef what, Type expected, Type found, Complain complain) {
  if (expected == found)
    return success();
  std::string message;
  llvm::raw_string_ostream(message)
      << "expects " << what << " of type " << expected << ", found " << found;
  return complain(message);
}

LogicalResult expectActivation(StringRef kind, Complain complain) {
  if (dsl::findActivation(kind))
    return success();
  const dsl::ActivationRow *nearest = nullptr;
  unsigned least = 3;
  for (const dsl::ActivationRow &row : dsl::activations())
    if (unsigned distance = kind.edit_distance(row.name, true, least); distance < least) {
      nearest = &row;
      least = distance;
    }
  return complain("unknown activation `" + kind + "`" +
                  (nearest ? "; did you mean `" + nearest->name + "`?" : std::string()));
}

LogicalResult expectSaved(Value saved, std::optional<StringRef> activation, Type dx,
                          Complain complain) {
  if (!saved != !activation)
    return complain("expects `saved` and `activation` together");
  if (!saved)
    return success();
  if (failed(expectActivation(*activation, complain)))
    return failure();
  return expectType("`saved`", dx, saved.getType(), complain);
}

LogicalResult expectUpdate(StringRef optimizer, Value weights, Value gradient, ValueRange slots,
                           ValueRange updated, Complain complain) {
  std::optional<dsl::OptimizerChoice> choice = dsl::parseOptimizerChoice(optimizer);
  if (!choice)
    return complain("unknown optimizer `" + optimizer + "`");
  size_t count = choice->row->slots(choice->flags).size();
  if (slots.size() != count)
    return complain("`" + optimizer + "` keeps " + Twine(count) + " slots, found " +
                    Twine(slots.size()));
  if (updated.size() != count + 1)
    return complain("expects " + Twine(count + 1) + " results, the weights and each slot, found " +
                    Twine(updated.size()));
  Type type = weights.getType();
  if (gradient && failed(expectType("the gradient", type, gradient.getType(), complain)))
    return failure();
  for (Value slot : slots)
    if (failed(expectType("slots", type, slot.getType(), complain)))
      return failure();
  for (Value value : updated)
    if (failed(expectType("results", type, value.getType(), complain)))
      return failure();
  return success();
}

int64_t paddingBefore(int64_t input, int64_t window, int64_t stride, Padding padding) {
  if (padding == Padding::Valid)
    return 0;
  int64_t places = llvm::divideCeil(input, stride);
  return std::max<int64_t>((places - 1) * stride + window - input, 0) / 2;
}

FailureOr<SmallVector<int64_t>> windowPlaces(ArrayRef<int64_t> input, ArrayRef<int64_t> window,
                                             ArrayRef<int64_t> strides, Padding padding,
                                             Complain complain) {
  if (window.size() != 2 || strides.size() != 2)
    return complain("expects two numbers, along y and x, for window and strides");
  SmallVector<int64_t> places;
  for (auto [in, size, stride] : llvm::zip_equal(input, window, strides)) {
    if (in < 1 || size < 1 || stride < 1)
      return complain("extents, windows and strides are at least 1");
    if (padding == Padding::Valid && size > in)
      return complain("a window of " + llvm::join(llvm::map_range(window, llvm::itostr), "x") +
                      " does not fit an input of " +
                      llvm::join(llvm::map_range(input, llvm::itostr), "x"));
    places.push_back(padding == Padding::Same ? llvm::divideCeil(in, stride)
                                              : (in - size) / stride + 1);
  }
  return places;
}

} // namespace nnx
