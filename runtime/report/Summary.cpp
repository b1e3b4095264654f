// What came out of an experiment, in plain sentences made from its figures alone.
#include "runtime/report/Figures.h"

#include "runtime/report/Format.h"
#include "runtime/report/SharedRuns.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace nnxrt {

static std::string withDeviation(const Spread &spread) {
  if (spread.count < 2)
    return shareText(spread.mean);
  return fmt::format("{} ± {} over {} repeats", shareText(spread.mean), shareText(spread.deviation),
                     spread.count);
}

static std::string bestSentence(const PointFigures &best, size_t points) {
  const std::string figures =
      fmt::format("accuracy {}, precision {}, recall {}, F1 {}, loss {}",
                  withDeviation(best.accuracy), shareText(best.precision.mean),
                  shareText(best.recall.mean), shareText(best.f1.mean), lossText(best.loss.mean));
  if (points == 1)
    return fmt::format("{} reaches on the test set: {}.", best.name(), figures);
  return fmt::format("Best of {} points on the test set: {}, with {}.", points, best.name(),
                     figures);
}

static std::string spreadSentence(const std::vector<const PointFigures *> &ranked) {
  const double middle = ranked.size() % 2 == 1 ? ranked[ranked.size() / 2]->accuracy.mean
                                               : (ranked[ranked.size() / 2 - 1]->accuracy.mean +
                                                  ranked[ranked.size() / 2]->accuracy.mean) /
                                                     2;
  return fmt::format("Accuracies range from {} ({}) to {}, with the median at {}.",
                     shareText(ranked.back()->accuracy.mean), ranked.back()->name(),
                     shareText(ranked.front()->accuracy.mean), shareText(middle));
}

static std::string chanceSentence(const std::vector<const PointFigures *> &ranked) {
  const PointFigures &best = *ranked.front();
  const int64_t samples = best.bestRun->result.test.samples;
  const Interval interval = wilsonInterval(best.accuracy.mean, samples);
  const auto near = std::count_if(ranked.begin() + 1, ranked.end(), [&](const auto *point) {
    return point->accuracy.mean >= interval.low;
  });
  const std::string range =
      fmt::format("From {} test samples, the best point's accuracy lies between {} and {} (95 % "
                  "interval)",
                  countText(samples), shareText(interval.low), shareText(interval.high));
  if (near == 0)
    return range + "; no other point falls into it.";
  return fmt::format(
      "{}; {} of the other points {} into it, so the order among them may be chance.", range, near,
      near == 1 ? "falls" : "fall");
}

static bool predictsOneClass(const Metrics &test, size_t &predicted) {
  for (size_t c = 0; c < test.perClass.size(); ++c) {
    if (test.samples > 0 && test.perClass[c].predicted == test.samples) {
      predicted = c;
      return true;
    }
  }
  return false;
}

static std::string endingOf(const StoredRun &run) {
  const RunResult &result = run.result;
  std::string text =
      result.status == RunStatus::finished ? "trained to the end" : nameOf(result.status);
  if (result.divergedStep > 0) {
    text = fmt::format("diverged in step {}", countText(result.divergedStep));
    if (run.stepsPerEpoch > 0)
      text = fmt::format("diverged in epoch {}, step {}",
                         (result.divergedStep - 1) / run.stepsPerEpoch + 1,
                         countText((result.divergedStep - 1) % run.stepsPerEpoch + 1));
  } else if (result.status != RunStatus::finished) {
    text += fmt::format(" in epoch {}", result.epochs);
    if (!result.message.empty())
      text += ": " + result.message;
  }
  size_t predicted = 0;
  if (result.evaluated && predictsOneClass(result.test, predicted)) {
    if (!std::isfinite(result.test.loss))
      text += fmt::format("; its outputs are not finite numbers and are read as class {}, which "
                          "gives accuracy {}",
                          predicted, shareText(result.test.accuracy));
    else
      text += fmt::format("; it predicts class {} for every sample, which gives accuracy {}",
                          predicted, shareText(result.test.accuracy));
  }
  return text;
}

static void appendFailures(const ExperimentFigures &figures, std::vector<std::string> &sentences) {
  constexpr size_t named = 8; // the table tells the rest
  size_t others = 0, notRun = 0;
  size_t said = 0;
  for (const PointFigures &point : figures.points) {
    notRun += point.results->runs.empty() ? 1 : 0;
    for (const StoredRun &run : point.results->runs) {
      size_t predicted = 0;
      const bool remarkable =
          run.result.status != RunStatus::finished || run.result.divergedStep > 0 ||
          (run.result.evaluated && predictsOneClass(run.result.test, predicted));
      if (!remarkable)
        continue;
      if (said == named) {
        ++others;
        continue;
      }
      ++said;
      const std::string repeat =
          figures.experiment->repeats > 1 ? fmt::format(" (repeat {})", run.repeat) : "";
      sentences.push_back(fmt::format("{}{} {}.", point.name(), repeat, endingOf(run)));
    }
  }
  if (others > 0)
    sentences.push_back(fmt::format("{} more did not end well; the table marks them.",
                                    counted(static_cast<int64_t>(others), "run")));
  if (notRun > 0)
    sentences.push_back(fmt::format("{} not run.", notRun == 1
                                                       ? std::string("1 point was")
                                                       : fmt::format("{} points were", notRun)));
}

std::vector<std::string> summaryOf(const ExperimentFigures &figures, const StudyResults &results) {
  std::vector<std::string> sentences;
  if (results.info->quick)
    sentences.emplace_back("A quick trial: one epoch on a fiftieth of the data. These figures say "
                           "that everything runs, not how good it is.");
  const auto ranked = figures.ranking();
  if (ranked.empty()) {
    sentences.emplace_back("No point has figures on the test set yet.");
  } else {
    sentences.push_back(bestSentence(*ranked.front(), figures.points.size()));
    if (ranked.size() > 1) {
      sentences.push_back(spreadSentence(ranked));
      sentences.push_back(chanceSentence(ranked));
      sentences.emplace_back("The best point was selected on the test set, since the study has no "
                             "validation share: expect a little less on new data.");
    }
  }
  for (std::string &sentence : sharingSentences(figures, results))
    sentences.push_back(std::move(sentence));
  appendFailures(figures, sentences);
  return sentences;
}

} // namespace nnxrt
