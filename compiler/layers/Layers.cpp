// Checks that the verifiers of several layers share.
#include "compiler/layers/Layers.h"

#include "dsl/Activations.h"
#include "dsl/Optimizers.h"

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

LogicalResult expectExtents(ArrayRef<int64_t> extents, Complain complain) {
  std::optional<int64_t> count = 1;
  for (int64_t extent : extents) {
    if (extent < 1)
      return complain("extents are at least 1");
    count = count ? dsl::multiply(*count, extent) : std::nullopt;
  }
  return count ? success()
               : complain("a sample has at most " + Twine(dsl::maxElements) + " elements");
}

LogicalResult expectPair(StringRef what, ArrayRef<int64_t> pair, Complain complain) {
  if (pair.size() == 2 && pair[0] >= 1 && pair[1] >= 1)
    return success();
  return complain("`" + what + "` is two numbers of at least 1, along y and x");
}

FailureOr<RankedTensorType> typeFrom(const dsl::LayerResult &sizes, Type element,
                                     Complain complain) {
  if (const auto *problem = std::get_if<dsl::LayerProblem>(&sizes))
    return complain(problem->text());
  return batched(std::get<dsl::LayerSizes>(sizes).output, element);
}

} // namespace nnx
