// Weights in Keras's order, the buffers that kernels get, and no allocation while training.
#include "runtime/train/Model.h"

#include "runtime/train/RunPlan.h"
#include "test/unit/runtime/FakeStudy.h"
#include "test/unit/runtime/SyntheticDigits.h"

#include <HalideRuntime.h>
#include <gmock/gmock.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <new>
#include <numeric>

using namespace nnxrt;

/// Counts every allocation of the test program while it is watched.
static std::atomic<bool> watching{false};
static std::atomic<int64_t> allocations{0};

[[gnu::noinline]] void *operator new(size_t bytes) {
  if (watching)
    ++allocations;
  if (void *const block = std::malloc(bytes == 0 ? 1 : bytes))
    return block;
  throw std::bad_alloc();
}
[[gnu::noinline]] void *operator new(size_t bytes, const std::nothrow_t &) noexcept {
  if (watching)
    ++allocations;
  return std::malloc(bytes == 0 ? 1 : bytes);
}
[[gnu::noinline]] void operator delete(void *block) noexcept {
  std::free(block);
}
[[gnu::noinline]] void operator delete(void *block, size_t) noexcept {
  std::free(block);
}

namespace {

constexpr int extents[] = {3, 2, 2, 4}; // height, width, channels, units

/// A dense kernel behind a flatten: stored (n padded to 16, x, y, c), Keras counts (y, x, c, n).
struct StoredDense {
  static constexpr int64_t row = 16;
  nnxrt_buffer buffers[5] = {};
  nnxrt_parameter parameter = {};
  uint64_t offsets[5] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
  nnxrt_plan plan{2, 0, offsets};
  nnxrt_variant variant = {};
  static inline nnxrt_call seen{};
  static inline int32_t extentSeen = 0;

  StoredDense() {
    const int64_t lanes = NNXRT_LANES, pixels = 3 * 2 * 2;
    buffers[0] = {"input",
                  NNXRT_F32,
                  NNXRT_IO,
                  5,
                  NNXRT_NO_BUFFER,
                  0,
                  uint64_t(pixels * lanes * 4),
                  {16, 2, 3, 2, NNXRT_TILES},
                  {1, 16, 32, 96, 192}};
    buffers[1] = {"label", NNXRT_I32, NNXRT_IO,          2,      NNXRT_NO_BUFFER,
                  0,       64,        {16, NNXRT_TILES}, {1, 16}};
    buffers[2] = {"loss", NNXRT_F32, NNXRT_IO,          2,      NNXRT_NO_BUFFER,
                  0,      64,        {16, NNXRT_TILES}, {1, 16}};
    buffers[3] = {"output",   NNXRT_F32, NNXRT_IO, 3, NNXRT_NO_BUFFER, 0, 256, {16, 4, NNXRT_TILES},
                  {1, 16, 64}};
    buffers[4] = {
        "weights", NNXRT_F32, NNXRT_STATE, 2, NNXRT_NO_BUFFER, 128, uint64_t(pixels * row * 4),
        {4, 12},   {1, 16}};
    parameter = {"dense/kernel",
                 "zeros",
                 {0, 0},
                 12,
                 4,
                 0,
                 4,
                 2,
                 4,
                 {12, 4},
                 {3, 2, 2, 4},
                 {2 * row, row, 6 * row, 1},
                 nullptr,
                 nullptr,
                 0,
                 1};
    const nnxrt_function function{[](const nnxrt_call *call) {
                                    seen = *call;
                                    extentSeen = call->buffers[0]->dim[4].extent;
                                    return 0;
                                  },
                                  &plan, 1};
    variant = {"stored", 3,          2,       2,       4, 0,
               buffers,  &parameter, nullptr, nullptr, 5, 1,
               0,        0,          1,       2,       3, uint64_t(128 + pixels * row * 4),
               nullptr,  function,   function};
  }
};

} // namespace

TEST(Model, stores_weights_where_keras_order_says) {
  StoredDense stored;
  ThreadPool pool(1);
  KernelContext context(pool);
  Model model(stored.variant, 20, 1, context);
  std::vector<float> values(model.parameterElements(0));
  ASSERT_EQ(values.size(), 48U);
  std::iota(values.begin(), values.end(), 1.0F);
  model.setParameter(0, values);
  std::vector<float> back(values.size());
  model.getParameter(0, back);
  EXPECT_EQ(back, values);

  model.step(20);
  const halide_buffer_t &weights = *StoredDense::seen.buffers[4];
  const auto *const memory = reinterpret_cast<const float *>(weights.host);
  float next = 1; // Keras's order: y, x, c, n
  for (int y = 0; y < extents[0]; ++y)
    for (int x = 0; x < extents[1]; ++x)
      for (int c = 0; c < extents[2]; ++c)
        for (int n = 0; n < extents[3]; ++n)
          ASSERT_EQ(memory[(x + 2 * (y + 3 * c)) * 16 + n], next++);
  float rest = 0; // the padding stays zero
  for (int i = 0; i < 12 * 16; ++i)
    rest += i % 16 >= 4 ? std::abs(memory[i]) : 0;
  EXPECT_EQ(rest, 0);
  EXPECT_EQ(std::count(memory, memory + 12 * 16, 0.0F), 12 * 12);
}

