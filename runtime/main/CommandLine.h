// The trainer's command line.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace nnxrt {

/// What the user asks for is wrong: exit status 2. The message is for stderr.
inline constexpr int wrongUseStatus = 2;

/// Whose weights a trainer keeps in DIR/models: none, the best point's of each experiment, all.
enum class SavedWeights : uint8_t { none, best, all };

struct Options {
  std::filesystem::path out;  // empty: results/STUDY
  std::filesystem::path data; // empty: the usual places
  std::vector<std::string> only;
  std::vector<std::string> repeats; // wishes for more runs of points than the study has
  int jobs = 0, threads = 0;        // 0: to be chosen
  int together = 0;
  double checkpointSeconds = 10;
  double budgetSeconds = 0;      // 0: no limit
  int shard = 1, shards = 1;     // the part of the runs, and of how many
  int verify = 0;                // how many runs to train again and compare; 0: none
  std::filesystem::path against; // a report to compare with; empty: the results in `out`
  std::optional<uint64_t> draw;  // chooses the runs to compare; none: at random
  SavedWeights weights = SavedWeights::best;
  std::string device = "cpu";
  bool autopsy = false; // replay what diverged
  bool list = false, dryRun = false, failFast = false, force = false;
  bool quiet = false, json = false, quick = false;
  std::vector<std::string> arguments; // all, program first
};

/// Every option of a trainer, to be read into `options`.
void addOptions(CLI::App &app, Options &options);

/// Reads the arguments. Without a value the program ends with `status`: help and version were
/// written to `output`, or what is wrong to `errors`.
std::optional<Options> parseCommandLine(const std::vector<std::string> &arguments,
                                        const std::string &study, const std::string &version,
                                        std::ostream &output, std::ostream &errors, int &status);

} // namespace nnxrt
