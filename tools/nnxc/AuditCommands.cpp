// Commands that train again, or more, from what results say of their study.
#include "AuditCommands.h"

#include "RunCommand.h"
#include "StoredSource.h"

#include "runtime/device/Processor.h"
#include "runtime/main/CommandLine.h"
#include "runtime/report/Record.h"
#include "runtime/report/Settlement.h"
#include "runtime/store/ResultReader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iostream>
#include <memory>
#include <sstream>

namespace nnx {

using namespace nnxrt;

namespace {

struct Arguments {
  std::string folder, report, point, data;
  int most = 100, runs = 3;
  std::optional<uint64_t> draw;
  bool isRun = false, isJson = false;
};

// What the results' last start was told of data and placement; nothing of it where it cannot be
// read any more.
std::vector<std::string> placementOf(const StudyInfo &info, const std::string &data) {
  std::ostringstream ignored;
  int status = 0;
  const auto earlier =
      parseCommandLine(info.arguments, info.study->file, "", ignored, ignored, status);
  std::vector<std::string> arguments;
  if (!data.empty() || (earlier && !earlier->data.empty()))
    arguments = {"--data", data.empty() ? earlier->data.string() : data};
  if (info.quick)
    arguments.emplace_back("--quick");
  if (earlier && earlier->jobs > 0)
    arguments.insert(arguments.end(), {"--jobs", std::to_string(earlier->jobs)});
  if (earlier && earlier->threads > 0)
    arguments.insert(arguments.end(), {"--threads", std::to_string(earlier->threads)});
  return arguments;
}

// Starts the trainer of a study whose results are of `target`, on the device that they are of.
int startTrainer(const Study &study, const std::string &target, const std::string &origin,
                 std::vector<std::string> forTrainer) {
  const TargetParts parts = partsOf(target);
  CompileOptions options;
  options.target = parts.cpu;
  if (parts.device != "cpu")
    options.devices = {parts.device};
  forTrainer.insert(forTrainer.end(), {"--device", parts.device});
  return runTrainer(options, readStoredStudy(study, parts.cpu, origin), forTrainer);
}

// Starts the trainer of the results with `wishes`; they go into the same folder.
int startTrainer(const StoredStudy &stored, const Arguments &arguments,
                 const std::vector<std::string> &wishes) {
  std::vector<std::string> forTrainer = placementOf(stored.info, arguments.data);
  forTrainer.insert(forTrainer.end(), {"--out", arguments.folder});
  forTrainer.insert(forTrainer.end(), wishes.begin(), wishes.end());
  return startTrainer(stored.study, stored.info.target, arguments.folder, forTrainer);
}

int settle(const Arguments &arguments) {
  const auto stored = readResults(arguments.folder);
  const Settlement settlement = settlementOf(stored->results, arguments.most);
  std::cout << (arguments.isJson ? settlementJson(settlement, stored->results)
                                 : settlementText(settlement, stored->results, arguments.folder))
            << std::flush;
  if (!arguments.isRun || settlement.runs == 0)
    return 0;
  std::vector<std::string> wishes = settlementArguments(settlement, stored->results);
  if (arguments.isJson)
    wishes.emplace_back("--json");
  return startTrainer(*stored, arguments, wishes);
}

int verify(const Arguments &arguments) {
  const auto record = readRecord(arguments.report);
  if (const auto missing = missingFeatures(partsOf(record->info.target).cpu); !missing.empty())
    throw std::runtime_error(fmt::format(
        "{}: its runs were trained for {}, and this processor ({}) lacks {}: the same bits cannot "
        "come out here; nnxc run trains its source, and figures can be compared",
        arguments.report, record->info.target, processorName(), fmt::join(missing, ", ")));
  std::vector<std::string> forTrainer{fmt::format("--verify={}", arguments.runs), "--against",
                                      arguments.report};
  if (arguments.draw)
    forTrainer.insert(forTrainer.end(), {"--draw", std::to_string(*arguments.draw)});
  if (!arguments.data.empty())
    forTrainer.insert(forTrainer.end(), {"--data", arguments.data});
  if (record->info.quick)
    forTrainer.emplace_back("--quick");
  return startTrainer(record->study, record->info.target, arguments.report, forTrainer);
}

int replay(const Arguments &arguments) {
  std::vector<std::string> wishes{"--autopsy"};
  if (!arguments.point.empty())
    wishes.insert(wishes.end(), {"--only", arguments.point});
  return startTrainer(*readResults(arguments.folder), arguments, wishes);
}

// The status of `action`, or 2 and a message.
int guarded(int (*action)(const Arguments &), const Arguments &arguments) {
  try {
    return action(arguments);
  } catch (const std::exception &error) {
    std::cerr << "error: " << error.what() << '\n';
    return wrongUseStatus;
  }
}

} // namespace

void addAuditCommands(CLI::App &app, std::function<int()> &chosen) {
  auto arguments = std::make_shared<Arguments>();
  const auto add = [&](const char *name, const char *description, auto action) -> CLI::App & {
    CLI::App &command = *app.add_subcommand(name, description);
    command.fallthrough();
    command.callback(
        [&chosen, arguments, action] { chosen = [=] { return guarded(action, *arguments); }; });
    return command;
  };
  CLI::App &open =
      add("settle", "Say which comparisons are undecided, and how many seeds would tell", settle);
  open.add_option("DIR", arguments->folder, "A results folder")->required();
  open.add_flag("--run", arguments->isRun, "Train those seeds into the folder");
  open.add_option("--most", arguments->most, "Leave open what takes more seeds of a point (100)")
      ->type_name("SEEDS")
      ->check(CLI::Range(2, 10000));
  open.add_option("--data", arguments->data, "Folder with the data set's files")->type_name("DIR");
  open.add_flag("--json", arguments->isJson, "Write one JSON object");
  CLI::App &audit =
      add("verify", "Train some runs of a report again and compare their weights", verify);
  audit.add_option("REPORT", arguments->report, "A report.html")->required();
  audit.add_option("--runs", arguments->runs, "How many of them, chosen at random (3)")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000));
  audit
      .add_option("--draw", arguments->draw, "Choose them by this number, as a verification before")
      ->type_name("SEED");
  audit.add_option("--data", arguments->data, "Folder with the data set's files")->type_name("DIR");
  audit.footer("Status 0: equal, 1: different, 2: trouble.");
  CLI::App &autopsy =
      add("autopsy", "Replay runs that diverged, and say what overflowed first", replay);
  autopsy.add_option("DIR", arguments->folder, "A results folder")->required();
  autopsy.add_option("POINT", arguments->point,
                     "EXPERIMENT[/POINT], as --list of the trainer shows it");
  autopsy.add_option("--data", arguments->data, "Folder with the data set's files")
      ->type_name("DIR");
}

} // namespace nnx
