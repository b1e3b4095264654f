// Named facts that page and Markdown show alike.
#include "runtime/report/Facts.h"

#include "runtime/report/Format.h"
#include "runtime/report/SharedRuns.h"

#include <algorithm>

#include <fmt/format.h>

namespace nnxrt {

Facts settingsOf(const Study &study, const Point &point) {
  const RunSettings &settings = point.settings;
  Facts facts{{"network", point.network},
              {"data set", study.datasets[point.dataset].name},
              {"loss", settings.loss},
              {"optimizer", settings.optimizer.text()},
              {"batch", countText(settings.batch)}};
  if (settings.steps > 0)
    facts.emplace_back("steps", countText(settings.steps));
  else
    facts.emplace_back("epochs", countText(settings.epochs));
  facts.emplace_back("seed", std::to_string(settings.seed));
  facts.emplace_back("order of samples",
                     settings.shuffle ? "shuffled each epoch" : "as in the file");
  facts.emplace_back("on divergence", settings.stopOnDivergence ? "stop" : "continue");
  facts.emplace_back("parameters", countText(point.parameters));
  if (point.flops > 0)
    facts.emplace_back("FLOPs per sample, forward", countText(point.flops));
  return facts;
}

std::string commandOf(const StudyInfo &info) {
  std::string command;
  for (const std::string &argument : info.arguments)
    command += (command.empty() ? "" : " ") + shellQuoted(argument);
  return command;
}

double trainingSeconds(const StudyResults &results) {
  double seconds = 0;
  for (const StoredRun *run : distinctRuns(results))
    seconds += run->result.seconds;
  return seconds;
}

Facts environmentOf(const StudyResults &results) {
  const StudyInfo &info = *results.info;
  const Study &study = *info.study;
  const std::vector<const StoredRun *> runs = distinctRuns(results);
  const auto reused = std::ranges::count_if(runs, &StoredRun::reused);
  Facts facts{{"started", results.started},
              {"ended", results.ended},
              {"wall time", durationText(results.outcome.seconds)},
              {"runs", fmt::format("{} in these results, {} of them from earlier starts",
                                   runs.size(), reused)},
              {"training and tests together", durationText(trainingSeconds(results))},
              {"processor", info.cpu},
              {"cores", std::to_string(info.cores)},
              {"jobs (points at once)", std::to_string(info.jobs)},
              {"threads per point", std::to_string(info.threads)},
              {"compiled for", info.target},
              {"compiler", study.compiler},
              {"numerics", std::to_string(study.numerics)}};
  for (const DatasetSpec &dataset : study.datasets) {
    std::string files;
    for (const SourceSpec *source : {&dataset.train, &dataset.validation, &dataset.test})
      for (const FileSpec &file : source->files)
        files += (files.empty() ? "" : " · ") + file.name;
    facts.emplace_back("data set " + dataset.name, files);
  }
  return facts;
}

} // namespace nnxrt
