// Sums over batches.
#include "runtime/train/BatchSums.h"

#include "runtime/data/Gather.h"
#include "runtime/metrics/Metrics.h"

#include <algorithm>
#include <cerrno>
#include <new>

using namespace nnxrt;

void Sums::add(const Sums &other) {
  loss += other.loss;
  hits += other.hits;
  samples += other.samples;
  targets.resize(std::max(targets.size(), other.targets.size()));
  for (size_t n = 0; n < other.targets.size(); ++n)
    targets[n].add(other.targets[n]);
}

ShareFigures nnxrt::shareFigures(const Sums &sums, const nnxrt_variant &variant) {
  ShareFigures figures;
  if (sums.samples == 0)
    return figures;
  const auto samples = static_cast<double>(sums.samples);
  figures.loss = sums.loss / samples;
  if (variant.classes > 0)
    figures.accuracy = static_cast<double>(sums.hits) / samples;
  if (variant.targets > 0) {
    const RegressionFigures errors = regressionFigures(sums.targets, sums.samples);
    figures.rmse = errors.rmse;
    figures.mae = errors.mae;
    figures.r2 = errors.r2;
  }
  return figures;
}

BatchSums::BatchSums(const SampleSet &set, const nnxrt_variant &described, int64_t most)
    : variant(described), classes(static_cast<size_t>(tilesOf(most)) * NNXRT_LANES),
      centres(static_cast<size_t>(described.targets)) {
  for (size_t i = 0; i < set.targets.size() && !centres.empty(); ++i)
    centres[i % centres.size()] +=
        static_cast<double>(set.targets[i]) / static_cast<double>(set.count);
}

const Sums &BatchSums::of(const Model &model, int64_t samples) {
  sums = {};
  sums.samples = samples;
  sums.targets.resize(centres.size());
  const int64_t stride = model.outputStride();
  if (variant.classes > 0)
    for (int32_t tile = 0; tile < tilesOf(samples); ++tile)
      predictTile(model.output(tile), variant.classes, stride,
                  &classes[static_cast<size_t>(tile) * NNXRT_LANES]);
  for (int64_t i = 0; i < samples; ++i) {
    sums.loss += model.loss(i);
    if (variant.classes > 0)
      sums.hits += classes[static_cast<size_t>(i)] == model.labels()[i] ? 1 : 0;
    const int64_t tile = i / NNXRT_LANES, lane = i % NNXRT_LANES;
    for (int64_t n = 0; n < variant.targets; ++n)
      sums.targets[static_cast<size_t>(n)].add(
          model.output(tile)[n * stride + lane],
          model.targets()[(tile * variant.targets + n) * NNXRT_LANES + lane],
          centres[static_cast<size_t>(n)]);
  }
  return sums;
}

namespace {
/// The tiles of a batch, gathered by all threads; each writes its own.
struct TileLoop {
  Model &model;
  const SampleSet &set;
  std::span<const uint32_t> indices;
  float scale;
  const Augmenter *augmenter;
};
} // namespace

static int gatherTile(void *context, int tile) {
  const auto &loop = *static_cast<const TileLoop *>(context);
  const auto first = static_cast<size_t>(tile) * NNXRT_LANES;
  const auto own =
      loop.indices.subspan(first, std::min(loop.indices.size() - first, size_t{NNXRT_LANES}));
  try {
    gatherSamples(loop.set, own, loop.scale,
                  loop.model.input() + first * static_cast<size_t>(loop.set.sampleBytes()),
                  loop.model.labels() + first, loop.augmenter);
  } catch (const std::bad_alloc &) {
    return ENOMEM;
  }
  return 0;
}

void nnxrt::loadBatch(Model &model, const nnxrt_variant &variant, const SampleSet &set,
                      std::span<const uint32_t> indices, double scale, const Augmenter *augmenter) {
  const auto samples = static_cast<int64_t>(indices.size());
  if (model.gathersOnDevice()) {
    std::vector<Augmenter::Map> maps;
    if (augmenter != nullptr)
      for (const uint32_t index : indices)
        maps.push_back(augmenter->mapOf(index));
    model.gather(set, static_cast<float>(scale), maps);
    if (variant.targets == 0) // of the figures, which are counted here
      gatherLabels(set, indices, model.labels());
  } else {
    TileLoop loop{model, set, indices, static_cast<float>(scale), augmenter};
    if (model.pool().run(gatherTile, &loop, 0, tilesOf(samples)) != 0)
      throw std::bad_alloc();
  }
  if (variant.targets > 0)
    gatherTargets(set, indices, variant.targets, model.targets());
}
