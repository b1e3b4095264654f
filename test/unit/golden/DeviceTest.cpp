// Networks of test/golden on OpenCL against the processor, loss by loss, and against themselves bit
// by bit.
#include "GoldenCase.h"
#include "LoadedStudy.h"

#include "runtime/data/Dataset.h"
#include "runtime/device/Device.h"
#include "runtime/train/BatchSums.h"
#include "runtime/train/LearningRate.h"
#include "runtime/train/Model.h"
#include "runtime/train/Study.h"

#include <gtest/gtest.h>

#include <cmath>
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
  nnxrt::ThreadPool pool{1};
  nnxrt::KernelContext context{pool};
  nnxrt::Device opencl{"opencl"};

  /// Some steps and an evaluation; `device` null: on the processor.
  Trained train(const nnxrt_variant &variant, nnxrt::Device *device) {
    nnxrt::Model model{variant, golden.batch, 16, context, false, device};
    const nnxrt::LearningRate rate{settings, dataset.train.count / golden.batch, golden.steps};
    for (const char *const name : model.givenHypers()) {
      double value = 0;
      if (settings.optimizer.number(name, value))
        model.setHyper(name, value);
    }
    model.initialize(1);
    Trained trained;
    for (int64_t step = 0; step < steps; ++step) {
      load(model, variant, dataset.train, step * golden.batch, golden.batch);
      model.setHyper("lr", rate.after(step));
      model.setHyper("iteration", double(step + 1));
      model.setStep(1, static_cast<uint64_t>(step + 1));
      model.step(golden.batch);
      trained.losses.push_back(lossOf(model, golden.batch));
    }
    load(model, variant, dataset.test, 0, 16);
    model.evaluate(16);
    trained.losses.push_back(lossOf(model, 16));
    trained.weights = model.weightsSha256();
    return trained;
  }

private:
  void load(nnxrt::Model &model, const nnxrt_variant &variant, const nnxrt::SampleSet &set,
            int64_t first, int64_t count) {
    std::vector<uint32_t> indices(static_cast<size_t>(count));
    std::iota(indices.begin(), indices.end(), static_cast<uint32_t>(first));
    nnxrt::loadBatch(model, variant, set, indices, study.datasets[0].scale);
  }

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
  const Trained processor = train(compiled.table().variants[0], nullptr);
  const Trained first = train(there, &opencl), second = train(there, &opencl);
  for (size_t i = 0; i < processor.losses.size(); ++i)
    EXPECT_NEAR(first.losses[i], processor.losses[i], 1e-5 * std::abs(processor.losses[i]))
        << "step " << i;
  EXPECT_EQ(first.losses, second.losses);
  EXPECT_EQ(first.weights, second.weights);
}

INSTANTIATE_TEST_SUITE_P(golden, OnOpenCl,
                         testing::Values("baseline_tanh", "adam_conv", "batch_norm", "branches",
                                         "clipnorm_adam", "same_stride_2", "batch_33",
                                         "numbers_huber"),
                         [](const auto &info) { return info.param; });

} // namespace
} // namespace nnx::golden
