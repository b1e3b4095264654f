// Reading the trainer's command line with CLI11.
#include "runtime/main/CommandLine.h"

#include "runtime/main/NearestName.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nnxrt/abi.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <map>
#include <ostream>

using namespace nnxrt;

static constexpr std::string_view devices[] = {"cpu", "opencl", "cuda"};

static constexpr int mostThreads = 1024;

static void readShard(const std::string &text, Options &options) {
  const auto readTo = [](std::string_view digits, int &number) {
    const char *const begin = digits.data(), *const end = begin + digits.size();
    return std::from_chars(begin, end, number) == std::from_chars_result{end, std::errc()};
  };
  const size_t slash = text.find('/');
  const bool isRead = slash != std::string::npos &&
                      readTo(std::string_view(text).substr(0, slash), options.shard) &&
                      readTo(std::string_view(text).substr(slash + 1), options.shards);
  if (!isRead || options.shard < 1 || options.shard > options.shards)
    throw CLI::ValidationError("--shard", fmt::format("`{}` is not I/N with I from 1 to N", text));
}

/// CLI11's own check calls a folder missing that the system does not let it see.
static std::string readableFolder(const std::string &path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return {};
  return fmt::format("{}: {}", path, error ? error.message() : "is no folder");
}

/// Seconds in "90s", "1.5h" or "1h30m".
static double readTime(const std::string &text) {
  static const std::map<char, double> units{{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
  double seconds = 0;
  const char *at = text.data(), *const end = at + text.size();
  while (at != end) {
    double number = 0;
    const auto [rest, error] = std::from_chars(at, end, number, std::chars_format::fixed);
    const auto unit = rest != end ? units.find(*rest) : units.end();
    if (error != std::errc() || !(number >= 0) || unit == units.end()) {
      seconds = 0;
      break;
    }
    seconds += number * unit->second;
    at = rest + 1;
  }
  if (!(seconds > 0) || !std::isfinite(seconds))
    throw CLI::ValidationError(
        "--budget", fmt::format("`{}` is no time above 0 such as 90s, 30m or 1h30m", text));
  return seconds;
}

static SavedWeights policyOf(const std::string &text) {
  return text == "all"    ? SavedWeights::all
         : text == "none" ? SavedWeights::none
                          : SavedWeights::best;
}

void nnxrt::addOptions(CLI::App &app, Options &options) {
  app.set_help_flag("--help", "Print this and end");
  const CLI::Range count(1, mostThreads);
  app.add_option("--out", options.out, "Folder for the results (results/STUDY)")->type_name("DIR");
  app.add_option("--data", options.data, "Folder with the data set's files")
      ->type_name("DIR")
      ->check(readableFolder, "");
  app.add_option("--only", options.only,
                 "Train these points alone; POINT is a label or a number as --list shows them")
      ->type_name("EXPERIMENT[/POINT]")
      ->take_all();
  app.add_option("--repeats", options.repeats,
                 "Train each point, or these, at least N times: the seeds of `repeats = N`")
      ->type_name("[EXPERIMENT[/POINT]=]N")
      ->take_all();
  app.add_option(
         "--jobs", options.jobs,
         "Points that are trained at once (one per core, or per GPU of a device; with CUDA up "
         "to 16 that differ in numbers alone)")
      ->type_name("N")
      ->check(count);
  app.add_option("--together", options.together,
                 "Points that differ in numbers alone that a GPU trains in the same launches, at "
                 "most (16 with CUDA, 1 with OpenCL, whose drivers need not allow it)")
      ->type_name("N")
      ->check(CLI::Range(1, NNXRT_MOST_MODELS));
  app.add_option("--threads", options.threads, "Threads of each point (the cores left to it)")
      ->type_name("N")
      ->check(count);
  app.add_option(
         "--device", options.device,
         "Where to train: cpu (default), or opencl or cuda, if the trainer was built for it; "
         "$NNX_DEVICE where it is not given")
      ->type_name("DEVICE")
      ->check(CLI::IsMember(std::vector<std::string>(std::begin(devices), std::end(devices))));
  app.add_option("--checkpoint", options.checkpointSeconds,
                 "Save a run at least that often inside an epoch (10)")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 86400.0));
  app.add_option_function<std::string>(
         "--budget", [&](const std::string &text) { options.budgetSeconds = readTime(text); },
         "Start no run that is not expected to end in this time: 90s, 30m, 1h30m")
      ->type_name("TIME");
  app.add_option_function<std::string>(
         "--shard", [&](const std::string &text) { readShard(text, options); },
         "Train the Ith of N parts of the runs; `nnxc report` merges their folders")
      ->type_name("I/N");
  CLI::Option *const verify =
      app.add_option("--verify", options.verify,
                     "Train some finished runs (3) again, and compare; nothing is written")
          ->type_name("[RUNS]")
          ->expected(0, 1)
          ->default_str("3")
          ->check(CLI::Range(1, 1000000));
  app.add_flag("--autopsy", options.autopsy,
               "Replay the runs that diverged, and say what overflowed first")
      ->excludes(verify);
  app.add_option("--against", options.against,
                 "Compare with this report.html, not with the results")
      ->type_name("REPORT")
      ->needs(verify);
  app.add_option("--draw", options.draw, "Choose the runs to verify by this number (at random)")
      ->type_name("SEED")
      ->needs(verify);
  app.add_option_function<std::string>(
         "--save-weights", [&](const std::string &text) { options.weights = policyOf(text); },
         "Whose weights DIR/models keeps: those of each experiment's best point (best), or all")
      ->check(CLI::IsMember(std::vector<std::string>{"best", "all", "none"}));
  app.add_flag("--list", options.list, "List the points and end");
  app.add_flag("--dry-run", options.dryRun, "Check data and memory, say what would be trained");
  app.add_flag("--fail-fast", options.failFast, "End with the first point that fails");
  app.add_flag("--force", options.force, "Train again what the results hold already");
  app.add_flag("--quick", options.quick, "One epoch on a fiftieth of the data");
  CLI::Option *const quiet = app.add_flag("--quiet", options.quiet, "Show no progress");
  app.add_flag("--json", options.json, "Write events as JSON lines to the standard output")
      ->excludes(quiet);
}

