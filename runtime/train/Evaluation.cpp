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
  const auto atOnce = static_cast<size_t>(model.callsAtOnce() * evaluationSamples);
  for (size_t first = 0; first < order.size(); first += atOnce)
    runCalls(model, std::span(order).subspan(first, std::min(atOnce, order.size() - first)));
}

void Evaluation::runCalls(Model &model, std::span<const uint32_t> indices) {
  const auto samples = static_cast<int64_t>(indices.size());
  const int64_t calls = (samples + evaluationSamples - 1) / evaluationSamples;
  model.begin(indices, evaluationSamples);
  for (int64_t call = 0; call < calls; ++call) {
    const auto batch = samplesOf(indices, evaluationSamples, call);
    loadBatch(model, variant, set, batch, scale);
    model.evaluate(static_cast<int64_t>(batch.size()));
  }
  model.wait();
  for (int64_t call = 0; call < calls; ++call) {
    model.show(call);
    const auto batch = samplesOf(indices, evaluationSamples, call);
    count(model, batch.front(), batch.size());
  }
}

void Evaluation::count(const Model &model, size_t begin, size_t count) {
  sums.add(batches.of(model, static_cast<int64_t>(count)));
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
