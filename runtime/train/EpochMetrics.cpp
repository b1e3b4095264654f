// The table of figures after every epoch.
#include "runtime/train/EpochMetrics.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace nnxrt {

namespace {
struct Figure {
  const char *name, *title;
  double ShareFigures::*value;
  bool higherIsBetter, isFraction;
};
constexpr std::array figures{Figure{"accuracy", "accuracy", &ShareFigures::accuracy, true, true},
                             Figure{"loss", "loss", &ShareFigures::loss, false, false},
                             Figure{"rmse", "RMSE", &ShareFigures::rmse, false, false},
                             Figure{"mae", "MAE", &ShareFigures::mae, false, false},
                             Figure{"r2", "R²", &ShareFigures::r2, true, true}};

std::vector<EpochMetric> crossed() {
  std::vector<EpochMetric> all;
  for (const Figure &figure : figures)
    for (const EpochShare &share : epochShares)
      all.push_back({.name = share.of == &EpochFigures::test
                                 ? figure.name
                                 : fmt::format("{}.{}", share.name, figure.name),
                     .title = fmt::format("{} {}", share.title, figure.title),
                     .field = fmt::format("{}_{}", share.name, figure.name),
                     .of = share.of,
                     .value = figure.value,
                     .higherIsBetter = figure.higherIsBetter,
                     .isFraction = figure.isFraction});
  return all;
}
} // namespace

bool EpochMetric::isIn(const EpochFigures &figures) const {
  return !std::isnan((*this)(figures)) ||
         (value == &ShareFigures::loss && of != &EpochFigures::validation);
}

const std::vector<EpochMetric> &epochMetrics() {
  static const std::vector<EpochMetric> metrics = crossed();
  return metrics;
}

const EpochMetric *epochMetric(std::string_view name) {
  if (constexpr std::string_view ofTest = "test."; name.starts_with(ofTest))
    name.remove_prefix(ofTest.size());
  const auto found = std::ranges::find(epochMetrics(), name, &EpochMetric::name);
  return found == epochMetrics().end() ? nullptr : &*found;
}

} // namespace nnxrt
