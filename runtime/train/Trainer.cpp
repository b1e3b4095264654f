// Training of one run.
#include "runtime/train/Trainer.h"

#include "runtime/train/Random.h"
#include "runtime/train/StartWeights.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

using namespace nnxrt;

static constexpr std::chrono::milliseconds reportInterval{100};

// On a device steps are started so far ahead that what is waited for takes about this long:
// interruptions, figures on the screen and checkpoints come between.
static constexpr double waitSeconds = 0.05;

static double secondsBetween(std::chrono::steady_clock::time_point from,
                             std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

static double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

const char *nnxrt::nameOf(RunStatus status) {
  static constexpr const char *names[] = {"finished", "diverged", "failed", "interrupted",
                                          "running"};
  return names[static_cast<size_t>(status)];
}

static int64_t stepSamplesOf(const RunInfo &info) {
  return std::min<int64_t>(info.point.point->settings.batch, info.trainSamples);
}

static int64_t evaluateSamplesOf(const RunInfo &info) {
  return std::min(evaluationSamples, std::max(info.testSamples, info.validationSamples));
}

/// A watcher reads every step.
static int64_t callsOf(const RunRequest &request) {
  return request.device == nullptr || request.watcher != nullptr
             ? 1
             : Model::callsFor(*request.variant, stepSamplesOf(request.info),
                               evaluateSamplesOf(request.info));
}

static OnDevice placeOf(const RunRequest &request) {
  const Dataset &data = *request.dataset;
  OnDevice on{request.device,        callsOf(request),          request.together,
              !data.augment.empty(), {&data.train, &data.test}, request.scale};
  if (request.info.validationSamples > 0)
    on.sets.push_back(&data.validation);
  return on;
}

uint64_t nnxrt::memoryNeeded(const RunRequest &request) {
  const int64_t step = stepSamplesOf(request.info), evaluation = evaluateSamplesOf(request.info);
  if (request.device == nullptr)
    return Model::memoryNeeded(*request.variant, step, evaluation);
  return DeviceGroup::arrange({request.variant, step, evaluation, callsOf(request),
                               !request.dataset->augment.empty(), nullptr})
      .end;
}

Trainer::Trainer(const RunRequest &request, ThreadPool &pool, RunObserver &observer,
                 const StopSignal &stop)
    : request(request), observer(observer), stop(stop), context(pool),
      model(*request.variant, stepSamplesOf(request.info), evaluateSamplesOf(request.info), context,
            request.watcher != nullptr, placeOf(request)),
      rate(request.info.point.point->settings, request.info.stepsPerEpoch, request.info.steps),
      earlyStop(request.info.point.point->settings.stop),
      order(static_cast<size_t>(request.info.trainSamples)),
      batches(request.dataset->train, *request.variant, request.info.point.point->settings.batch),
      test(request.dataset->test, request.info.testSamples, *request.variant, request.scale),
      validation(request.dataset->validation, request.info.validationSamples, *request.variant,
                 request.scale) {
  std::iota(order.begin(), order.end(), 0u);
  result.memoryBytes = model.memoryBytes();
  setOptimizer();
  model.initialize(request.info.seed);
  if (request.start != nullptr)
    setWeights(model, *request.variant, *request.start);
  state.epochs.reserve(static_cast<size_t>(std::min(request.info.epochs, 1000)));
}

void Trainer::setOptimizer() {
  const OptimizerSettings &optimizer = request.info.point.point->settings.optimizer;
  for (const char *const name : model.givenHypers()) {
    double value = 0;
    if (std::string_view(name) == "iteration")
      continue; // set before each step
    if (!optimizer.number(name, value))
      throw VariantError(fmt::format("variant {}: the study does not say the optimizer's `{}`",
                                     request.variant->name, name));
    model.setHyper(name, value);
  }
}

RunResult Trainer::run() {
  started = lastSave = Clock::now();
  result.status = RunStatus::finished;
  goOnFromState();
  if (request.watcher != nullptr)
    request.watcher->runBegins(model);
  for (const int64_t goal : request.info.snapshots) {
    trainTo(goal);
    if (result.status == RunStatus::finished && !best.empty())
      restoreBest();
    if (testedSteps != state.steps)
      testAgain();
    fillResult();
    if (result.status != RunStatus::finished || goal == request.info.steps)
      break;
    std::vector<EpochFigures> epochs = state.epochs;
    if (state.epochStep > 0)
      epochs.push_back(figures);
    observer.snapshotTaken(request.info, result, epochs);
    told = goal;
  }
  endState();
  return std::move(result);
}

void Trainer::goOnFromState() {
  if (!request.states || !request.resumes)
    return;
  RunStates::Found found =
      request.states->find(request.info, model.layout(), request.info.snapshots.front());
  for (const std::string &warning : found.warnings)
    observer.warned(request.info, warning);
  if (!found.run)
    return;
  model.setMemory(found.run->memory);
  std::ranges::copy(found.run->hyper, model.hyperNumbers().begin());
  best = std::move(found.run->best);
  state = std::move(found.run->state);
  observer.runResumed(request.info, state.steps, state.epochs);
}

/// The state that the run goes on from is where a result is wanted.
void Trainer::testAgain() {
  evaluate();
  if (earlyStop.restoresBest() && state.stop.bestEpoch > 0) {
    figures = state.epochs[static_cast<size_t>(state.stop.bestEpoch) - 1];
    return;
  }
  if (state.epochStep == 0) {
    figures = state.epochs.back();
    return;
  }
  epoch = static_cast<int>((state.steps - 1) / request.info.stepsPerEpoch) + 1;
  figures = epochFigures();
  if (state.steps == request.info.steps)
    observer.epochEnded(request.info, figures);
}

/// The run ends with the weights of its best epoch.
void Trainer::restoreBest() {
  model.setMemory(best);
  best.clear();
  testedSteps = -1;
}

bool Trainer::isCheckpointDue(double share) const {
  return request.states && state.steps < request.info.steps &&
         secondsBetween(lastSave, Clock::now()) >= share * request.checkpointSeconds;
}

SavedRun Trainer::savedRun() {
  const auto hyper = model.hyperNumbers();
  const std::span<const std::byte> memory = model.memory();
  SavedRun saved{state, {hyper.begin(), hyper.end()}, {memory.begin(), memory.end()}, best};
  saved.state.seconds += secondsBetween(started, Clock::now());
  return saved;
}

void Trainer::keepState() {
  countTrainingTime();
  request.states->keep(request.info, model.layout(), savedRun());
  lastSave = lastTime = Clock::now();
}

void Trainer::endState() {
  if (!request.states)
    return;
  if (result.status == RunStatus::finished)
    request.states->keepEnd(request.info, model.layout(), savedRun());
  else if (result.status == RunStatus::interrupted)
    request.states->keep(request.info, model.layout(), savedRun());
  else
    request.states->drop(request.info);
}

/// Trains until that many steps are done or the run ends otherwise.
void Trainer::trainTo(int64_t goal) {
  while (state.steps < goal && !state.stop.ended && result.status == RunStatus::finished) {
    const int64_t before = state.steps - state.epochStep; // in complete epochs
    trainEpoch(std::min(request.info.stepsPerEpoch, goal - before));
    const bool complete = state.epochStep == request.info.stepsPerEpoch;
    evaluate();
    figures = epochFigures();
    if (complete)
      completeEpoch();
    if (complete || result.status != RunStatus::finished || goal == request.info.steps)
      observer.epochEnded(request.info, figures);
    if (complete && !state.stop.ended && isCheckpointDue(0.1))
      keepState();
  }
}

/// Goes on with the epoch that the next step belongs to, until `steps` of it are done.
void Trainer::trainEpoch(int64_t steps) {
  const RunSettings &settings = request.info.point.point->settings;
  epoch = static_cast<int>((state.steps - state.epochStep) / request.info.stepsPerEpoch) + 1;
  if (settings.shuffle)
    shuffle(order, request.info.seed, static_cast<uint32_t>(epoch));
  lastReport = lastTime = Clock::now();
  while (state.epochStep < steps && result.status == RunStatus::finished) {
    trainSteps(std::min(ahead, steps - state.epochStep));
    if (state.divergedStep == state.steps && settings.stopOnDivergence) {
      result.status = RunStatus::diverged;
      result.message =
          fmt::format("the loss of step {} (epoch {}) is not finite", state.steps, epoch);
    } else if (stop.isRaised() && state.steps < request.info.steps) {
      result.status = RunStatus::interrupted;
      result.message = fmt::format("interrupted after step {} (epoch {})", state.steps, epoch);
    }
    reportSteps();
    if (state.epochStep < request.info.stepsPerEpoch && isCheckpointDue(1) &&
        result.status == RunStatus::finished)
      keepState();
  }
  countTrainingTime();
}

/// The samples of the next `count` steps.
std::span<const uint32_t> Trainer::nextSamples(int64_t count) const {
  const auto batch = static_cast<size_t>(request.info.point.point->settings.batch);
  const auto rest = std::span(order).subspan(static_cast<size_t>(state.epochStep) * batch);
  return rest.first(std::min(rest.size(), static_cast<size_t>(count) * batch));
}

/// Makes `count` updates, or as many as have a finite loss and one more where that is wanted. Steps
/// behind that one, which a device had begun, are as if they had not been.
void Trainer::trainSteps(int64_t count) {
  const RunSettings &settings = request.info.point.point->settings;
  const auto samples = nextSamples(count);
  const int64_t before = state.steps;
  if (count > 1 && settings.stopOnDivergence)
    model.keep();
  startSteps(before, samples, count);
  for (int64_t call = 0; call < count; ++call) {
    model.show(call);
    const bool isFinite = countStep(samplesOf(samples, settings.batch, call));
    if (isFinite)
      continue;
    if (state.divergedStep == 0)
      state.divergedStep = state.steps;
    if (!settings.stopOnDivergence)
      continue;
    if (call + 1 < count) {
      model.goBack();
      startSteps(before, samples, call + 1);
    }
    return;
  }
  if (model.callsAtOnce() > 1)
    ahead = model.rowSeconds() < waitSeconds ? std::min(2 * ahead, model.callsAtOnce())
                                             : std::max<int64_t>(ahead / 2, 1);
}

/// Makes the `count` steps behind step `before` on `samples` and waits for them; they are not
/// counted yet.
void Trainer::startSteps(int64_t before, std::span<const uint32_t> samples, int64_t count) {
  const int64_t batch = request.info.point.point->settings.batch;
  const Augmenter augmenter(request.dataset->augment, request.info.seed,
                            static_cast<uint32_t>(epoch));
  model.begin(samples, batch);
  for (int64_t call = 0; call < count; ++call) {
    const auto own = samplesOf(samples, batch, call);
    loadBatch(model, *request.variant, request.dataset->train, own, request.scale,
              request.dataset->augment.empty() ? nullptr : &augmenter);
    const int64_t step = before + call + 1;
    model.setHyper("lr", rate.after(step - 1));
    model.setHyper("iteration", static_cast<double>(step));
    model.setStep(request.info.seed, static_cast<uint64_t>(step));
    model.step(static_cast<int64_t>(own.size()));
  }
  model.wait();
}

/// Counts the shown step; whether the loss of its batch is finite.
bool Trainer::countStep(std::span<const uint32_t> batch) {
  const auto samples = static_cast<int64_t>(batch.size());
  ++state.steps;
  ++state.epochStep;
  const Sums &sums = batches.of(model, samples);
  state.epochSums.add(sums);
  if (request.watcher != nullptr)
    request.watcher->stepDone({state.steps, samples, rate.after(state.steps - 1),
                               sums.loss / static_cast<double>(samples)},
                              model);
  return std::isfinite(sums.loss);
}

void Trainer::evaluate() {
  const auto start = Clock::now();
  test.run(model);
  validation.run(model);
  testSeconds = secondsBetween(start, Clock::now());
  state.testSeconds += testSeconds;
  testedSteps = state.steps;
}

/// What has passed since the last call, or since the epoch began or went on.
void Trainer::countTrainingTime() {
  const auto now = Clock::now();
  state.epochSeconds += secondsBetween(lastTime, now);
  lastTime = now;
}

void Trainer::reportSteps() {
  if (Clock::now() - lastReport < reportInterval)
    return;
  countTrainingTime();
  lastReport = lastTime;
  const auto samples = static_cast<double>(state.epochSums.samples);
  const bool hasClasses = request.variant->classes > 0;
  const int64_t before = state.steps - state.epochStep;
  observer.stepsDone(request.info,
                     {epoch, state.epochStep,
                      std::min(request.info.stepsPerEpoch, request.info.steps - before),
                      state.epochSums.loss / samples,
                      hasClasses ? static_cast<double>(state.epochSums.hits) / samples : noFigure,
                      ratio(samples, state.epochSeconds)});
}

EpochFigures Trainer::epochFigures() const {
  EpochFigures now;
  now.epoch = epoch;
  now.steps = state.steps;
  now.train = shareFigures(state.epochSums, *request.variant);
  now.test = test.figures();
  now.validation = validation.figures();
  now.trainSeconds = state.epochSeconds;
  now.testSeconds = testSeconds;
  now.samplesPerSecond = ratio(static_cast<double>(state.epochSums.samples), state.epochSeconds);
  return now;
}

void Trainer::completeEpoch() {
  state.epochs.push_back(figures);
  if (earlyStop.isOn() && earlyStop.count(figures, state.stop) && earlyStop.restoresBest())
    best.assign(model.memory().begin(), model.memory().end());
  state.trainSeconds += state.epochSeconds;
  state.trainedSamples += state.epochSums.samples;
  state.epochSums = {};
  state.epochSeconds = 0;
  state.epochStep = 0;
}

/// The figures of the weights as they are now, whose test is done.
void Trainer::fillResult() {
  const RunInfo &info = request.info;
  result.epochs = static_cast<int>((state.steps + info.stepsPerEpoch - 1) / info.stepsPerEpoch);
  result.steps = state.steps;
  result.divergedStep = state.divergedStep;
  result.train = figures.train;
  result.trainSeconds = state.trainSeconds + state.epochSeconds;
  result.testSeconds = state.testSeconds;
  result.samplesPerSecond = ratio(
      static_cast<double>(state.trainedSamples + state.epochSums.samples), result.trainSeconds);
  result.bestEpoch = earlyStop.restoresBest() ? state.stop.bestEpoch : 0;
  result.stoppedEarly = state.stop.ended;
  static_cast<SampleResults &>(result) = test.results;
  result.test = test.metrics();
  result.validation = validation.metrics();
  result.evaluated = true;
  result.weightsSha256 = model.weightsSha256();
  if (request.keeper != nullptr)
    request.keeper->keep(info, result, *request.variant, model);
  result.seconds = state.seconds + secondsBetween(started, Clock::now());
}
