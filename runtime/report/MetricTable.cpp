// One row per figure.
#include "runtime/report/MetricTable.h"

#include "runtime/report/Format.h"

#include <cmath>

namespace nnxrt {

const std::vector<MetricRow> &metricTable() {
// A figure of classes of a share, or of numbers to predict: none where the run has no such share or
// the other task.
#define NNXRT_CLASSES(SHARE, FIELD)                                                                \
  [](const Point &, const StoredRun &run) {                                                        \
    return run.result.SHARE.classes > 0 ? run.result.SHARE.FIELD : noFigure;                       \
  }
#define NNXRT_NUMBERS(SHARE, FIELD)                                                                \
  [](const Point &, const StoredRun &run) {                                                        \
    const Metrics &share = run.result.SHARE;                                                       \
    return share.classes == 0 && share.samples > 0 ? share.regression.FIELD : noFigure;            \
  }
#define NNXRT_TEST(FIELD) NNXRT_CLASSES(test, FIELD)
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
      {"rmse", "RMSE", Unit::loss, false, NNXRT_NUMBERS(test, rmse)},
      {"mae", "MAE", Unit::loss, false, NNXRT_NUMBERS(test, mae)},
      {"r2", "R²", Unit::share, true, NNXRT_NUMBERS(test, r2)},
      {"loss", "loss", Unit::loss, false, NNXRT_RUN(test.loss)},
      {"train.accuracy", "training accuracy", Unit::share, true, NNXRT_RUN(train.accuracy)},
      {"train.rmse", "training RMSE", Unit::loss, false, NNXRT_RUN(train.rmse)},
      {"train.mae", "training MAE", Unit::loss, false, NNXRT_RUN(train.mae)},
      {"train.r2", "training R²", Unit::share, true, NNXRT_RUN(train.r2)},
      {"train.loss", "training loss", Unit::loss, false, NNXRT_RUN(train.loss)},
      {"validation.accuracy", "validation accuracy", Unit::share, true,
       NNXRT_CLASSES(validation, accuracy)},
      {"validation.precision", "validation precision", Unit::share, true,
       NNXRT_CLASSES(validation, weighted.precision)},
      {"validation.recall", "validation recall", Unit::share, true,
       NNXRT_CLASSES(validation, weighted.recall)},
      {"validation.f1", "validation F1", Unit::share, true, NNXRT_CLASSES(validation, weighted.f1)},
      {"validation.rmse", "validation RMSE", Unit::loss, false, NNXRT_NUMBERS(validation, rmse)},
      {"validation.mae", "validation MAE", Unit::loss, false, NNXRT_NUMBERS(validation, mae)},
      {"validation.r2", "validation R²", Unit::share, true, NNXRT_NUMBERS(validation, r2)},
      {"validation.loss", "validation loss", Unit::loss, false,
       [](const Point &, const StoredRun &run) {
         return run.result.validation.samples > 0 ? run.result.validation.loss : noFigure;
       }},
      {"seconds", "time", Unit::seconds, false, NNXRT_RUN(seconds)},
      {"parameters", "parameters", Unit::count, false,
       [](const Point &point, const StoredRun &) { return static_cast<double>(point.parameters); }},
  };
#undef NNXRT_CLASSES
#undef NNXRT_NUMBERS
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
