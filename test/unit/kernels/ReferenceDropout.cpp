// dropout, with the generator of Random123.
#include "KernelReference.h"

#include <Random123/philox.h>

namespace nnx::kernels {

void dropout(Reference &reference) {
  const KernelSpec &spec = reference.data().spec();
  auto values = reference.data().values();
  auto word = [&](const char *name) { return static_cast<uint32_t>(std::get<int>(values[name])); };
  const r123::Philox4x32::key_type seed{{word("seed_low"), word("seed_high")}};
  const double rate = spec.realOf("rate");
  const int places = spec.shapeOf("input")[0], channels = spec.shapeOf("input")[1];
  reference.forSamples([&](int l, int t) {
    for (int k = 0; k < places * channels; ++k) {
      const r123::Philox4x32::ctr_type counter{
          {static_cast<uint32_t>(k / 4), static_cast<uint32_t>(16 * t + l), word("step"),
           static_cast<uint32_t>(spec.intOf("stream")) | 0x80000000u}};
      const double number = r123::Philox4x32()(counter, seed)[static_cast<size_t>(k % 4)];
      const int p = k / channels, c = k % channels;
      reference.set("y", {l, p, c, t},
                    number >= rate * 0x1p32 ? at(reference.in("x"), {l, p, c, t}) / (1 - rate) : 0);
    }
  });
}

} // namespace nnx::kernels
