// Every kind of kernel against plain loops in double precision.
#include "KernelCase.h"

#include "compiler/kernels/Conv2dWinograd.h"
#include "compiler/kernels/Conv2dWinogradGrad.h"
#include "dsl/Activations.h"
#include "dsl/Losses.h"
#include "dsl/Optimizers.h"

#include <array>
#include <gtest/gtest.h>
#include <map>

namespace nnx::kernels {

namespace {

using Attributes = std::map<std::string, std::string>;

const char *const sgd = "sgd(nesterov=false)";

Attributes conv(const std::string &input, int filters, const std::string &kernel,
                const std::string &stride, const std::string &padding, Attributes more) {
  more.insert({{"input", input},
               {"filters", std::to_string(filters)},
               {"kernel", kernel},
               {"stride", stride},
               {"padding", padding}});
  more.insert({"dilation", "1x1"});
  return more;
}

std::vector<KernelSpec> shapes() {
  std::vector<KernelSpec> specs;
  struct ConvShape {
    const char *input;
    int filters;
    const char *kernel, *stride, *padding, *pool;
  };
  for (const ConvShape &s :
       std::initializer_list<ConvShape>{{"8x7x1", 5, "3x3", "1x1", "valid", "2x2"},
                                        {"8x7x1", 5, "3x3", "1x1", "valid", "0"},
                                        {"7x9x3", 8, "3x3", "1x1", "same", "2x2"},
                                        {"6x7x2", 4, "2x4", "2x3", "same", "0"},
                                        {"9x10x5", 13, "5x5", "2x1", "valid", "2x3"},
                                        {"9x9x2", 3, "1x1", "1x1", "valid", "4x4"},
                                        {"4x4x3", 1, "4x4", "1x1", "valid", "0"},
                                        {"8x8x4", 17, "3x3", "1x1", "valid", "1x1"},
                                        {"13x13x2", 2, "7x7", "1x1", "same", "3x3"},
                                        {"28x9x1", 3, "7x1", "1x1", "same", "0"},
                                        // Channels enough for minimal filtering.
                                        {"13x13x16", 16, "3x3", "1x1", "valid", "2x2"},
                                        {"9x15x18", 21, "3x3", "1x1", "valid", "2x2"},
                                        // So wide that its windows are taken in blocks, the last
                                        // of them over the end.
                                        {"6x24x20", 33, "3x3", "1x1", "valid", "2x2"}}) {
    for (const char *saves : {"0", "1"})
      specs.push_back({"conv2d_forward",
                       conv(s.input, s.filters, s.kernel, s.stride, s.padding,
                            {{"activation", "relu"}, {"pool", s.pool}, {"saves_input", saves}})});
    specs.push_back(
        {"conv2d_grad_weights_update", conv(s.input, s.filters, s.kernel, s.stride, s.padding,
                                            {{"pool", s.pool}, {"optimizer", sgd}})});
    if (s.pool[0] == '0')
      specs.push_back(
          {"conv2d_softmax_forward", conv(s.input, s.filters, s.kernel, s.stride, s.padding, {})});
    for (const char *activation : {"none", "tanh"})
      for (const std::string pool : {"0", s.pool})
        if (pool != "0" || activation[0] == 'n' || s.pool[0] == '0')
          specs.push_back(
              {"conv2d_grad_input", conv(s.input, s.filters, s.kernel, s.stride, s.padding,
                                         {{"pool", pool}, {"activation", activation}})});
  }
  for (auto [input, kernel, dilation, padding] :
       std::initializer_list<std::array<const char *, 4>>{{"8x9x3", "3x3", "2x2", "valid"},
                                                          {"8x9x3", "3x2", "2x3", "same"},
                                                          {"7x7x2", "2x2", "1x4", "same"}}) {
    auto dilated = [&](Attributes more) {
      more.insert({"dilation", dilation});
      return conv(input, 5, kernel, "1x1", padding, std::move(more));
    };
    specs.push_back({"conv2d_forward",
                     dilated({{"activation", "relu"}, {"pool", "2x2"}, {"saves_input", "0"}})});
    specs.push_back({"conv2d_grad_weights_update", dilated({{"pool", "0"}, {"optimizer", sgd}})});
    specs.push_back({"conv2d_grad_input", dilated({{"pool", "0"}, {"activation", "tanh"}})});
  }
  for (const char *window : {"2x2", "3x3", "1x2", "5x4"})
    for (const char *stride : {"2x2", "1x1", "3x2"})
      for (const char *padding : {"valid", "same"}) {
        const Attributes pool{
            {"input", "7x6x3"}, {"window", window}, {"stride", stride}, {"padding", padding}};
        for (const char *kind : {"max_pool_forward", "avg_pool_forward", "avg_pool_grad"})
          specs.push_back({kind, pool});
        specs.push_back({"max_pool_softmax_grad", pool});
        for (const char *activation : {"none", "gelu"}) {
          specs.push_back({"max_pool_grad", pool});
          specs.back().attributes["activation"] = activation;
        }
      }
  specs.push_back(
      {"conv2d_forward", conv("6x7x17", 19, "3x3", "1x1", "valid",
                              {{"activation", "swish"}, {"pool", "2x2"}, {"saves_input", "1"}})});
  // Wide enough that a row is worked on in parts, the last of them over the end.
  specs.push_back({"conv2d_softmax_forward", conv("4x31x1", 40, "3x3", "1x1", "valid", {})});
  specs.push_back(
      {"max_pool_softmax_grad",
       {{"input", "5x29x40"}, {"window", "2x2"}, {"stride", "2x2"}, {"padding", "valid"}}});
  specs.push_back(
      {"avg_pool_forward",
       {{"input", "13x11x5"}, {"window", "13x11"}, {"stride", "13x11"}, {"padding", "valid"}}});
  specs.push_back({"add", {}});
  for (auto [lhs, rhs] : std::initializer_list<std::pair<const char *, const char *>>{
           {"7", "9"}, {"3x4x5", "6"}, {"1", "2x3x2"}})
    specs.push_back({"concat", {{"lhs", lhs}, {"rhs", rhs}}});
  for (auto [input, output, offset] : std::initializer_list<std::array<const char *, 3>>{
           {"16", "7", "9"}, {"60", "3x4x5", "0"}, {"3x4x5", "60", "0"}, {"3x4x5", "2x2x3", "7"}})
    specs.push_back({"slice", {{"input", input}, {"output", output}, {"offset", offset}}});
  for (const char *input : {"1x10", "6x4", "6x3", "1x1", "5x16"})
    for (const char *rate : {"0.25", "0.5"})
      specs.push_back({"dropout", {{"input", input}, {"rate", rate}, {"stream", "2147483647"}}});
  specs.push_back({"batch_norm_statistics", {{"momentum", "0.9"}}});
  for (const char *kind : {"normalize", "batch_norm_grad_parameters", "batch_norm_grad_input"})
    specs.push_back({kind, {{"epsilon", "0.001"}}});
  for (auto [inputs, units] : std::initializer_list<std::pair<int, int>>{
           {1, 1}, {7, 3}, {16, 16}, {100, 10}, {209, 33}, {433, 64}, {50, 100}}) {
    const Attributes extents{{"inputs", std::to_string(inputs)}, {"units", std::to_string(units)}};
    auto with = [&](Attributes more) {
      more.insert(extents.begin(), extents.end());
      return more;
    };
    for (const char *saves : {"0", "1"})
      specs.push_back({"dense_forward", with({{"activation", "tanh"}, {"saves_input", saves}})});
    specs.push_back({"dense_grad_weights_update", with({{"optimizer", sgd}})});
    for (const char *activation : {"none", "elu"})
      specs.push_back({"dense_grad_input", with({{"activation", activation}})});
  }
  specs.push_back({"conv2d_grad_bias_update", {{"optimizer", sgd}}});
  specs.push_back({"dense_grad_bias_update", {{"optimizer", sgd}}});
  specs.push_back({"update", {{"optimizer", "sgd(nesterov=true)"}}});
  for (const dsl::OptimizerRow &row : dsl::optimizers()) {
    dsl::OptimizerFlags all; // but for clipping, which comes apart: LoadedKernel takes eight floats
    for (const dsl::OptimizerSetting &setting : row.settings())
      if (setting.kind == dsl::OptimizerSettingKind::Flag)
        all[setting.name] = true;
      else if (setting.kind == dsl::OptimizerSettingKind::Part)
        all["has_" + setting.name] = setting.name.find("clip") == std::string::npos;
    for (const dsl::OptimizerFlags &flags :
         {dsl::OptimizerFlags{}, all, dsl::OptimizerFlags{{"has_clipvalue", true}},
          dsl::OptimizerFlags{{"has_clipnorm", true}}})
      specs.push_back({"update", {{"optimizer", row.structuralText(flags)}}});
  }
  for (const char *optimizer : {"adam(amsgrad=true)", "store()"}) {
    specs.push_back({"dense_grad_weights_update",
                     {{"inputs", "50"}, {"units", "33"}, {"optimizer", optimizer}}});
    specs.push_back(
        {"conv2d_grad_weights_update",
         conv("6x6x2", 3, "3x3", "1x1", "valid", {{"pool", "0"}, {"optimizer", optimizer}})});
    specs.push_back({"dense_grad_bias_update", {{"optimizer", optimizer}}});
  }
  for (const char *units : {"10", "16", "33"})
    for (const char *adds : {"0", "1"})
      specs.push_back({"squared_norm", {{"units", units}, {"adds", adds}}});
  specs.push_back({"transpose_delta", {}});
  specs.push_back({"gather_samples", {}});
  specs.push_back({"gather_augmented", {}});
  specs.push_back({"gather_labels", {}});
  for (const char *over : {"n", "c"}) {
    specs.push_back({"softmax_forward", {{"over", over}}});
    specs.push_back({"softmax_grad", {{"over", over}}});
  }
  for (const char *classes : {"10", "1", "3"})
    for (const char *gradient : {"0", "1"})
      for (const char *smoothing : {"0.0", "0.1"})
        specs.push_back(
            {"softmax_cross_entropy",
             {{"classes", classes}, {"label_smoothing", smoothing}, {"gradient", gradient}}});
  std::vector<std::string> losses{"huber(delta = 0.25)"};
  for (const dsl::LossRow &row : dsl::losses())
    if (!row.isCrossEntropy())
      losses.push_back(row.name);
  for (const std::string &loss : losses)
    for (const char *labels : {"0", "1"})
      specs.push_back({"elementwise_loss",
                       {{"outputs", labels[0] == '0' ? "1" : "10"},
                        {"loss", loss},
                        {"labels", labels},
                        {"targets", labels[0] == '0' ? "1" : "0"},
                        {"gradient", loss == "mse" ? "0" : "1"}}});
  specs.push_back(
      {"elementwise_loss",
       {{"outputs", "3"}, {"loss", "mse"}, {"labels", "0"}, {"targets", "1"}, {"gradient", "1"}}});
  return specs;
}

std::vector<KernelSpec> activationsEverywhere() {
  std::vector<KernelSpec> specs;
  for (const dsl::ActivationRow &row : dsl::activations()) {
    specs.push_back({"activation_forward", {{"activation", row.name}}});
    specs.push_back({"activation_grad", {{"activation", row.name}}});
    const bool pools = row.shape != dsl::ActivationShape::Unknown;
    specs.push_back(
        {"conv2d_forward",
         conv("6x6x2", 3, "3x3", "1x1", "valid",
              {{"activation", row.name}, {"pool", pools ? "2x2" : "0"}, {"saves_input", "1"}})});
    specs.push_back(
        {"dense_grad_input", {{"inputs", "9"}, {"units", "4"}, {"activation", row.name}}});
  }
  return specs;
}

// A kernel of too many channels for the transforms takes the plain sums instead.
TEST(MinimalFilter, is_used_where_it_fits_the_stack) {
  const KernelTarget target = hostKernelTarget();
  auto geometry = [](const char *input, int filters, const char *pool) {
    return Conv2dGeometry({"", conv(input, filters, "3x3", "1x1", "valid", {{"pool", pool}})});
  };
  EXPECT_TRUE(canFilterMinimally(geometry("13x13x32", 64, "2x2"), target));
  EXPECT_TRUE(canScatterMinimally(geometry("13x13x32", 64, "0"), target));
  EXPECT_FALSE(canFilterMinimally(geometry("13x13x512", 512, "2x2"), target));
  EXPECT_FALSE(canScatterMinimally(geometry("13x13x512", 512, "0"), target));
  EXPECT_FALSE(canScatterMinimally(geometry("200x200x32", 64, "0"), target));
  EXPECT_TRUE(canCorrelateMinimally(geometry("200x200x512", 512, "2x2"), target));
  EXPECT_FALSE(canCorrelateMinimally(geometry("13x13x18", 64, "2x2"), target));
  EXPECT_FALSE(canCorrelateMinimally(geometry("13x13x32", 64, "0"), target));
}

class KernelTest : public testing::TestWithParam<KernelSpec> {};

// Whole and partial last tiles; a prime number of units.
const CaseSize sizes[] = {
    {32, 10, 3, 4}, {5, 17, 5, 2}, {48, 1, 1, 1}, {35, 16, 2, 3}, {112, 3, 2, 1}};

// This machine's target, the same with Halide's asserts, and AVX2 where the machine has more.
std::vector<KernelTarget> targetsHere() {
  std::vector<KernelTarget> targets(2, hostKernelTarget());
  targets[1].asserts = true;
  if (const KernelTarget avx2 = parseKernelTarget("x86-64-v3"); avx2.text != targets[0].text)
    targets.push_back(avx2);
  return targets;
}

TEST_P(KernelTest, agrees_with_plain_loops) {
  for (const KernelTarget &target : targetsHere()) {
    const LoadedKernel kernel(GetParam(), target);
    for (const CaseSize &size : sizes) {
      KernelCase data(GetParam(), size);
      EXPECT_EQ(mismatch(data, kernel, 3e-6), "")
          << size.samples << " samples, asserts " << target.asserts << ", " << target.text;
    }
  }
}

// On a device that is there without a GPU; on a CPU the same source.
class KernelOnOpenCl : public testing::TestWithParam<KernelSpec> {};

// Each kind's first three and every fourth: each costs a second of the driver's compiler.
std::vector<KernelSpec> someOfEachKind() {
  std::vector<KernelSpec> some;
  std::map<std::string, int> seen;
  for (const auto &specs : {shapes(), activationsEverywhere()})
    for (const KernelSpec &spec : specs)
      if (const int count = seen[spec.kind]++; count < 3 || count % 4 == 0)
        some.push_back(spec);
  return some;
}

TEST_P(KernelOnOpenCl, agrees_with_plain_loops) {
  KernelTarget target = onDevice(hostKernelTarget(), Device::OpenCl);
  target.asserts = true;
  const LoadedKernel kernel(GetParam(), target);
  for (const CaseSize &size : sizes) {
    KernelCase data(GetParam(), size);
    EXPECT_EQ(mismatch(data, kernel, 3e-6), "") << size.samples << " samples";
  }
}

std::string nameOf(const testing::TestParamInfo<KernelSpec> &info) {
  return info.param.kind + "_" + std::to_string(info.index);
}

INSTANTIATE_TEST_SUITE_P(Shapes, KernelTest, testing::ValuesIn(shapes()), nameOf);
INSTANTIATE_TEST_SUITE_P(Some, KernelOnOpenCl, testing::ValuesIn(someOfEachKind()), nameOf);
INSTANTIATE_TEST_SUITE_P(Activations, KernelTest, testing::ValuesIn(activationsEverywhere()),
                         nameOf);

} // namespace
} // namespace nnx::kernels
