// nnx-kernel-bench [SAMPLES] [KIND] [CPU]: for each kernel of the baseline and of deeper
// convolutions, on one thread, its time, its GF/s and its share of the roofline: the longer of what
// its operations take at this core's multiply-add peak and what its bytes take to be read and
// written once. The peak, the bytes and all kernels are timed in turns, and the least time of each
// counts, so a busy machine disturbs all alike.
#include "test/unit/kernels/KernelCase.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <immintrin.h>
#include <string_view>
#include <tuple>
#include <vector>

using namespace nnx::kernels;

namespace {

double now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

constexpr long peakRounds = 20000;

// Twelve independent chains of multiply-adds of a vector each.
#define NNX_MULTIPLY_ADDS(V)                                                                       \
  asm volatile("vpxor %%xmm14, %%xmm14, %%xmm14\n"                                                 \
               "vpxor %%xmm15, %%xmm15, %%xmm15\n"                                                 \
               "1:\n"                                                                              \
               ".irp chain, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11\n"                                \
               "vfmadd231ps %%" V "14, %%" V "15, %%" V "\\chain\n"                                \
               ".endr\n"                                                                           \
               "dec %0\n jnz 1b\n"                                                                 \
               : "+r"(rounds)                                                                      \
               :                                                                                   \
               : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",   \
                 "xmm10", "xmm11", "xmm14", "xmm15", "cc")

// With the vectors that kernels for this machine have.
void spinMultiplyAdds(int lanes) {
  long rounds = peakRounds;
  // NOLINTNEXTLINE(bugprone-branch-clone): they differ in the text of their instructions
  if (lanes == 16)
    NNX_MULTIPLY_ADDS("zmm");
  else
    NNX_MULTIPLY_ADDS("ymm");
}

// As many bytes as a kernel reads and writes; what is updated in place is both.
class Traffic {
public:
  explicit Traffic(KernelCase &data) {
    for (const KernelArgument &argument : argumentsOf(data.spec())) {
      if (argument.rank == 0)
        continue;
      TestBuffer &buffer = data.buffer(argument.name);
      const size_t bytes =
          buffer.size() * (argument.type == KernelArgument::Type::U8 ? 1 : sizeof(float));
      if (argument.kind != KernelArgument::Kind::Output)
        read.resize(read.size() + (bytes + sizeof(Line) - 1) / sizeof(Line));
      if (argument.kind != KernelArgument::Kind::Input)
        written.resize(written.size() + (bytes + sizeof(Line) - 1) / sizeof(Line));
    }
  }

  void move() {
    __m256 sum = _mm256_setzero_ps(), other = sum;
    for (const Line &line : read) {
      sum = _mm256_add_ps(sum, _mm256_load_ps(line.numbers));
      other = _mm256_add_ps(other, _mm256_load_ps(line.numbers + 8));
    }
    sum = _mm256_add_ps(sum, other); // stored, so that the reads are not left out
    for (Line &line : written) {
      _mm256_store_ps(line.numbers, sum);
      _mm256_store_ps(line.numbers + 8, sum);
    }
    asm volatile("" ::"x"(sum) : "memory");
  }

private:
  struct alignas(64) Line {
    float numbers[16] = {};
  };
  std::vector<Line> read, written;
};

struct Row {
  KernelSpec spec;
  double flopsOfSample; // useful operations
  bool inBaseline;
};

std::vector<Row> rows() {
  const std::string sgd = "sgd(nesterov=false)";
  std::vector<Row> all;
  auto conv = [&](const char *input, int channels, int filters, int side, bool pooled, bool first) {
    const std::map<std::string, std::string> base{
        {"input", input},    {"filters", std::to_string(filters)},
        {"kernel", "3x3"},   {"stride", "1x1"},
        {"dilation", "1x1"}, {"padding", "valid"}};
    auto with = [&](std::map<std::string, std::string> more) {
      more.insert(base.begin(), base.end());
      return more;
    };
    const double flops = 2.0 * side * side * filters * 9 * channels;
    const char *pool = pooled ? "2x2" : "0";
    all.push_back(
        {{"conv2d_forward", with({{"activation", "relu"}, {"pool", pool}, {"saves_input", "0"}})},
         flops,
         first});
    all.push_back(
        {{"conv2d_grad_weights_update", with({{"pool", pool}, {"optimizer", sgd}})}, flops, first});
    if (!first)
      all.push_back(
          {{"conv2d_grad_input", with({{"pool", pool}, {"activation", "none"}})}, flops, false});
  };
  auto dense = [&](int inputs, int units, bool hasInputGradient) {
    const std::string k = std::to_string(inputs), n = std::to_string(units);
    const double flops = 2.0 * inputs * units;
    all.push_back({{"dense_forward",
                    {{"inputs", k}, {"units", n}, {"activation", "relu"}, {"saves_input", "0"}}},
                   flops,
                   true});
    all.push_back({{"dense_grad_weights_update", {{"inputs", k}, {"units", n}, {"optimizer", sgd}}},
                   flops,
                   true});
    if (hasInputGradient)
      all.push_back({{"dense_grad_input", {{"inputs", k}, {"units", n}, {"activation", "relu"}}},
                     flops,
                     true});
  };
  conv("28x28x1", 1, 32, 26, true, true);
  dense(5408, 100, true);
  dense(100, 10, true);
  all.push_back({{"softmax_cross_entropy",
                  {{"classes", "10"}, {"label_smoothing", "0.0"}, {"gradient", "1"}}},
                 0,
                 true});
  all.push_back({{"transpose_delta", {}}, 0, true});
  all.push_back({{"dense_grad_bias_update", {{"optimizer", sgd}}}, 0, true});
  all.push_back({{"conv2d_grad_bias_update", {{"optimizer", sgd}}}, 0, true});
  conv("13x13x32", 32, 64, 11, false, false);
  conv("13x13x32", 32, 64, 10, true, false); // the pool drops the last row and column
  conv("5x5x64", 64, 96, 3, false, false);
  conv("5x5x64", 64, 96, 2, true, false);
  for (const char *activation : {"tanh", "sigmoid", "gelu", "hard_sigmoid_keras2"})
    all.push_back({{"conv2d_forward",
                    {{"input", "28x28x1"},
                     {"filters", "32"},
                     {"kernel", "3x3"},
                     {"stride", "1x1"},
                     {"dilation", "1x1"},
                     {"padding", "valid"},
                     {"activation", activation},
                     {"pool", "2x2"},
                     {"saves_input", "1"}}},
                   2.0 * 26 * 26 * 32 * 9,
                   false});
  for (auto [input, filters, flops] : {std::tuple("28x28x1", "32", 2.0 * 26 * 26 * 32 * 9),
                                       std::tuple("13x13x32", "64", 2.0 * 11 * 11 * 64 * 288)})
    all.push_back({{"conv2d_softmax_forward",
                    {{"input", input},
                     {"filters", filters},
                     {"kernel", "3x3"},
                     {"stride", "1x1"},
                     {"dilation", "1x1"},
                     {"padding", "valid"}}},
                   flops,
                   false});
  for (const char *input : {"26x26x32", "11x11x64"})
    all.push_back({{"max_pool_softmax_grad",
                    {{"input", input}, {"window", "2x2"}, {"stride", "2x2"}, {"padding", "valid"}}},
                   0,
                   false});
  all.push_back(
      {{"max_pool_forward",
        {{"input", "11x11x64"}, {"window", "2x2"}, {"stride", "2x2"}, {"padding", "valid"}}},
       0,
       false});
  all.push_back({{"max_pool_grad",
                  {{"input", "11x11x64"},
                   {"window", "2x2"},
                   {"stride", "2x2"},
                   {"padding", "valid"},
                   {"activation", "none"}}},
                 0,
                 false});
  return all;
}

} // namespace

int main(int argc, char **argv) {
  _mm_setcsr(_mm_getcsr() | 0x8040); // flush denormals, as the runtime does
  int samples = 32;
  const std::string_view given = argc > 1 ? argv[1] : "32";
  std::from_chars(given.data(), given.data() + given.size(), samples);
  if (samples < 1) {
    std::fputs("usage: nnx-kernel-bench [SAMPLES] [KIND] [CPU]\n", stderr);
    return 2;
  }
  const std::string only = argc > 2 ? argv[2] : "";
  const KernelTarget target = argc > 3 ? parseKernelTarget(argv[3]) : hostKernelTarget();
  struct Timed {
    Row row;
    LoadedKernel kernel;
    KernelCase data;
    std::function<int()> call;
    Traffic traffic;
    int repeats = 1;
    double least = 1e9, leastMoving = 1e9;
  };
  std::vector<std::unique_ptr<Timed>> timed;
  for (const Row &row : rows()) {
    if (row.spec.text().find(only) == std::string::npos)
      continue;
    CaseSize size{samples, 100, 13, 13};
    if (row.spec.kind == "conv2d_grad_bias_update")
      size.units = 32;
    KernelCase data(row.spec, size);
    Traffic traffic(data);
    auto t = std::make_unique<Timed>(
        Timed{row, LoadedKernel(row.spec, target), data, {}, std::move(traffic)});
    for (auto &[name, value] : t->data.hypers())
      value = 1e-7f; // the numbers stay as they are
    t->call = t->kernel.bind(t->data.values());
    if (t->call() != 0) {
      std::fprintf(stderr, "%s failed\n", row.spec.text().c_str());
      return 1;
    }
    timed.push_back(std::move(t));
  }
  double peak = 1e9;
  const int lanes = target.vectorLanes;
  for (int round = 0; round < 60; ++round) {
    double start = now();
    spinMultiplyAdds(lanes);
    peak = std::min(peak, now() - start);
    for (auto &t : timed) {
      start = now();
      for (int i = 0; i < t->repeats; ++i)
        t->call();
      const double one = (now() - start) / t->repeats;
      t->least = std::min(t->least, one);
      start = now();
      for (int i = 0; i < t->repeats; ++i)
        t->traffic.move();
      t->leastMoving = std::min(t->leastMoving, (now() - start) / t->repeats);
      t->repeats = std::clamp(static_cast<int>(1e-3 / one), 1, 200);
    }
  }
  const double peakFlops = peakRounds * 12.0 * 2 * lanes / peak;
  std::printf("multiply-add peak %.1f GF/s, %d samples\n", peakFlops / 1e9, samples);
  double sum = 0;
  for (auto &t : timed) {
    const double flops = t->row.flopsOfSample * samples;
    const double roofline = std::max(flops / peakFlops, t->leastMoving);
    std::printf("%9.1f us %7.1f GF/s %3.0f %% of the roofline (%s)  %s\n", t->least * 1e6,
                flops / t->least / 1e9, 100 * roofline / t->least,
                roofline > t->leastMoving ? "peak" : "memory", t->row.spec.text().c_str());
    if (t->row.inBaseline)
      sum += t->least;
  }
  std::printf("%9.1f us  all kernels of the baseline\n", sum * 1e6);
}
