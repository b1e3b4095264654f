// Training of one run.
#include "runtime/train/Trainer.h"

#include "runtime/data/Gather.h"
#include "runtime/train/Random.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

using namespace nnxrt;

static constexpr std::chrono::milliseconds reportInterval{100};
static constexpr int64_t quickShare = 50;

static double secondsBetween(std::chrono::steady_clock::time_point from,
                             std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

static double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

const char *nnxrt::nameOf(RunStatus status) {
  static constexpr const char *names[] = {"finished", "diverged", "failed", "interrupted"};
  return names[static_cast<size_t>(status)];
}

RunInfo nnxrt::planRun(const PointInfo &point, int repeat, const Dataset &dataset, bool quick) {
  const RunSettings &settings = point.point->settings;
  const auto share = [&](int64_t count) {
    return quick ? std::max<int64_t>(1, count / quickShare) : count;
  };
  RunInfo info;
  info.point = point;
  info.repeat = repeat;
  info.seed = settings.seed + static_cast<uint64_t>(repeat);
  info.trainSamples = share(dataset.train.count);
  info.testSamples = share(dataset.test.count);
  info.stepsPerEpoch = (info.trainSamples + settings.batch - 1) / settings.batch;
  info.epochs = quick ? 1 : settings.epochs;
  info.steps = info.stepsPerEpoch * info.epochs;
  if (settings.steps > 0) {
    info.steps = std::min(info.steps, settings.steps);
    info.epochs = static_cast<int>((info.steps + info.stepsPerEpoch - 1) / info.stepsPerEpoch);
  }
  return info;
}

Trainer::Trainer(const RunRequest &request, ThreadPool &pool, RunObserver &observer,
                 const StopSignal &stop)
    : request(request), observer(observer), stop(stop), context(pool),
      model(*request.variant,
            std::min<int64_t>(request.info.point.point->settings.batch, request.info.trainSamples),
            std::min(evaluationSamples, request.info.testSamples), context),
      order(static_cast<size_t>(request.info.trainSamples)),
      testOrder(static_cast<size_t>(request.info.testSamples)) {
  const auto batch = static_cast<int64_t>(request.info.point.point->settings.batch);
  predicted.resize(static_cast<size_t>(tilesOf(std::max(batch, evaluationSamples))) * NNXRT_LANES);
  std::iota(order.begin(), order.end(), 0u);
  std::iota(testOrder.begin(), testOrder.end(), 0u);
  const size_t tests = testOrder.size();
  const uint8_t *const labels = request.dataset->test.labels;
  result.labels.assign(labels, labels + tests);
  result.predictions.resize(tests);
  result.confidence.resize(tests);
  result.labelProbability.resize(tests);
  result.memoryBytes = model.memoryBytes();
  model.initialize(request.info.seed);
  setOptimizer();
}

void Trainer::setOptimizer() {
  const OptimizerSettings &optimizer = request.info.point.point->settings.optimizer;
  for (const char *const name : model.hyperNames()) {
    double value = 0;
    if (std::string_view(name) == "iteration")
      continue; // set before each step
    if (!optimizer.number(name, value))
      throw VariantError(fmt::format("variant {}: the study does not say the optimizer's `{}`",
                                     request.variant->name, name));
    model.setHyper(name, static_cast<float>(value));
  }
}

RunResult Trainer::run() {
  const auto start = Clock::now();
  result.status = RunStatus::finished;
  for (int epoch = 1; epoch <= request.info.epochs && result.status == RunStatus::finished; ++epoch)
    trainEpoch(epoch, std::min(request.info.stepsPerEpoch, request.info.steps - result.steps));
  result.test = computeMetrics(result.labels, result.predictions, request.variant->classes,
                               ratio(testSums.loss, static_cast<double>(testSums.samples)));
  result.evaluated = true;
  result.weightsSha256 = model.weightsSha256();
  result.seconds = secondsBetween(start, Clock::now());
  return std::move(result);
}

void Trainer::trainEpoch(int epoch, int64_t steps) {
  const RunSettings &settings = request.info.point.point->settings;
  const auto batch = static_cast<size_t>(settings.batch);
  result.epochs = epoch;
  epochSums = {};
  epochStart = lastReport = Clock::now();
  if (settings.shuffle)
    shuffle(order, request.info.seed, static_cast<uint32_t>(epoch));
  for (int64_t step = 0; step < steps && result.status == RunStatus::finished; ++step) {
    const size_t first = static_cast<size_t>(step) * batch;
    const bool finite =
        trainStep(std::span(order).subspan(first, std::min(batch, order.size() - first)));
    if (!finite && result.divergedStep == 0)
      result.divergedStep = result.steps;
    if (!finite && settings.stopOnDivergence) {
      result.status = RunStatus::diverged;
      result.message =
          fmt::format("the loss of step {} (epoch {}) is not finite", result.steps, epoch);
    } else if (stop.isRaised()) {
      result.status = RunStatus::interrupted;
      result.message = fmt::format("interrupted after step {} (epoch {})", result.steps, epoch);
    }
    reportSteps(epoch, step + 1, steps);
  }
  const double trainSeconds = secondsBetween(epochStart, Clock::now());
  evaluateTest();
  observer.epochEnded(request.info, endEpoch(epoch, trainSeconds));
}

/// One update; whether the loss of its batch is finite.
bool Trainer::trainStep(std::span<const uint32_t> batch) {
  const auto samples = static_cast<int64_t>(batch.size());
  gatherSamples(request.dataset->train, batch, static_cast<float>(request.scale), model.input(),
                model.labels());
  ++result.steps;
  model.setHyper("iteration", static_cast<float>(result.steps));
  model.step(samples);
  Sums sums;
  addBatch(sums, samples);
  epochSums.loss += sums.loss;
  epochSums.hits += sums.hits;
  epochSums.samples += sums.samples;
  return std::isfinite(sums.loss);
}

void Trainer::addBatch(Sums &sums, int64_t samples) {
  for (int32_t tile = 0; tile < tilesOf(samples); ++tile)
    predictTile(model.output(tile), request.variant->classes, model.outputStride(),
                &predicted[static_cast<size_t>(tile) * NNXRT_LANES]);
  for (int64_t i = 0; i < samples; ++i) {
    sums.loss += model.loss(i);
    sums.hits += predicted[static_cast<size_t>(i)] == model.labels()[i] ? 1 : 0;
  }
  sums.samples += samples;
}

void Trainer::evaluateTest() {
  const auto start = Clock::now();
  testSums = {};
  for (int64_t first = 0; first < request.info.testSamples; first += evaluationSamples)
    evaluateBatch(first, std::min(evaluationSamples, request.info.testSamples - first));
  result.testSeconds += secondsBetween(start, Clock::now());
}

void Trainer::evaluateBatch(int64_t first, int64_t samples) {
  const auto begin = static_cast<size_t>(first), count = static_cast<size_t>(samples);
  gatherSamples(request.dataset->test, std::span(testOrder).subspan(begin, count),
                static_cast<float>(request.scale), model.input(), model.labels());
  model.evaluate(samples);
  addBatch(testSums, samples);
  for (size_t i = 0; i < count; ++i) {
    const float *const output =
        model.output(static_cast<int64_t>(i) / NNXRT_LANES) + i % NNXRT_LANES;
    result.predictions[begin + i] = predicted[i];
    result.confidence[begin + i] = output[predicted[i] * model.outputStride()];
    result.labelProbability[begin + i] = output[model.labels()[i] * model.outputStride()];
  }
}

void Trainer::reportSteps(int epoch, int64_t step, int64_t steps) {
  const auto now = Clock::now();
  if (now - lastReport < reportInterval)
    return;
  lastReport = now;
  const auto samples = static_cast<double>(epochSums.samples);
  observer.stepsDone(request.info, {epoch, step, steps, epochSums.loss / samples,
                                    static_cast<double>(epochSums.hits) / samples,
                                    ratio(samples, secondsBetween(epochStart, now))});
}

EpochFigures Trainer::endEpoch(int epoch, double trainSeconds) {
  const auto trained = static_cast<double>(epochSums.samples);
  const auto tested = static_cast<double>(testSums.samples);
  EpochFigures figures;
  figures.epoch = epoch;
  figures.steps = result.steps;
  figures.trainLoss = result.trainLoss = ratio(epochSums.loss, trained);
  figures.trainAccuracy = result.trainAccuracy =
      ratio(static_cast<double>(epochSums.hits), trained);
  figures.testLoss = ratio(testSums.loss, tested);
  figures.testAccuracy = ratio(static_cast<double>(testSums.hits), tested);
  figures.trainSeconds = trainSeconds;
  figures.testSeconds = result.testSeconds - testSecondsBefore;
  figures.samplesPerSecond = ratio(trained, trainSeconds);
  testSecondsBefore = result.testSeconds;
  result.trainSeconds += trainSeconds;
  trainedSamples += epochSums.samples;
  result.samplesPerSecond = ratio(static_cast<double>(trainedSamples), result.trainSeconds);
  return figures;
}
