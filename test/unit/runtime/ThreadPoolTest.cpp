// The threads of a job: every task once, errors, nested loops, sleeping, denormals.
#include "runtime/train/ThreadPool.h"
#include "runtime/device/KernelContext.h"

#include <HalideRuntime.h>
#include <gmock/gmock.h>

#include <chrono>

using namespace nnxrt;

namespace {

struct Counts {
  ThreadPool *pool;
  std::vector<std::atomic<int>> times;
  int failAt = -1;
};

int countTask(void *context, int number) {
  auto &counts = *static_cast<Counts *>(context);
  ++counts.times[static_cast<size_t>(number)];
  return number == counts.failAt ? -7 : 0;
}

int nestedTask(void *context, int number) {
  return static_cast<Counts *>(context)->pool->run(countTask, context, number * 10, 10);
}

class ThreadPoolTest : public testing::TestWithParam<int> {};

} // namespace

TEST_P(ThreadPoolTest, runs_every_task_once) {
  ThreadPool pool(GetParam());
  EXPECT_EQ(pool.threads(), GetParam());
  for (const int count : {0, 1, 2, 3, 7, 100}) {
    Counts counts{&pool, std::vector<std::atomic<int>>(110)};
    EXPECT_EQ(pool.run(countTask, &counts, 5, count), 0);
    for (int i = 0; i < 110; ++i)
      EXPECT_EQ(counts.times[static_cast<size_t>(i)], i >= 5 && i < 5 + count ? 1 : 0);
  }
}

TEST_P(ThreadPoolTest, keeps_its_order_over_many_short_loops) {
  ThreadPool pool(GetParam());
  Counts counts{&pool, std::vector<std::atomic<int>>(8)};
  for (int loop = 0; loop < 500; ++loop)
    pool.run(countTask, &counts, 0, 8);
  for (const auto &times : counts.times)
    EXPECT_EQ(times, 500);
}

TEST_P(ThreadPoolTest, wakes_after_sleeping) {
  ThreadPool pool(GetParam());
  Counts counts{&pool, std::vector<std::atomic<int>>(8)};
  for (int loop = 0; loop < 5; ++loop) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    pool.run(countTask, &counts, 0, 8);
  }
  EXPECT_EQ(counts.times[7], 5);
}

TEST_P(ThreadPoolTest, reports_an_error_and_goes_on) {
  ThreadPool pool(GetParam());
  Counts counts{&pool, std::vector<std::atomic<int>>(100), 90};
  EXPECT_EQ(pool.run(countTask, &counts, 0, 100), -7);
  counts.failAt = -1;
  EXPECT_EQ(pool.run(countTask, &counts, 0, 100), 0);
}

TEST_P(ThreadPoolTest, a_loop_inside_a_loop_runs_where_it_is) {
  ThreadPool pool(GetParam());
  Counts counts{&pool, std::vector<std::atomic<int>>(100)};
  EXPECT_EQ(pool.run(nestedTask, &counts, 0, 10), 0);
  for (const auto &times : counts.times)
    EXPECT_EQ(times, 1);
}

static int denormalTask(void *context, int number) {
  volatile float small = 1e-30F;
  const float product = small * small; // 1e-60 rounds to zero; 1e-30 * 1e-10 is a denormal
  volatile float tiny = 1e-10F;
  static_cast<float *>(context)[number] = small * tiny + product;
  return 0;
}

TEST_P(ThreadPoolTest, flushes_denormals_in_every_thread) {
  flushDenormals();
  ThreadPool pool(GetParam());
  std::vector<float> products(16, 1);
  pool.run(denormalTask, products.data(), 0, 16);
  EXPECT_THAT(products, testing::Each(0));
}

INSTANTIATE_TEST_SUITE_P(Threads, ThreadPoolTest, testing::Values(1, 2, 3, 8));

TEST(KernelContext, gets_the_loops_and_errors_of_halide) {
  ThreadPool pool(2);
  KernelContext context(pool);
  std::vector<std::atomic<int>> times(10);
  const auto task = [](void *user, int number, uint8_t *closure) {
    static_cast<KernelContext *>(user)->addError(number == 4 ? "four" : "another");
    ++(*reinterpret_cast<std::vector<std::atomic<int>> *>(closure))[static_cast<size_t>(number)];
    return number == 4 ? -1 : 0;
  };
  EXPECT_EQ(halide_do_par_for(&context, task, 4, 1, reinterpret_cast<uint8_t *>(&times)), -1);
  halide_error(&context, "later");
  EXPECT_EQ(context.takeError(), "four");
  EXPECT_EQ(context.takeError(), "");
  EXPECT_EQ(halide_do_par_for(&context, task, 5, 5, reinterpret_cast<uint8_t *>(&times)), 0);
  for (size_t i = 0; i < times.size(); ++i)
    EXPECT_EQ(times[i], i >= 4 ? 1 : 0);
}
