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

void gatherAugmented(Reference &reference) {
  TestBuffer &indices = reference.in("indices"), &maps = reference.in("maps"),
             &set = reference.in("set");
  const int width = set.extents()[0], height = set.extents()[1], channels = set.extents()[2];
  for (size_t s = 0; s < indices.size(); ++s) {
    const int index = indices.ints()[s];
    const float *map = maps.floats() + 6 * s;
    for (int c = 0; c < channels; ++c)
      for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
          const double middleX = (width - 1) / 2.0, middleY = (height - 1) / 2.0;
          const double fromX = x - middleX, fromY = y - middleY;
          const double placeX = map[0] * fromX + map[1] * fromY + map[2] + middleX;
          const double placeY = map[3] * fromX + map[4] * fromY + map[5] + middleY;
          double mean = 0;
          for (int j = 0; j < height && index >= 0; ++j)
            for (int i = 0; i < width; ++i)
              mean += std::max(0.0, 1 - std::abs(placeX - i)) *
                      std::max(0.0, 1 - std::abs(placeY - j)) *
                      set.floats()[((index * channels + c) * height + j) * width + i];
          reference.set("x", {int(s % 16), x, y, c, int(s / 16)}, mean);
        }
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
