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

  /// What a model does there, and when.
  struct Way {
    uint64_t seed = 1;
    int64_t row = 1;                     // calls before their losses are read
    bool goesBack = false;               // each row is made twice
    std::function<void()> built = [] {}; // told of the model before the first step
  };

  /// Some steps and an evaluation.
  Trained train(const nnxrt_variant &variant, const nnxrt::OnDevice &on, const Way &way) {
    nnxrt::ThreadPool pool{1};
    nnxrt::KernelContext context{pool};
    nnxrt::Model model{variant, golden.batch, 16, context, false, on};
    way.built();
    const auto seed = way.seed;
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
    for (int64_t done = 0; done < steps; done += way.row) {
      const auto rest = std::span(indices).subspan(static_cast<size_t>(done * golden.batch));
      const int64_t count = std::min(way.row, steps - done);
      const auto makeRow = [&] {
        model.begin(rest.first(static_cast<size_t>(count * golden.batch)), golden.batch);
        for (int64_t call = 0; call < count; ++call) {
          const int64_t step = done + call;
          nnxrt::loadBatch(model, variant, dataset.train,
                           nnxrt::samplesOf(rest, golden.batch, call), study.datasets[0].scale);
          model.setHyper("lr", rate.after(step) / static_cast<double>(seed));
          model.setHyper("iteration", double(step + 1));
          model.setStep(seed, static_cast<uint64_t>(step + 1));
          model.step(golden.batch);
        }
        model.wait();
      };
      if (way.goesBack)
        model.keep();
      makeRow();
      if (way.goesBack) {
        model.goBack();
        makeRow();
      }
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
  const Trained processor = train(compiled.table().variants[0], {}, {});
  const Trained first = train(there, {.device = &opencl}, {});
  // In baseline_exponential, which diverges, every difference grows with the loss.
  for (size_t i = 0; i < processor.losses.size() && std::abs(processor.losses[i]) < 1e6; ++i)
    EXPECT_NEAR(first.losses[i], processor.losses[i], 1e-5 * std::abs(processor.losses[i]))
        << "step " << i;
}

// Three models at once, of other weights, random numbers and learning rates, whose rows of calls
// have other lengths, so that one evaluates, goes back or is gone while another trains: the bits of
// each are those that it has alone.
TEST_P(OnOpenCl, trains_models_side_by_side) {
  const nnxrt_variant &there = compiled.table().devices[0].variants[0];
  constexpr size_t models = 3;
  const auto trainOne = [&](size_t i, int together, const std::function<void()> &built) {
    nnxrt::OnDevice on{.device = &opencl, .calls = 3, .models = together};
    return train(there, on, {i + 1, static_cast<int64_t>(i) + 1, i == 1, built});
  };
  std::latch allBuilt{models};
  std::array<std::future<Trained>, models> together;
  for (size_t i = 0; i < models; ++i)
    together[i] = std::async(std::launch::async, [&, i] {
      bool isBuilt = false;
      try {
        return trainOne(i, models, [&] {
          isBuilt = true;
          allBuilt.arrive_and_wait();
        });
      } catch (...) {
        if (!isBuilt)
          allBuilt.count_down();
        throw;
      }
    });
  for (size_t i = 0; i < models; ++i) {
    const Trained beside = together[i].get(), alone = trainOne(i, 1, [] {});
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
