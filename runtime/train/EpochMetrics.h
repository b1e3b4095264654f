// The figures that exist after every epoch: those of dsl/tables/Metrics.def that are kept so.
#pragma once

#include "runtime/train/Results.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace nnxrt {

struct EpochShare {
  std::string_view name, title; // "train", "training"
  ShareFigures EpochFigures::*of;
};
inline constexpr std::array epochShares{
    EpochShare{"test", "test", &EpochFigures::test},
    EpochShare{"train", "training", &EpochFigures::train},
    EpochShare{"validation", "validation", &EpochFigures::validation}};

struct EpochMetric {
  std::string name;  // as a study names it: "loss", "train.rmse"
  std::string title; // "test loss", "training RMSE"
  std::string field; // "test_loss", "train_rmse"
  ShareFigures EpochFigures::*of;
  double ShareFigures::*value;
  bool higherIsBetter;
  bool isFraction; // of 1: shown from 0 to 1, as no logarithm

  double operator()(const EpochFigures &figures) const { return figures.*of.*value; }
  /// Whether the run has this figure: a number, or the loss of a share that every run has, which
  /// is NaN behind a divergence.
  [[nodiscard]] bool isIn(const EpochFigures &figures) const;
};

/// In the order in which a page shows them.
const std::vector<EpochMetric> &epochMetrics();

/// By its name in a study, where the test set's may have `test.` in front; null for another.
const EpochMetric *epochMetric(std::string_view name);

} // namespace nnxrt
