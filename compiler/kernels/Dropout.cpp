// dropout: y = x / (1 - rate) where the random number of an element is at least rate 2^32, else 0.
// Philox 4x32-10 (Salmon et al., SC 2011) makes four numbers from a key, the seed, and a counter:
// element / 4, sample, step, stream + 2^31, in which the last word is no purpose of the runtime's.
#include "compiler/kernels/GpuSchedule.h"
#include "compiler/kernels/Kernel.h"
#include "compiler/kernels/Tensors.h"

#include <array>

namespace nnx::kernels {

using namespace Halide;

namespace {

using Words = std::array<Expr, 4>;

Expr word(uint32_t value) {
  return Internal::make_const(UInt(32), value);
}

// One round; the two products are 64 bits wide.
Words philoxRound(const Words &c, const Expr &key0, const Expr &key1) {
  Expr first = cast<uint64_t>(c[0]) * cast<uint64_t>(word(0xD2511F53));
  Expr second = cast<uint64_t>(c[2]) * cast<uint64_t>(word(0xCD9E8D57));
  auto high = [](const Expr &product) { return cast<uint32_t>(product >> 32); };
  return {high(second) ^ c[1] ^ key0, cast<uint32_t>(second), high(first) ^ c[3] ^ key1,
          cast<uint32_t>(first)};
}

} // namespace

Kernel build_dropout(const KernelSpec &spec, const KernelTarget &target) {
  const std::vector<int> input = spec.shapeOf("input");
  if (input.size() != 2)
    throw KernelError(spec.text() + ": input is places x channels");
  const int places = input[0], channels = input[1];
  const double rate = spec.realOf("rate");
  if (!(rate >= 0 && rate < 1))
    throw KernelError(spec.text() + ": `rate` is at least 0 and below 1");
  Param<int> seedLow("seed_low"), seedHigh("seed_high"), step("step");
  const Extents extents{tileLanes, places, channels, runTime};
  ImageParam x = inputBuffer(Float(32), "x", extents);
  Var l("l"), p("p"), c("c"), t("t"), group("group");

  // Element p * channels + c. Where four channels share one counter it is worked once for them.
  const bool isShared = places == 1 || channels % 4 == 0;
  Expr element = isShared ? (p * channels) / 4 + group : (p * channels + group) / 4;
  Words counter{cast<uint32_t>(element), cast<uint32_t>(t * tileLanes + l),
                reinterpret<uint32_t>(step),
                word(static_cast<uint32_t>(spec.intOf("stream")) | 0x80000000u)};
  std::vector<Func> rounds;
  for (uint32_t round = 0; round < 10; ++round) {
    Words next = philoxRound(counter, reinterpret<uint32_t>(seedLow) + word(round * 0x9E3779B9u),
                             reinterpret<uint32_t>(seedHigh) + word(round * 0xBB67AE85u));
    Func made("round");
    made(l, p, group, t) = Tuple(next[0], next[1], next[2], next[3]);
    for (int i = 0; i < 4; ++i)
      counter[i] = made(l, p, group, t)[i];
    rounds.push_back(made);
  }
  Expr from = isShared ? c / 4 : Expr(c);
  Expr which = isShared ? c % 4 : (p * channels + c) % 4;
  auto bits = [&](int i) { return rounds.back()(l, p, from, t)[i]; };
  Expr number = select(which == 0, bits(0), which == 1, bits(1), which == 2, bits(2), bits(3));
  Expr keeps = number >= word(static_cast<uint32_t>(rate * 0x1p32));
  Func y("y");
  y(l, p, c, t) = select(keeps, x(l, p, c, t) * static_cast<float>(1 / (1 - rate)), 0.0f);

  constrainOutputs(y, extents);
  if (target.isGpu()) {
    spreadOverThreads(y, {l, p, c, t}, rounds);
    return {Pipeline(y), {seedLow, seedHigh, step, x}};
  }
  Var co("co"), ci("ci");
  y.split(c, co, ci, isShared ? 4 : 1, TailStrategy::GuardWithIf)
      .reorder(l, ci, p, co, t)
      .vectorize(l)
      .unroll(ci)
      .parallel(co)
      .parallel(t);
  for (Func made : rounds)
    made.compute_at(y, p).store_in(onStack).vectorize(l);
  return {Pipeline(y), {seedLow, seedHigh, step, x}};
}

} // namespace nnx::kernels
