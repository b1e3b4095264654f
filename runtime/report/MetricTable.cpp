// One row per figure.
#include "runtime/report/MetricTable.h"

#include "runtime/report/Format.h"

#include <cmath>

namespace nnxrt {

const std::vector<MetricRow> &metricTable() {
#define NNXRT_TEST(FIELD) [](const Point &, const StoredRun &run) { return run.result.test.FIELD; }
#define NNXRT_RUN(FIELD) [](const Point &, const StoredRun &run) { return run.result.FIELD; }
  static const std::vector<MetricRow> rows = {
      {"accuracy", "accuracy", Unit::share, true, NNXRT_TEST(accuracy)},
      {"precision", "precision", Unit::share, true, NNXRT_TEST(weighted.precision)},
      {"recall", "recall", Unit::share, true, NNXRT_TEST(weighted.recall)},
      {"f1", "F1", Unit::share, true, NNXRT_TEST(weighted.f1)},
      {"macro_precision", "macro precision", Unit::share, true, NNXRT_TEST(macro.precision)},
      {"macro_recall", "macro recall", Unit::share, true, NNXRT_TEST(macro.recall)},
      {"macro_f1", "macro F1", Unit::share, true, NNXRT_TEST(macro.f1)},
      {"micro_precision", "micro precision", Unit::share, true, NNXRT_TEST(micro.precision)},
      {"micro_recall", "micro recall", Unit::share, true, NNXRT_TEST(micro.recall)},
      {"micro_f1", "micro F1", Unit::share, true, NNXRT_TEST(micro.f1)},
      {"top_2", "top 2", Unit::share, true, NNXRT_TEST(top2)},
      {"top_3", "top 3", Unit::share, true, NNXRT_TEST(top3)},
      {"top_5", "top 5", Unit::share, true, NNXRT_TEST(top5)},
      {"calibration_error", "calibration error", Unit::share, false, NNXRT_TEST(calibrationError)},
      {"loss", "loss", Unit::loss, false, NNXRT_TEST(loss)},
      {"train.accuracy", "training accuracy", Unit::share, true, NNXRT_RUN(trainAccuracy)},
      {"train.loss", "training loss", Unit::loss, false, NNXRT_RUN(trainLoss)},
      {"seconds", "time", Unit::seconds, false, NNXRT_RUN(seconds)},
      {"parameters", "parameters", Unit::count, false,
       [](const Point &point, const StoredRun &) { return static_cast<double>(point.parameters); }},
  };
#undef NNXRT_TEST
#undef NNXRT_RUN
  return rows;
}

const MetricRow *findMetric(std::string_view name) {
  for (const MetricRow &row : metricTable())
    if (row.name == name)
      return &row;
  return nullptr;
}

FigureWriter writerOf(Unit unit) {
  switch (unit) {
  case Unit::share:
    return shareText;
  case Unit::loss:
    return lossText;
  case Unit::seconds:
    return [](double value) { return std::isnan(value) ? std::string() : durationText(value); };
  case Unit::count:
    return [](double value) { return countText(std::llround(value)); };
  }
  return shareText;
}

std::string textOf(Unit unit, double value) {
  return writerOf(unit)(value);
}

} // namespace nnxrt
