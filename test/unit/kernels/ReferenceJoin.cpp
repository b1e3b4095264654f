// add, concat, slice and the gathers, by plain loops over the elements of a sample in Keras's
// order.
#include "KernelReference.h"

namespace nnx::kernels {
namespace {

// Where element q of a sample lies: at q, or in the order x, y, c of an HxWxC image.
int placeOf(const std::vector<int> &shape, int q) {
  if (shape.size() == 1)
    return q;
  const int c = q % shape[2], x = q / shape[2] % shape[1], y = q / shape[2] / shape[1];
  return x + shape[1] * (y + shape[0] * c);
}

} // namespace

void add(Reference &reference) {
  reference.forSamples([&](int l, int t) {
    for (int k = 0; k < reference.in("sum").extents()[1]; ++k)
      reference.set("sum", {l, k, t},
                    at(reference.in("lhs"), {l, k, t}) + at(reference.in("rhs"), {l, k, t}));
  });
}

void concat(Reference &reference) {
  int offset = 0;
  for (const char *part : {"lhs", "rhs"}) {
    const std::vector<int> shape = reference.data().spec().shapeOf(part);
    const int count = reference.in(part).extents()[1];
    reference.forSamples([&](int l, int t) {
      for (int q = 0; q < count; ++q)
        reference.set("y", {l, offset + q, t}, at(reference.in(part), {l, placeOf(shape, q), t}));
    });
    offset += count;
  }
}

void slice(Reference &reference) {
  const KernelSpec &spec = reference.data().spec();
  const std::vector<int> from = spec.shapeOf("input"), to = spec.shapeOf("output");
  reference.forSamples([&](int l, int t) {
    for (int q = 0; q < reference.in("y").extents()[1]; ++q)
      reference.set("y", {l, placeOf(to, q), t},
                    at(reference.in("x"), {l, placeOf(from, spec.intOf("offset") + q), t}));
  });
}

void gatherSamples(Reference &reference) {
  TestBuffer &indices = reference.in("indices"), &set = reference.in("set");
  const int numbers = set.extents()[0];
  for (size_t i = 0; i < indices.size(); ++i)
    for (int k = 0; k < numbers; ++k) {
      const int index = indices.ints()[i];
      reference.set("x", {int(i % 16), k, int(i / 16)},
                    index < 0 ? 0.0 : set.floats()[index * numbers + k]);
    }
}

void gatherLabels(Reference &reference) {
  TestBuffer &indices = reference.in("indices"), &set = reference.in("set");
  for (size_t i = 0; i < indices.size(); ++i) {
    const int index = indices.ints()[i];
    reference.set("labels", {int(i % 16), int(i / 16)}, index < 0 ? 0 : set.ints()[index]);
  }
}

} // namespace nnx::kernels
