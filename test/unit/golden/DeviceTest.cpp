// Networks of test/golden on OpenCL against the processor, loss by loss, and side by side against
// themselves alone, bit by bit.
#include "GoldenCase.h"
#include "LoadedStudy.h"

#include "runtime/data/Dataset.h"
#include "runtime/device/Device.h"
#include "runtime/train/BatchSums.h"
#include "runtime/train/LearningRate.h"
#include "runtime/train/Model.h"
#include "runtime/train/Study.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <future>
#include <latch>
#include <numeric>

namespace nnx::golden {
namespace {

struct Trained {
  std::vector<double> losses;
  std::string weights; // their digest
};

class OnOpenCl : public testing::TestWithParam<std::string> {
protected:
  static constexpr int64_t steps = 5;

  GoldenCase golden = readCase(GetParam());
  LoadedStudy compiled{golden.nnx, golden.name, true, {kernels::Device::OpenCl}};
  nnxrt::Study study = nnxrt::parseStudy({compiled.table().json, compiled.table().json_bytes});
  nnxrt::Dataset dataset{study.datasets[0], foldersOf(study.datasets[0])};
  const nnxrt::RunSettings &settings = study.experiments[0].points[0].settings;
  nnxrt::Device opencl{"opencl"};

  /// Some steps and an evaluation; `built` is told of the model before the first.
  Trained train(
      const nnxrt_variant &variant, nnxrt::OnDevice on, uint64_t seed = 1,
      const std::function<void()> &built = [] {}) {
    nnxrt::ThreadPool pool{1};
    nnxrt::KernelContext context{pool};
    nnxrt::Model model{variant, golden.batch, 16, context, false, on};
    built();
    const int64_t calls = on.calls;
    const nnxrt::LearningRate rate{settings, dataset.train.count / golden.batch, golden.steps};
    for (const char *const name : model.givenHypers()) {
      double value = 0;
      if (settings.optimizer.number(name, value))
        model.setHyper(name, value);
    }
    model.initialize(seed);
    Trained trained;
    std::vector<uint32_t> indices(static_cast<size_t>(steps * golden.batch));
    std::iota(indices.begin(), indices.end(), 0U);
    for (int64_t done = 0; done < steps; done += calls) {
      const auto rest = std::span(indices).subspan(static_cast<size_t>(done * golden.batch));
      const int64_t count = std::min(calls, steps - done);
      model.begin(rest.first(static_cast<size_t>(count * golden.batch)), golden.batch);
      for (int64_t call = 0; call < count; ++call) {
        const int64_t step = done + call;
        nnxrt::loadBatch(model, variant, dataset.train, nnxrt::samplesOf(rest, golden.batch, call),
                         study.datasets[0].scale);
        model.setHyper("lr", rate.after(step) / static_cast<double>(seed));
        model.setHyper("iteration", double(step + 1));
        model.setStep(seed, static_cast<uint64_t>(step + 1));
        model.step(golden.batch);
      }
      model.wait();
      for (int64_t call = 0; call < count; ++call) {
        model.show(call);
        EXPECT_EQ(reinterpret_cast<uintptr_t>(model.output(0)) % NNXRT_ALIGNMENT, 0U);
        EXPECT_EQ(reinterpret_cast<uintptr_t>(model.labels()) % NNXRT_ALIGNMENT, 0U);
        trained.losses.push_back(lossOf(model, golden.batch));
      }
    }
    const auto tested = std::span(indices).first(16);
    model.begin(tested, 16);
    nnxrt::loadBatch(model, variant, dataset.test, tested, study.datasets[0].scale);
    model.evaluate(16);
    model.wait();
    trained.losses.push_back(lossOf(model, 16));
    trained.weights = model.weightsSha256();
    return trained;
  }

private:
  static double lossOf(const nnxrt::Model &model, int64_t samples) {
    double sum = 0;
    for (int64_t i = 0; i < samples; ++i)
      sum += model.loss(i);
    return sum / static_cast<double>(samples);
  }
};

TEST_P(OnOpenCl, follows_the_processor) {
  ASSERT_EQ(compiled.table().device_count, 1U);
  const nnxrt_variant &there = compiled.table().devices[0].variants[0];
  const Trained processor = train(compiled.table().variants[0], {});
  const Trained first = train(there, {&opencl});
  // In baseline_exponential, which diverges, every difference grows with the loss.
  for (size_t i = 0; i < processor.losses.size() && std::abs(processor.losses[i]) < 1e6; ++i)
    EXPECT_NEAR(first.losses[i], processor.losses[i], 1e-5 * std::abs(processor.losses[i]))
        << "step " << i;
}

// Three models at once, of other weights, random numbers and learning rates: the bits of each are
// those that it has alone.
TEST_P(OnOpenCl, trains_models_side_by_side) {
  const nnxrt_variant &there = compiled.table().devices[0].variants[0];
  constexpr int models = 3;
  std::latch allBuilt{models};
  std::array<std::future<Trained>, models> together;
  for (uint64_t i = 0; i < models; ++i)
    together[i] = std::async(std::launch::async, [&, seed = i + 1] {
      return train(there, {&opencl, 3, models}, seed, [&] { allBuilt.arrive_and_wait(); });
    });
  for (uint64_t i = 0; i < models; ++i) {
    const Trained alone = train(there, {&opencl, 2}, i + 1), beside = together[i].get();
    ASSERT_EQ(alone.losses.size(), beside.losses.size());
    EXPECT_EQ(std::memcmp(alone.losses.data(), beside.losses.data(),
                          alone.losses.size() * sizeof(double)),
              0);
    EXPECT_EQ(alone.weights, beside.weights) << "model " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(golden, OnOpenCl, testing::ValuesIn(caseNames()),
                         [](const auto &info) { return info.param; });

} // namespace
} // namespace nnx::golden
