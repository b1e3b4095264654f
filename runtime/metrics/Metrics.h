// Figures over a set of samples, those of a classifier from its confusion matrix: plain data, no
// tensors.
// Definitions are scikit-learn's with zero_division = 0.
#pragma once

#include "runtime/metrics/Regression.h"

#include <cstdint>
#include <span>
#include <vector>

namespace nnxrt {

/// One class against the rest.
struct ClassFigures {
  double precision = 0; // TP / (TP + FP), 0 where nothing was predicted
  double recall = 0;    // TP / (TP + FN), 0 where there is no sample
  double f1 = 0;        // 2 TP / (2 TP + FP + FN), 0 where that is 0 / 0
  int64_t support = 0;  // samples of the class
  int64_t predicted = 0;
};

struct AveragedFigures {
  double precision = 0, recall = 0, f1 = 0;
};

struct Metrics {
  int64_t samples = 0;
  int classes = 0; // 0 for regression, which has no figures of classes
  double loss = 0; // mean over the samples; not finite where a sample's loss is not
  double accuracy = 0;
  AveragedFigures weighted; // by support: the published figures
  AveragedFigures macro;    // plain mean over the classes that occur, as label or as prediction
  AveragedFigures micro;    // from the summed counts
  double top2 = 0, top3 = 0, top5 = 0; // share of samples whose label is among the k most probable
  double calibrationError = 0;         // expected calibration error; NaN if a confidence is NaN
  RegressionFigures regression;        // zeros for classification
  std::vector<ClassFigures> perClass;
  std::vector<int64_t> confusion; // classes x classes, row major: row = label, column = prediction

  [[nodiscard]] int64_t count(int label, int prediction) const {
    return confusion[static_cast<size_t>(label) * static_cast<size_t>(classes) +
                     static_cast<size_t>(prediction)];
  }
};

/// Metrics of `predictions` against `labels` (equal lengths, every value in [0, classes)), with
/// `loss` the mean loss. No samples give zeros.
Metrics computeMetrics(std::span<const uint16_t> labels, std::span<const uint16_t> predictions,
                       int classes, double loss);

/// Sets the top-k accuracies and the calibration error. `ranks` are those of the labels (see
/// rankOfLabel), `confidence` the probabilities of the predicted classes. The calibration error is
/// sum over 15 equal bins (a, b] of confidence: share of samples * |accuracy - mean confidence|;
/// NaN where a confidence is no probability, as without a closing softmax.
void addProbabilityFigures(Metrics &metrics, std::span<const uint16_t> labels,
                           std::span<const uint16_t> predictions, std::span<const float> confidence,
                           std::span<const uint16_t> ranks);

/// How many classes come before `label` in the order in which predictTile picks: 0 for the
/// prediction itself. Class c is at probabilities[c * stride].
uint16_t rankOfLabel(const float *probabilities, int classes, int64_t stride, int label);

/// The classes that a tile of outputs predicts, one for each of its 16 lanes, as NumPy's argmax:
/// the first NaN counts as the largest, among equals the first wins. Class c of lane l is at
/// probabilities[c * stride + l].
void predictTile(const float *probabilities, int classes, int64_t stride, uint16_t *predictions);

} // namespace nnxrt
