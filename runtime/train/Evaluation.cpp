// Evaluation of a share, batch by batch.
#include "runtime/train/Evaluation.h"

#include <algorithm>
#include <numeric>

using namespace nnxrt;

Evaluation::Evaluation(const SampleSet &share, int64_t samples, const nnxrt_variant &described,
                       double factor)
    : set(share), variant(described), scale(factor), order(static_cast<size_t>(samples)),
      batches(share, described, evaluationSamples) {
  std::iota(order.begin(), order.end(), 0u);
  const auto count = static_cast<size_t>(samples);
  if (variant.targets > 0) {
    const size_t numbers = count * static_cast<size_t>(variant.targets);
    results.targets.assign(set.targets.begin(),
                           set.targets.begin() + static_cast<std::ptrdiff_t>(numbers));
    results.outputs.resize(numbers);
    return;
  }
  results.labels.assign(set.labels, set.labels + samples);
  results.predictions.resize(count);
  results.confidence.resize(count);
  results.labelProbability.resize(count);
  results.labelRank.resize(count);
}

void Evaluation::run(Model &model) {
  sums = {};
  const auto samples = static_cast<int64_t>(order.size());
  for (int64_t first = 0; first < samples; first += evaluationSamples)
    runBatch(model, first, std::min(evaluationSamples, samples - first));
}

void Evaluation::runBatch(Model &model, int64_t first, int64_t samples) {
  const auto begin = static_cast<size_t>(first), count = static_cast<size_t>(samples);
  loadBatch(model, variant, set, std::span(order).subspan(begin, count), scale);
  model.evaluate(samples);
  sums.add(batches.of(model, samples));
  const int64_t stride = model.outputStride();
  for (size_t i = 0; i < count; ++i) {
    const float *const output =
        model.output(static_cast<int64_t>(i) / NNXRT_LANES) + i % NNXRT_LANES;
    for (int64_t n = 0; n < variant.targets; ++n)
      results.outputs[(begin + i) * static_cast<size_t>(variant.targets) + static_cast<size_t>(n)] =
          output[n * stride];
    if (variant.targets > 0)
      continue;
    const int label = model.labels()[i];
    results.predictions[begin + i] = batches.predicted()[i];
    results.confidence[begin + i] = output[batches.predicted()[i] * stride];
    results.labelProbability[begin + i] = output[label * stride];
    results.labelRank[begin + i] = rankOfLabel(output, variant.classes, stride, label);
  }
}

ShareFigures Evaluation::figures() const {
  return shareFigures(sums, variant);
}

Metrics Evaluation::metrics() const {
  if (order.empty())
    return {};
  if (variant.targets > 0) {
    Metrics metrics;
    metrics.samples = sums.samples;
    metrics.loss = figures().loss;
    metrics.regression = regressionFigures(sums.targets, sums.samples);
    return metrics;
  }
  Metrics metrics =
      computeMetrics(results.labels, results.predictions, variant.classes, figures().loss);
  addProbabilityFigures(metrics, results.labels, results.predictions, results.confidence,
                        results.labelRank);
  return metrics;
}
