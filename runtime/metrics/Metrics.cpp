// Figures of a classifier from its confusion matrix.
#include "runtime/metrics/Metrics.h"

#include "runtime/metrics/Reliability.h"

#include <nnxrt/abi.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

using namespace nnxrt;

/// 0 / 0 counts 0 (scikit-learn's zero_division = 0).
static double ratio(double part, double whole) {
  return whole == 0 ? 0 : part / whole;
}

static void countConfusion(Metrics &metrics, std::span<const uint16_t> labels,
                           std::span<const uint16_t> predictions) {
  const auto classes = static_cast<size_t>(metrics.classes);
  metrics.confusion.assign(classes * classes, 0);
  for (size_t i = 0; i < labels.size(); ++i)
    ++metrics.confusion[labels[i] * classes + predictions[i]];
}

static ClassFigures figuresOfClass(const Metrics &metrics, int c) {
  ClassFigures figures;
  for (int other = 0; other < metrics.classes; ++other) {
    figures.support += metrics.count(c, other);
    figures.predicted += metrics.count(other, c);
  }
  const auto hits = static_cast<double>(metrics.count(c, c));
  figures.precision = ratio(hits, static_cast<double>(figures.predicted));
  figures.recall = ratio(hits, static_cast<double>(figures.support));
  figures.f1 = ratio(2 * hits, static_cast<double>(figures.predicted + figures.support));
  return figures;
}

/// The mean over classes, each with `weight(class)`.
template <typename Weight>
static AveragedFigures average(const std::vector<ClassFigures> &perClass, Weight weight) {
  AveragedFigures sum;
  double total = 0;
  for (const ClassFigures &figures : perClass) {
    const double share = weight(figures);
    sum.precision += share * figures.precision;
    sum.recall += share * figures.recall;
    sum.f1 += share * figures.f1;
    total += share;
  }
  return {ratio(sum.precision, total), ratio(sum.recall, total), ratio(sum.f1, total)};
}

Metrics nnxrt::computeMetrics(std::span<const uint16_t> labels,
                              std::span<const uint16_t> predictions, int classes, double loss) {
  Metrics metrics;
  metrics.samples = static_cast<int64_t>(labels.size());
  metrics.classes = classes;
  metrics.loss = loss;
  countConfusion(metrics, labels, predictions);
  int64_t hits = 0;
  for (int c = 0; c < classes; ++c) {
    hits += metrics.count(c, c);
    metrics.perClass.push_back(figuresOfClass(metrics, c));
  }
  metrics.accuracy = ratio(static_cast<double>(hits), static_cast<double>(metrics.samples));
  metrics.weighted = average(metrics.perClass, [](const ClassFigures &figures) {
    return static_cast<double>(figures.support);
  });
  metrics.macro = average(metrics.perClass, [](const ClassFigures &figures) {
    return figures.support + figures.predicted > 0 ? 1.0 : 0.0;
  });
  // With one label a sample, every false positive of a class is a false negative of another.
  metrics.micro = {metrics.accuracy, metrics.accuracy, metrics.accuracy};
  return metrics;
}

void nnxrt::addProbabilityFigures(Metrics &metrics, std::span<const uint16_t> labels,
                                  std::span<const uint16_t> predictions,
                                  std::span<const float> confidence,
                                  std::span<const uint16_t> ranks) {
  std::array<int64_t, 5> within{}; // samples of rank 0 to k
  const auto samples = static_cast<double>(labels.size());
  for (const uint16_t rank : ranks)
    for (size_t k = rank; k < within.size(); ++k)
      ++within[k];
  metrics.top2 = ratio(static_cast<double>(within[1]), samples);
  metrics.top3 = ratio(static_cast<double>(within[2]), samples);
  metrics.top5 = ratio(static_cast<double>(within[4]), samples);
  metrics.calibrationError = 0;
  for (const ReliabilityBin &bin : reliabilityOf(labels, predictions, confidence))
    metrics.calibrationError +=
        ratio(std::abs(static_cast<double>(bin.hits) - bin.confidence), samples);
  constexpr float most = 1.00001F; // of a softmax, with its rounding
  if (std::ranges::any_of(confidence, [](float each) { return !(each >= 0 && each <= most); }))
    metrics.calibrationError = std::numeric_limits<double>::quiet_NaN();
}

uint16_t nnxrt::rankOfLabel(const float *probabilities, int classes, int64_t stride, int label) {
  const float own = probabilities[label * stride];
  uint16_t rank = 0;
  for (int c = 0; c < classes; ++c) {
    const float value = probabilities[c * stride];
    const bool isEqual = value == own || (std::isnan(value) && std::isnan(own));
    const bool isMore = (std::isnan(value) && !std::isnan(own)) || value > own;
    rank += isMore || (isEqual && c < label) ? 1 : 0;
  }
  return rank;
}

void nnxrt::predictTile(const float *probabilities, int classes, int64_t stride,
                        uint16_t *predictions) {
  std::array<float, NNXRT_LANES> best{};
  for (int lane = 0; lane < NNXRT_LANES; ++lane) {
    best[lane] = probabilities[lane];
    predictions[lane] = 0;
  }
  for (int c = 1; c < classes; ++c)
    for (int lane = 0; lane < NNXRT_LANES; ++lane) {
      const float value = probabilities[c * stride + lane];
      // Not (value <= best): true for a NaN as well; a NaN that is there already stays.
      if (!(value <= best[lane]) && !std::isnan(best[lane])) {
        best[lane] = value;
        predictions[lane] = static_cast<uint16_t>(c);
      }
    }
}
