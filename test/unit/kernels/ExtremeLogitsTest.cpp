// Softmax and cross-entropy where exp() of a logit is 0 or infinite, as long as differences of
// logits are floats: every number is as near to plain loops in double precision as for small
// logits.
#include "KernelCase.h"

#include <gmock/gmock.h>

#include <cmath>

namespace nnx::kernels {
namespace {

constexpr int samples = 21, classes = 10;

class ExtremeLogits : public testing::TestWithParam<float> {
protected:
  /// Logits of both signs, of which the largest is once first, once last, once twice there.
  static void fill(TestBuffer &x, float magnitude) {
    for (int s = 0; s < samples; ++s)
      for (int n = 0; n < classes; ++n)
        x.floats()[s % 16 + 16 * (n + classes * (s / 16))] =
            magnitude * (float((n * 7 + s * 3) % 9 - 4) / 4);
  }

  static void expectNear(KernelCase &data, const std::string &name, double absolute) {
    const std::vector<double> expected = data.expected().at(name);
    for (size_t i = 0; i < expected.size(); ++i)
      if (data.isResult(name, i)) {
        const double found = data.buffer(name).floats()[i];
        EXPECT_NEAR(found, expected[i], absolute + 2e-6 * std::abs(expected[i]))
            << name << " at " << i;
      }
  }
};

TEST_P(ExtremeLogits, give_loss_and_gradient) {
  for (const char *smoothing : {"0.0", "0.1"}) {
    const KernelSpec spec{
        "softmax_cross_entropy",
        {{"classes", std::to_string(classes)}, {"label_smoothing", smoothing}, {"gradient", "1"}}};
    const LoadedKernel kernel(spec, hostKernelTarget());
    KernelCase data(spec, {samples});
    fill(data.buffer("x"), GetParam());
    ASSERT_EQ(kernel(data.values()), 0);
    expectNear(data, "loss", 1e-6);
    expectNear(data, "probabilities", 1e-7);
    expectNear(data, "dx", 1e-7);
  }
}

TEST_P(ExtremeLogits, give_probabilities) {
  const KernelSpec spec{"softmax_forward", {{"over", "n"}}};
  const LoadedKernel kernel(spec, hostKernelTarget());
  KernelCase data(spec, {samples, classes});
  fill(data.buffer("x"), GetParam());
  ASSERT_EQ(kernel(data.values()), 0);
  expectNear(data, "y", 1e-7);
}

INSTANTIATE_TEST_SUITE_P(magnitudes, ExtremeLogits,
                         testing::Values(0.0F, 1e-38F, 1.0F, 88.0F, 104.0F, 1e4F, 1e20F, 1.7e38F),
                         [](const auto &info) { return "case_" + std::to_string(info.index); });

} // namespace
} // namespace nnx::kernels
