// Reads results through the runtime's own library.
#include "ResultsCommands.h"

#include "live/LiveServer.h"
#include "tensorboard/WriteEvents.h"

#include "runtime/main/CommandLine.h"
#include "runtime/main/Selection.h"
#include "runtime/report/Difference.h"
#include "runtime/report/Facts.h"
#include "runtime/report/Figures.h"
#include "runtime/report/Format.h"
#include "runtime/report/Report.h"
#include "runtime/store/MergeResults.h"
#include "runtime/store/ResultsFolder.h"
#include "runtime/store/StoreError.h"

#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <memory>
#include <stdexcept>

namespace nnx {

using namespace nnxrt;

namespace {

// The status of `run`, or 2 and a message where a folder cannot be read or written.
template <typename Run> int guarded(Run run) {
  try {
    return run();
  } catch (const std::exception &error) {
    std::cerr << "error: " << error.what() << '\n';
    return wrongUseStatus;
  }
}

void printFacts(const Facts &facts) {
  for (const auto &[name, value] : facts)
    fmt::print("  {:<26} {}\n", name, value);
}

std::string metricsText(const Metrics &metrics) {
  if (metrics.classes == 0)
    return fmt::format("RMSE {}, MAE {}, R² {}, loss {}", lossText(metrics.regression.rmse),
                       lossText(metrics.regression.mae), shareText(metrics.regression.r2),
                       lossText(metrics.loss));
  return fmt::format("accuracy {}, precision {}, recall {}, F1 {}, loss {}",
                     shareText(metrics.accuracy), shareText(metrics.weighted.precision),
                     shareText(metrics.weighted.recall), shareText(metrics.weighted.f1),
                     lossText(metrics.loss));
}

void printRun(const StoredRun &run) {
  const RunResult &result = run.result;
  fmt::print("\nrepeat {}, seed {}: {}{}{}\n", run.repeat, run.seed, nameOf(result.status),
             result.message.empty() ? "" : ": ", result.message);
  fmt::print("  {} of {} epochs, {} steps, {}, weights {}, run {}\n", result.epochs,
             run.epochsPlanned, countText(result.steps), durationText(result.seconds),
             result.weightsSha256.empty() ? "none" : result.weightsSha256, run.name);
  if (result.bestEpoch > 0)
    fmt::print("  weights of epoch {}{}\n", result.bestEpoch,
               result.stoppedEarly ? ", stopped early" : "");
  if (result.evaluated)
    fmt::print("  test: {}\n", metricsText(result.test));
  if (result.validation.samples > 0)
    fmt::print("  validation: {}\n", metricsText(result.validation));
  for (const EpochFigures &epoch : run.epochs)
    fmt::print("  epoch {:>3}: {}{}; {}\n", epoch.epoch, figuresText("", epoch.train),
               result.validation.samples > 0 ? "; " + figuresText("validation ", epoch.validation)
                                             : "",
               figuresText("test ", epoch.test));
}

struct ReportArguments {
  std::vector<std::string> folders;
  std::string output; // empty: the first folder
  std::string events; // empty: the report is written
  bool isLive = false;
  int port = 0;
};

// Writes the report of one folder, or one of several; or its events; or serves it.
int reportResults(const ReportArguments &arguments) {
  return guarded([&] {
    const auto &[folders, output, events, isLive, port] = arguments;
    if (isLive) {
      serveReport(folders, port);
      return 0;
    }
    std::vector<std::unique_ptr<StoredStudy>> stored;
    stored.reserve(folders.size());
    for (const std::string &folder : folders)
      stored.push_back(events.empty() ? readResults(folder) : readLive(folder));
    const StudyResults results = mergeResults(stored);
    if (!events.empty()) {
      const size_t count = tensorboard::writeEvents(results, events);
      fmt::print("{}: events of {}\n", events, counted(static_cast<int64_t>(count), "run"));
      return 0;
    }
    const std::filesystem::path out = output.empty() ? folders.front() : output;
    const ResultsFolder owned(out);
    writeReport(results, out);
    fmt::print("{}\nreport: {}\n", tableText(results), (out / "report.html").string());
    return 0;
  });
}

// Status 0 where the results are equal, 1 where not.
int diffResults(const std::string &left, const std::string &right) {
  return guarded([&] {
    const Difference difference = compareResults(*readResults(left), *readResults(right));
    fmt::print("{}", difference.text);
    return difference.equal ? 0 : 1;
  });
}

int showBest(const std::string &folder) {
  return guarded([&] {
    const auto stored = readResults(folder);
    for (const ExperimentFigures &figures : figuresOf(stored->results)) {
      const PointFigures *const best = figures.best();
      std::string text = "no results yet";
      if (best)
        text = fmt::format("{}, {} {}, loss {}", best->name(), figures.metric->title,
                           spreadText(best->score, writerOf(figures.metric->unit)),
                           spreadText(best->spread(*findMetric("loss")), lossText));
      fmt::print("{}: {}\n", figures.experiment->name, text);
    }
    return 0;
  });
}

// The table of a folder, or everything about a point.
int showResults(const std::string &folder, const std::string &point) {
  return guarded([&] {
    const auto stored = readResults(folder);
    if (point.empty()) {
      fmt::print("{}", tableText(stored->results));
      return 0;
    }
    for (const PointInfo &chosen : selectPoints(stored->study, {point})) {
      fmt::print("{}: {}\n", chosen.experiment->name, chosen.point->label);
      printFacts(settingsOf(stored->study, *chosen.point));
      for (const LayerInfo &layer : chosen.point->layers)
        fmt::print("  {:<26} {}\n", layer.name, layer.text);
      for (const PointResults &each : stored->results.points)
        if (each.experiment == chosen.experimentIndex && each.point == chosen.pointIndex)
          for (const StoredRun &run : each.runs)
            printRun(run);
    }
    return 0;
  });
}

} // namespace

void addResultsCommands(CLI::App &app, std::function<int()> &chosen) {
  // What the commands read, as long as they may be called.
  struct Arguments {
    ReportArguments report;
    std::string left, right, folder, point;
  };
  auto arguments = std::make_shared<Arguments>();
  const auto add = [&](const char *name, const char *description, auto action) -> CLI::App & {
    CLI::App &command = *app.add_subcommand(name, description);
    command.fallthrough();
    command.callback([&chosen, arguments, action] { chosen = [=] { return action(*arguments); }; });
    return command;
  };
  CLI::App &report = add("report", "Write the report of a results folder again, or one of several",
                         [](const Arguments &a) { return reportResults(a.report); });
  ReportArguments &told = arguments->report;
  report.add_option("DIR", told.folders, "Results folders, such as those of shards")->required();
  CLI::Option *const output =
      report.add_option("-o,--output", told.output, "Where to write it (the first folder)")
          ->type_name("DIR");
  CLI::Option *const events =
      report
          .add_option("--tensorboard", told.events,
                      "Write event files for TensorBoard there instead, a folder for each run")
          ->type_name("FOLDER")
          ->excludes(output);
  CLI::Option *const live =
      report
          .add_flag("--live", told.isLive,
                    "Serve it on this machine instead; the page follows what is trained")
          ->excludes(output)
          ->excludes(events);
  report.add_option("--port", told.port, "The port to serve at (one that is free)")
      ->type_name("N")
      ->check(CLI::Range(1, 65535))
      ->needs(live);
  report.footer("A report that is served changes nothing; Ctrl-C ends it, with status 0.");
  CLI::App &diff = add("diff", "Compare two results folders, points that differ first",
                       [](const Arguments &a) { return diffResults(a.left, a.right); });
  diff.add_option("LEFT", arguments->left, "A results folder")->required();
  diff.add_option("RIGHT", arguments->right, "Another one")->required();
  diff.footer("Status 0: equal, 1: different, 2: trouble.");
  CLI::App &best = add("best", "Name the best point of each experiment",
                       [](const Arguments &a) { return showBest(a.folder); });
  best.add_option("DIR", arguments->folder, "A results folder")->required();
  CLI::App &show = add("show", "Show the table of a results folder, or a point whole",
                       [](const Arguments &a) { return showResults(a.folder, a.point); });
  show.add_option("DIR", arguments->folder, "A results folder")->required();
  show.add_option("POINT", arguments->point, "EXPERIMENT/POINT, as --list of the trainer shows it");
}

} // namespace nnx
