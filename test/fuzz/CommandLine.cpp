// The command line of a trainer, an argument a line, and the points that it selects.
#include "runtime/main/CommandLine.h"
#include "runtime/main/Selection.h"

#include <cstdlib>
#include <sstream>

static nnxrt::Study twoExperiments() {
  nnxrt::Study study;
  study.file = "study.nnx";
  for (const char *const name : {"rates", "sizes"}) {
    nnxrt::Experiment experiment;
    experiment.name = name;
    for (const char *const label : {"lr = 0.1", "lr = 0.2, act = relu", "all"})
      experiment.points.emplace_back().label = label;
    study.experiments.push_back(std::move(experiment));
  }
  return study;
}

static void require(bool holds) {
  if (!holds)
    std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const nnxrt::Study study = twoExperiments();
  std::vector<std::string> arguments{"study"};
  std::istringstream lines(std::string(reinterpret_cast<const char *>(data), size));
  for (std::string line; std::getline(lines, line);)
    arguments.push_back(line);
  std::ostringstream output, errors;
  int status = -1;
  const auto options =
      nnxrt::parseCommandLine(arguments, study.file, "version", output, errors, status);
  if (!options) {
    require(status == 0 || (status == nnxrt::wrongUseStatus && !errors.str().empty()));
    return 0;
  }
  require(options->jobs >= 0 && options->threads >= 0 && options->shard >= 1 &&
          options->shard <= options->shards && options->verify >= 0 &&
          options->budgetSeconds >= 0 && options->checkpointSeconds >= 0);
  try {
    std::vector<nnxrt::PointInfo> points = nnxrt::selectPoints(study, options->only);
    nnxrt::askForRepeats(study, options->repeats, points);
    require(!points.empty());
  } catch (const nnxrt::SelectionError &) {
  }
  return 0;
}