// A slot that starts at "start", and a number that doubles with each step.
TEST(Model, prepares_the_numbers_of_each_step) {
  static constexpr const char *names[] = {"start", "carried"};
  static constexpr double starts[] = {NAN, 1};
  static constexpr uint32_t slots[] = {4}, slotStarts[] = {0};
  StoredDense stored;
  stored.variant.hyper_names = names;
  stored.variant.hyper_starts = starts;
  stored.variant.hyper_count = 2;
  stored.variant.prepare = [](double *hyper) { hyper[1] *= 2; };
  stored.parameter.slots = slots;
  stored.parameter.slot_starts = slotStarts;
  stored.parameter.slot_count = 1;
  ThreadPool pool(1);
  KernelContext context(pool);
  Model model(stored.variant, 20, 1, context);
  EXPECT_EQ(model.givenHypers(), std::vector<const char *>{names[0]});
  EXPECT_TRUE(model.setHyper("start", 0.25));
  EXPECT_FALSE(model.setHyper("other", 0.25));
  model.initializeOptimizer();
  for (const double expected : {2.0, 4.0}) {
    model.step(20);
    EXPECT_EQ(StoredDense::seen.hyper[1], expected);
  }
  model.evaluate(1);
  EXPECT_EQ(StoredDense::seen.hyper[1], 4); // no step, nothing to prepare
  const auto *const slot = reinterpret_cast<const float *>(StoredDense::seen.buffers[4]->host);
  EXPECT_EQ(std::count(slot, slot + 12 * 16, 0.25F), 12 * 16);
}

TEST(Model, describes_buffers_for_the_tiles_of_the_call) {
  StoredDense stored;
  ThreadPool pool(1);
  KernelContext context(pool);
  Model model(stored.variant, 20, 30, context);
  for (const int64_t samples : {20, 3}) {
    model.step(samples);
    const nnxrt_call &call = StoredDense::seen;
    EXPECT_EQ(call.samples, samples);
    EXPECT_EQ(call.tiles, samples > 16 ? 2 : 1);
    EXPECT_EQ(StoredDense::extentSeen, call.tiles);
    const halide_buffer_t &input = *call.buffers[0];
    EXPECT_EQ(input.dimensions, 5);
    EXPECT_EQ(input.dim[3].stride, 96);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(input.host) % NNXRT_ALIGNMENT, 0U);
    EXPECT_TRUE(input.type == halide_type_t(halide_type_float, 32));
    EXPECT_TRUE(call.buffers[1]->type == halide_type_t(halide_type_int, 32));
  }
}

TEST(Model, refuses_batches_without_a_plan_and_inputs_with_gaps) {
  StoredDense stored;
  ThreadPool pool(1);
  KernelContext context(pool);
  EXPECT_THROW(Model(stored.variant, 33, 1, context), VariantError);
  stored.buffers[0].stride[4] = 200;
  EXPECT_THROW(Model(stored.variant, 16, 1, context), VariantError);
}

namespace {
class Silent final : public RunObserver {
public:
  void studyStarted(const StudyInfo &) override {}
  void runStarted(const RunInfo &) override {}
  void stepsDone(const RunInfo &, const StepFigures &) override {}
  void epochEnded(const RunInfo &, const EpochFigures &) override { counts.push_back(allocations); }
  void runEnded(const RunInfo &, const RunResult &) override {}
  void studyEnded(const StudyOutcome &) override {}
  std::vector<int64_t> counts;
};
} // namespace

TEST(Trainer, allocates_nothing_between_epochs) {
  const test::ScratchFolder folder;
  test::writeDigits(folder.path, 100, 70);
  const Study study = parseStudy({nnxrt_study_table.json, nnxrt_study_table.json_bytes});
  const Dataset dataset(study.datasets[0], {folder.path});
  Experiment experiment = study.experiments[ratesExperiment];
  experiment.points[0].settings.epochs = 4;
  const PointInfo point{&experiment, &experiment.points[0], 0, 0};
  ThreadPool pool(2);
  Silent observer;
  observer.counts.reserve(8);
  const StopFlag interrupted{false};
  const StopSignal stop(interrupted);
  Trainer trainer({planRun(point, 0, dataset, false), &nnxrt_study_table.variants[0], &dataset,
                   study.datasets[0].scale},
                  pool, observer, stop);
  allocations = 0;
  watching = true;
  std::vector<int> probe(3); // the count counts
  trainer.run();
  watching = false;
  ASSERT_EQ(observer.counts.size(), 4U);
  EXPECT_GE(observer.counts[0], 1);
  EXPECT_EQ(observer.counts[0], observer.counts[3]);
}