/// The names of all options, for a hint.
static std::vector<std::string> namesOf(const CLI::App &app) {
  std::vector<std::string> names;
  for (const CLI::Option *option : app.get_options())
    for (const std::string &name : option->get_lnames())
      names.push_back("--" + name);
  return names;
}

std::optional<Options> nnxrt::parseCommandLine(const std::vector<std::string> &arguments,
                                               const std::string &study, const std::string &version,
                                               std::ostream &output, std::ostream &errors,
                                               int &status) {
  Options options;
  options.arguments = arguments;
  CLI::App app{fmt::format("Trains the study `{}` and writes a report.", study), arguments.at(0)};
  app.set_version_flag("--version", version);
  app.allow_extras();
  addOptions(app, options);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend() - 1); // CLI11's order
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::Success &wish) {
    status = app.exit(wish, output, errors);
    return std::nullopt;
  } catch (const CLI::Error &error) {
    errors << "error: " << error.what() << '\n';
    status = wrongUseStatus;
    return std::nullopt;
  }
  if (const char *const device = std::getenv("NNX_DEVICE");
      device != nullptr && *device != '\0' && app.count("--device") == 0) {
    if (std::ranges::find(devices, std::string_view(device)) == std::end(devices)) {
      errors << fmt::format("error: NNX_DEVICE is `{}`; known: {}\n", device,
                            fmt::join(devices, ", "));
      status = wrongUseStatus;
      return std::nullopt;
    }
    options.device = device;
    options.arguments.insert(options.arguments.end(), {"--device", device}); // as if it were told
  }
  for (const std::string &extra : app.remaining()) {
    const bool isOption = extra.starts_with('-');
    const std::string name = extra.substr(0, extra.find('='));
    errors << fmt::format("error: {} `{}`{}\n", isOption ? "unknown option" : "unexpected argument",
                          name, isOption ? didYouMean(name, namesOf(app)) : "");
    status = wrongUseStatus;
    return std::nullopt;
  }
  return options;
}
