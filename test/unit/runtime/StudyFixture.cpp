// A study of three points with made-up figures.
#include "test/unit/runtime/StudyFixture.h"

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <stdlib.h>

namespace nnxrt::fixture {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "nnx-test-XXXXXX").string();
  if (!mkdtemp(pattern.data()))
    throw std::runtime_error("no temporary folder");
  path = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

std::string readFile(const fs::path &file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

static Point pointOf(const std::string &activation, int classes) {
  Point point;
  point.label = "act = " + activation;
  point.axes = {{"act", activation}};
  point.network = "cnn(act = " + activation + ")";
  point.settings.loss = "cross_entropy";
  point.settings.optimizer = {.kind = "sgd", .arguments = {{"lr", 0.01}, {"momentum", 0.9}}};
  point.settings.batch = 32;
  point.settings.epochs = 6;
  point.settings.seed = 1;
  point.layers = {{.name = "conv2d_1",
                   .kind = "conv2d",
                   .text = "conv2d(32, kernel = 3x3, activation = " + activation + ")",
                   .input = {28, 28, 1},
                   .output = {26, 26, 32},
                   .parameters = 320,
                   .line = 3},
                  {.name = "dense_1",
                   .kind = "dense",
                   .text = "dense(classes, activation = softmax)",
                   .input = {21632},
                   .output = {classes},
                   .parameters = 216330,
                   .line = 4}};
  point.parameters = 216650;
  point.flops = 1500000;
  point.line = 5;
  point.key = "key of " + activation;
  return point;
}

Study studyOfActivations(int repeats) {
  constexpr int classes = 10;
  Study study;
  study.schema = 1;
  study.file = "activations.nnx";
  study.source = "# <b>three</b> activations & \"quotes\"\nnetwork cnn(act: activation) {\n"
                 "  conv2d(32, kernel = 3, activation = act)\n  dense(classes, activation = "
                 "softmax)\n}\n";
  study.compiler = "nnx 0.1.0";
  study.numerics = 1;
  DatasetSpec dataset;
  dataset.name = "mnist";
  dataset.kind = "idx";
  dataset.train.files = {{"train-images", ""}, {"train-labels", ""}};
  dataset.test.files = {{"test-images", ""}, {"test-labels", ""}};
  dataset.shape = {28, 28, 1};
  dataset.classes = classes;
  dataset.labels = {"zero",  "<script>alert(1)</script>",
                    "two",   "three",
                    "four",  "five",
                    "six",   "seven",
                    "eight", "nine | ten"};
  study.datasets = {dataset};
  Experiment experiment;
  experiment.name = "activations";
  experiment.title = "Three <em>activations</em>";
  experiment.axes = {{.name = "act", .values = {"relu", "tanh", "exponential"}}};
  experiment.repeats = repeats;
  for (const std::string &activation : experiment.axes[0].values)
    experiment.points.push_back(pointOf(activation, classes));
  study.experiments = {experiment};
  return study;
}

static Experiment gridOf(const Study &study, std::vector<std::string> rates) {
  Experiment grid;
  grid.name = "grid";
  grid.title = "A grid";
  grid.line = 2;
  grid.axes = {{.name = "opt", .values = {"adam", "sgd"}},
               {.name = "lr", .values = std::move(rates)},
               {.name = "batch", .values = {"16", "64", "256"}}};
  for (const std::string &opt : grid.axes[0].values)
    for (const std::string &lr : grid.axes[1].values)
      for (const std::string &batch : grid.axes[2].values) {
        Point point = pointOf("relu", study.datasets[0].classes);
        point.label = "opt = " + opt + ", lr = " + lr + ", batch = " + batch;
        point.axes = {{"opt", opt}, {"lr", lr}, {"batch", batch}};
        point.settings.batch = std::stoi(batch);
        point.key = "key of " + point.label;
        grid.points.push_back(point);
      }
  return grid;
}

Study studyOfGrid(int repeats) {
  Study study = studyOfActivations(repeats);
  study.experiments.push_back(gridOf(study, {"0.1", "0.01", "0.001"}));
  return study;
}

Study studyOfManyPoints() {
  Study study = studyOfActivations();
  for (int e = 1; e < 8; ++e) {
    Experiment grid =
        gridOf(study, {"0.3", "0.1", "0.03", "0.01", "0.003", "0.001", "0.0003", "0.0001"});
    grid.name += std::to_string(e);
    for (Point &point : grid.points) {
      point.settings.epochs = 20;
      point.key += grid.name;
    }
    study.experiments.push_back(std::move(grid));
  }
  return study;
}

StudyInfo infoOf(const Study &study) {
  StudyInfo info;
  info.study = &study;
  info.arguments = {"activations", "--out", "my results"};
  info.target = "x86-64-linux-avx2";
  info.cpu = "A processor";
  info.cores = 2;
  info.jobs = 1;
  info.threads = 2;
  info.points = study.experiments[0].points.size();
  info.runs = info.points * static_cast<size_t>(study.experiments[0].repeats);
  return info;
}

RunInfo runOf(const Study &study, size_t point, int repeat, size_t number) {
  const Experiment &experiment = study.experiments[number];
  RunInfo run;
  run.point = {.experiment = &experiment,
               .point = &experiment.points[point],
               .experimentIndex = number,
               .pointIndex = point};
  run.repeat = repeat;
  run.seed = experiment.points[point].settings.seed + static_cast<uint64_t>(repeat);
  run.epochs = experiment.points[point].settings.epochs;
  run.stepsPerEpoch = 1875;
  run.steps = run.stepsPerEpoch * run.epochs;
  run.key = "data and " + experiment.points[point].key;
  run.places = {{run.point, repeat, run.epochs, run.steps}};
  run.snapshots = {run.steps};
  run.trainSamples = 60000;
  run.testSamples = 10000;
  return run;
}

static RunResult resultOf(int classes, int64_t samples, double loss, const auto &predict) {
  RunResult result;
  for (int64_t s = 0; s < samples; ++s) {
    const auto label = static_cast<uint16_t>(s % classes);
    result.labels.push_back(label);
    result.predictions.push_back(static_cast<uint16_t>(predict(s, label)));
    result.confidence.push_back(0.75F);
    result.labelProbability.push_back(0.5F);
  }
  result.test = computeMetrics(result.labels, result.predictions, classes, loss);
  result.evaluated = true;
  result.train = {.loss = 0.02, .accuracy = 0.99};
  result.seconds = 12.5;
  result.trainSeconds = 11.5;
  result.testSeconds = 1;
  result.samplesPerSecond = 31000;
  result.memoryBytes = 9000000;
  result.weightsSha256 = std::string(64, 'a');
  return result;
}

RunResult finishedRun(int classes, int64_t samples, int64_t errors) {
  RunResult result = resultOf(classes, samples, 0.03914, [&](int64_t s, int label) {
    return s < errors ? (label + 1 + s % 3) % classes : label;
  });
  result.status = RunStatus::finished;
  result.epochs = 6;
  result.steps = 6 * 1875;
  return result;
}

RunResult divergedRun(int classes, int64_t samples) {
  RunResult result = resultOf(classes, samples, std::numeric_limits<double>::quiet_NaN(),
                              [](auto, auto) { return 0; });
  result.status = RunStatus::diverged;
  result.message = "the loss of step 37 (epoch 1) is not finite";
  result.epochs = 1;
  result.steps = 37;
  result.divergedStep = 37;
  return result;
}

EpochFigures epochOf(int epoch, double accuracy) {
  const double gap = std::exp(-epoch);
  EpochFigures figures;
  figures.epoch = epoch;
  figures.steps = 1875 * static_cast<int64_t>(epoch);
  figures.train.accuracy = accuracy + 0.004 - 0.12 * gap;
  figures.test.accuracy = accuracy - 0.06 * gap;
  figures.train.loss = 0.02 + gap;
  figures.test.loss = 0.04 + 0.5 * gap;
  figures.trainSeconds = 2;
  figures.testSeconds = 0.2;
  figures.samplesPerSecond = 30000;
  return figures;
}

static void playRun(const RunInfo &run, RunObserver &observer, StudyOutcome &outcome) {
  if (!observer.wantsResult(run, run.steps)) {
    ++outcome.skipped;
    return;
  }
  observer.runStarted(run);
  const bool diverges = run.point.point->label == "act = exponential";
  const int64_t errors = 120 + 60 * static_cast<int64_t>(run.point.pointIndex) + 10 * run.repeat;
  RunResult result = diverges ? divergedRun(10, 10000) : finishedRun(10, 10000, errors);
  if (!diverges) {
    result.epochs = run.epochs;
    result.steps = run.steps;
  }
  for (int epoch = 1; epoch <= result.epochs; ++epoch) {
    observer.stepsDone(run, {.epoch = epoch,
                             .step = 900,
                             .steps = 1875,
                             .loss = 0.1,
                             .accuracy = 0.95,
                             .samplesPerSecond = 30000});
    EpochFigures figures = epochOf(epoch, diverges ? 0.1 : result.test.accuracy);
    if (diverges)
      figures.train.loss = figures.test.loss = std::numeric_limits<double>::quiet_NaN();
    observer.epochEnded(run, figures);
  }
  observer.runEnded(run, result);
  ++(diverges ? outcome.diverged : outcome.finished);
}

void playStudy(const Study &study, const StudyInfo &info, RunObserver &observer) {
  observer.studyStarted(info);
  StudyOutcome outcome{.seconds = 40};
  for (size_t e = 0; e < study.experiments.size(); ++e)
    for (size_t point = 0; point < study.experiments[e].points.size(); ++point)
      for (int repeat = 0; repeat < study.experiments[e].repeats; ++repeat)
        playRun(runOf(study, point, repeat, e), observer, outcome);
  observer.studyEnded(outcome);
}

} // namespace nnxrt::fixture
