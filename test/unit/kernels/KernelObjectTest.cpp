// Objects of kernels: what they need, both targets, thread counts, NaN, errors.
#include "KernelCase.h"

#include "compiler/kernels/Compile.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <limits>
#include <set>
#include <sstream>
#include <thread>

namespace nnx::kernels {
namespace {

const char *const sgd = "sgd(nesterov=true)";

// One spec of every kind, large enough for several tasks of each parallel loop.
std::vector<KernelSpec> everyKind() {
  auto conv = [](std::map<std::string, std::string> more) {
    more.insert({{"input", "14x13x16"},
                 {"filters", "24"},
                 {"kernel", "3x3"},
                 {"stride", "1x1"},
                 {"dilation", "1x1"},
                 {"padding", "same"}});
    return more;
  };
  auto dense = [](std::map<std::string, std::string> more) {
    more.insert({{"inputs", "700"}, {"units", "113"}});
    return more;
  };
  const std::map<std::string, std::string> pool{
      {"input", "14x13x16"}, {"window", "2x2"}, {"stride", "2x2"}, {"padding", "valid"}};
  auto poolWith = [&](std::map<std::string, std::string> more) {
    more.insert(pool.begin(), pool.end());
    return more;
  };
  return {
      {"conv2d_forward", conv({{"activation", "elu"}, {"pool", "2x2"}, {"saves_input", "1"}})},
      {"conv2d_grad_weights_update", conv({{"pool", "2x2"}, {"optimizer", sgd}})},
      {"conv2d_grad_bias_update", {{"optimizer", sgd}}},
      {"conv2d_grad_input", conv({{"pool", "2x2"}, {"activation", "softplus"}})},
      {"conv2d_softmax_forward", conv({})},
      {"max_pool_forward", pool},
      {"max_pool_softmax_grad", pool},
      {"max_pool_grad", poolWith({{"activation", "sigmoid"}})},
      {"avg_pool_forward", pool},
      {"avg_pool_grad", pool},
      {"add", {}},
      {"gather_samples", {}},
      {"gather_augmented", {}},
      {"gather_labels", {}},
      {"concat", {{"lhs", "5x6x7"}, {"rhs", "300"}}},
      {"slice", {{"input", "500"}, {"output", "5x6x7"}, {"offset", "200"}}},
      {"dropout", {{"input", "30x16"}, {"rate", "0.5"}, {"stream", "3"}}},
      {"batch_norm_statistics", {{"momentum", "0.9"}}},
      {"normalize", {{"epsilon", "0.001"}}},
      {"batch_norm_grad_parameters", {{"epsilon", "0.001"}}},
      {"batch_norm_grad_input", {{"epsilon", "0.001"}}},
      {"dense_forward", dense({{"activation", "gelu"}, {"saves_input", "1"}})},
      {"dense_grad_weights_update", dense({{"optimizer", sgd}})},
      {"dense_grad_bias_update", {{"optimizer", sgd}}},
      {"dense_grad_input", dense({{"activation", "tanh"}})},
      {"transpose_delta", {}},
      {"activation_forward", {{"activation", "exponential"}}},
      {"activation_grad", {{"activation", "gelu"}}},
      {"softmax_forward", {{"over", "c"}}},
      {"softmax_grad", {{"over", "n"}}},
      {"softmax_cross_entropy", {{"classes", "10"}, {"label_smoothing", "0.1"}, {"gradient", "1"}}},
      {"elementwise_loss",
       {{"outputs", "10"},
        {"loss", "huber"},
        {"labels", "1"},
        {"targets", "0"},
        {"gradient", "1"}}},
      {"update", {{"optimizer", sgd}}},
      {"squared_norm", {{"units", "113"}, {"adds", "1"}}},
  };
}

// Removed when the test ends.
struct ScratchFile {
  std::string path;
  explicit ScratchFile(const std::string &name)
      : path((std::filesystem::temp_directory_path() /
              (name + "." +
               std::to_string(std::hash<std::thread::id>()(std::this_thread::get_id())) + "." +
               std::to_string(std::rand())))
                 .string()) {}
  ~ScratchFile() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
};

std::set<std::string> undefinedSymbols(const std::string &object) {
  std::set<std::string> symbols;
  FILE *pipe = popen(("nm -u '" + object + "'").c_str(), "r");
  std::array<char, 512> line{};
  while (std::fgets(line.data(), line.size(), pipe)) {
    std::istringstream words(line.data());
    std::string mark, name;
    words >> mark >> name;
    symbols.insert(name);
  }
  EXPECT_EQ(pclose(pipe), 0);
  return symbols;
}

class EveryKindTest : public testing::TestWithParam<KernelSpec> {};

TEST_P(EveryKindTest, object_needs_only_the_parallel_loop_of_the_runtime) {
  // Neither memory nor the C math library.
  const std::set<std::string> allowed{"halide_do_par_for", "memset", "memcpy"};
  const LoadedKernel kernel(GetParam(), hostKernelTarget());
  for (const std::string &symbol : undefinedSymbols(kernel.objectPath()))
    EXPECT_TRUE(allowed.count(symbol)) << symbol;
}

TEST_P(EveryKindTest, bits_do_not_depend_on_the_number_of_threads) {
  const LoadedKernel kernel(GetParam(), hostKernelTarget());
  KernelCase one(GetParam(), {77, 37, 9, 8});
  KernelCase many(one);
  ASSERT_EQ(kernel(one.values()), 0);
  kernel.setThreads(4);
  ASSERT_EQ(kernel(many.values()), 0);
  kernel.setThreads(1);
  for (const KernelArgument &argument : argumentsOf(GetParam()))
    if (argument.rank > 0) {
      TestBuffer &a = one.buffer(argument.name), &b = many.buffer(argument.name);
      const size_t bytes = a.size() * (argument.type == KernelArgument::Type::U8 ? 1 : 4);
      EXPECT_EQ(std::memcmp(a.bytes(), b.bytes(), bytes), 0) << argument.name;
    }
}

TEST_P(EveryKindTest, compiles_for_avx512) {
  const KernelTarget target = parseKernelTarget("x86-64-v4");
  const ScratchFile object("nnx-avx512");
  compileToObject(GetParam(), target, symbolOf(GetParam(), target), object.path);
  EXPECT_GT(std::filesystem::file_size(object.path), 0U);
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryKindTest, testing::ValuesIn(everyKind()),
                         [](const testing::TestParamInfo<KernelSpec> &info) {
                           return info.param.kind;
                         });

TEST(KernelTableTest, every_kind_is_tested) {
  std::set<std::string> tested;
  for (const KernelSpec &spec : everyKind())
    tested.insert(spec.kind);
  for (const std::string &kind : kernelKinds())
    EXPECT_TRUE(tested.count(kind)) << kind;
}

// A sample's numbers are the same whatever else is in the batch: alone in its tile or behind
// others.
TEST(KernelBitsTest, a_sample_does_not_depend_on_the_number_of_tiles) {
  const KernelSpec spec{
      "dense_forward",
      {{"inputs", "433"}, {"units", "37"}, {"activation", "tanh"}, {"saves_input", "0"}}};
  const LoadedKernel kernel(spec, hostKernelTarget());
  KernelCase all(spec, {80}), first(spec, {16});
  std::memcpy(first.buffer("x").floats(), all.buffer("x").floats(), first.buffer("x").size() * 4);
  for (const char *name : {"weights", "bias"})
    std::memcpy(first.buffer(name).floats(), all.buffer(name).floats(),
                first.buffer(name).size() * 4);
  ASSERT_EQ(kernel(all.values()), 0);
  ASSERT_EQ(kernel(first.values()), 0);
  EXPECT_EQ(std::memcmp(all.buffer("y").floats(), first.buffer("y").floats(),
                        first.buffer("y").size() * 4),
            0);
}

TEST(KernelNaNTest, a_diverged_network_has_a_nan_loss) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const KernelSpec loss{"softmax_cross_entropy",
                        {{"classes", "3"}, {"label_smoothing", "0.0"}, {"gradient", "1"}}};
  const LoadedKernel kernel(loss, hostKernelTarget());
  for (float bad : {nan, std::numeric_limits<float>::infinity()}) {
    KernelCase data(loss, {2});
    data.buffer("x").floats()[16] = bad; // sample 0, class 1
    ASSERT_EQ(kernel(data.values()), 0);
    EXPECT_TRUE(std::isnan(data.buffer("loss").floats()[0]) ||
                std::isinf(data.buffer("loss").floats()[0]));
    EXPECT_TRUE(std::isfinite(data.buffer("loss").floats()[1]));
  }
  const KernelSpec conv{"conv2d_forward",
                        {{"input", "6x6x1"},
                         {"filters", "2"},
                         {"kernel", "3x3"},
                         {"stride", "1x1"},
                         {"dilation", "1x1"},
                         {"padding", "valid"},
                         {"activation", "relu"},
                         {"pool", "2x2"},
                         {"saves_input", "0"}}};
  const LoadedKernel forward(conv, hostKernelTarget());
  KernelCase data(conv, {16});
  data.buffer("weights").floats()[0] = nan; // of filter 0
  ASSERT_EQ(forward(data.values()), 0);
  EXPECT_TRUE(std::isnan(data.buffer("y").floats()[0]));
  EXPECT_FALSE(std::isnan(data.buffer("y").floats()[16 * 2 * 2]));
}

TEST(MaxPoolTest, the_first_of_equal_values_wins) {
  const KernelSpec spec{
      "max_pool_forward",
      {{"input", "2x2x1"}, {"window", "2x2"}, {"stride", "2x2"}, {"padding", "valid"}}};
  const LoadedKernel kernel(spec, hostKernelTarget());
  KernelCase data(spec, {4});
  const float places[4][4] = {{1, 1, 1, 1}, {0, 2, 2, 1}, {0, 1, 3, 3}, {-1, -2, -1, -1}};
  for (int sample = 0; sample < 4; ++sample)
    for (int place = 0; place < 4; ++place)
      data.buffer("x").floats()[sample + 16 * place] = places[sample][place];
  ASSERT_EQ(kernel(data.values()), 0);
  const int expected[4] = {0, 1, 2, 0};
  for (int sample = 0; sample < 4; ++sample)
    EXPECT_EQ(data.buffer("argmax").bytes()[sample], expected[sample]);
}

TEST(KernelErrorTest, names_what_is_wrong) {
  const KernelTarget target = hostKernelTarget();
  auto messageOf = [&](const KernelSpec &spec) -> std::string {
    const ScratchFile object("nnx-error");
    try {
      compileToObject(spec, target, "k", object.path);
    } catch (const KernelError &error) {
      EXPECT_FALSE(std::filesystem::exists(object.path));
      return error.what();
    }
    return "";
  };
  EXPECT_NE(messageOf({"conv3d", {}}).find("unknown kernel kind `conv3d`"), std::string::npos);
  EXPECT_NE(messageOf({"update", {}}).find("attribute `optimizer` is missing"), std::string::npos);
  EXPECT_NE(messageOf({"transpose_delta", {{"n", "3"}}}).find("no attribute `n`"),
            std::string::npos);
  EXPECT_NE(messageOf({"activation_forward", {{"activation", "rleu"}}}).find("rleu"),
            std::string::npos);
  EXPECT_NE(
      messageOf({"max_pool_forward",
                 {{"input", "3x3x1"}, {"window", "4x4"}, {"stride", "1x1"}, {"padding", "valid"}}})
          .find("larger than the input"),
      std::string::npos);
  EXPECT_THROW(parseKernelTarget("x86-64-linux-sse41"), KernelError);
}

// The instructions of an assembly file without operands: labels carry numbers that differ from one
// compilation to the next in a process.
std::vector<std::string> instructionsOf(const std::string &path) {
  std::ifstream stream(path);
  std::vector<std::string> found;
  for (std::string line; std::getline(stream, line);)
    if (line.size() > 1 && line[0] == '\t' && line[1] != '.' && line[1] != '#')
      found.push_back(line.substr(1, line.find('\t', 1) - 1));
  return found;
}

TEST(CompileTest, two_threads_compile_at_once_what_one_compiles) {
  const KernelSpec spec{"dense_grad_input",
                        {{"inputs", "40"}, {"units", "9"}, {"activation", "tanh"}}};
  const KernelTarget target = hostKernelTarget();
  const ScratchFile a("nnx-a"), b("nnx-b");
  std::thread other([&] { compileToAssembly(spec, target, "k", a.path); });
  compileToAssembly(spec, target, "k", b.path);
  other.join();
  EXPECT_GT(instructionsOf(a.path).size(), 50u);
  EXPECT_EQ(instructionsOf(a.path), instructionsOf(b.path));
}

} // namespace
} // namespace nnx::kernels
