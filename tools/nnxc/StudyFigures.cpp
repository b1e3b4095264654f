// Figures by the runtime's count of work.
#include "StudyFigures.h"

#include "LoadData.h"

#include "compiler/emit/KernelObjects.h"
#include "runtime/train/TrainingWork.h"

#include <algorithm>

namespace nnx {

static std::vector<DatasetSize> findSizes(const dsl::Study &study, const std::string &folder) {
  std::vector<DatasetSize> sizes;
  for (const dsl::Dataset &each : study.datasets) {
    DatasetSize size;
    try {
      const nnxrt::Dataset dataset = loadData(each, study.file, folder);
      size.train = dataset.train.count;
      size.test = dataset.test.count;
    } catch (const std::exception &error) {
      size.problem = error.what();
    }
    sizes.push_back(size);
  }
  return sizes;
}

static uint64_t bytesOf(const emit::VariantRow &row, int64_t batch) {
  uint64_t arena = 0;
  for (const emit::PlanRow &plan : row.step.plans)
    if (int64_t{plan.tiles} * NNXRT_LANES >= batch && (arena == 0 || plan.arenaBytes < arena))
      arena = plan.arenaBytes;
  return row.stateBytes + arena;
}

static PointFigures figuresOf(const dsl::Point &point, const dsl::Study &study,
                              const CompiledStudy &compiled,
                              const std::vector<DatasetSize> &sizes) {
  const auto variant = static_cast<std::size_t>(point.variant);
  const DatasetSize &size = sizes[static_cast<std::size_t>(point.dataset)];
  const dsl::TrainingSettings &training = point.training;
  PointFigures figures;
  figures.epochs = training.epochs;
  figures.bytes = bytesOf(compiled.variants[variant], training.batch);
  auto forward = static_cast<double>(study.variants[variant].network.flops);
  auto samples = static_cast<double>(size.train) * static_cast<double>(training.epochs);
  if (training.steps > 0)
    samples = std::min(samples, static_cast<double>(training.steps * training.batch));
  auto tested = static_cast<double>(size.test) * static_cast<double>(training.epochs);
  figures.flops = nnxrt::workOf(forward, samples, tested);
  figures.seconds = figures.flops / nnxrt::assumedRate;
  return figures;
}

StudyFigures computeFigures(const dsl::Study &study, const CompiledStudy &compiled,
                            const kernels::KernelTarget &target, const emit::ObjectStore &store,
                            const std::string &dataFolder) {
  StudyFigures figures;
  figures.datasets = findSizes(study, dataFolder);
  std::map<std::pair<std::string, int64_t>, PointFigures> longest; // by meaning and seed
  for (const dsl::Experiment &experiment : study.experiments) {
    std::vector<PointFigures> &all = figures.experiments.emplace_back();
    figures.points += experiment.points.size();
    figures.runs += static_cast<int64_t>(experiment.points.size()) * experiment.repeats;
    for (const dsl::Point &point : experiment.points) {
      all.push_back(figuresOf(point, study, compiled, figures.datasets));
      for (int64_t repeat = 0; repeat < experiment.repeats; ++repeat) {
        PointFigures &run = longest[{point.meaning, point.training.seed + repeat}];
        const PointFigures &other = all.back();
        if (std::pair(other.flops, other.epochs) > std::pair(run.flops, run.epochs))
          run = other;
      }
    }
  }
  figures.distinctRuns = static_cast<int64_t>(longest.size());
  for (const auto &[key, run] : longest) {
    figures.epochs += run.epochs;
    figures.flops += run.flops;
    figures.seconds += run.seconds;
  }
  for (const kernels::KernelSpec &spec : compiled.kernels) {
    figures.isKept.push_back(emit::isKept(spec, target, store));
    figures.newKernels += !figures.isKept.back();
  }
  return figures;
}

} // namespace nnx
