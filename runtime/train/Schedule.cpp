// Runs over cores.
#include "runtime/train/Schedule.h"

#include "runtime/train/RunPlan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

using namespace nnxrt;

Placement Placement::choose(int jobs, int threads, size_t runs, int cores) {
  Placement placement;
  const auto most = static_cast<int>(std::min<size_t>(runs, static_cast<size_t>(cores)));
  placement.jobs =
      jobs > 0 ? jobs : std::max(1, threads > 0 ? std::min(most, cores / threads) : most);
  placement.threads = threads > 0 ? threads : std::max(1, cores / placement.jobs);
  return placement;
}

namespace {
class Schedule {
public:
  Schedule(std::span<const RunRequest> requests, Placement placement, bool failFast,
           RunObserver &observer, const StopFlag &interrupted)
      : requests(requests), placement(placement), failFast(failFast), observer(observer),
        stop(interrupted) {}

  StudyOutcome run();

private:
  void work();
  void trainOne(const RunRequest &request, ThreadPool &pool);
  RunResult train(const RunRequest &request, ThreadPool &pool);
  void count(RunStatus status);
  void keepFailure(std::exception_ptr found);

  const std::span<const RunRequest> requests;
  const Placement placement;
  const bool failFast;
  RunObserver &observer;
  StopSignal stop;
  std::atomic<size_t> next{0};
  std::mutex oneAlone; // of those that begin again, one at a time
  std::mutex mutex;    // of what follows
  StudyOutcome outcome;
  std::exception_ptr failure; // the first that is not a run's own
};
} // namespace

StudyOutcome Schedule::run() {
  const auto jobs = std::min(static_cast<size_t>(placement.jobs), requests.size());
  std::vector<std::thread> threads;
  try {
    for (size_t job = 0; job < jobs; ++job)
      threads.emplace_back([this] { work(); });
  } catch (const std::system_error &error) { // those that run end with it
    keepFailure(std::make_exception_ptr(
        std::system_error(error.code(), fmt::format("the thread of job {} of {} cannot be started",
                                                    threads.size() + 1, jobs))));
  }
  for (std::thread &thread : threads)
    thread.join();
  if (failure)
    std::rethrow_exception(failure);
  return outcome;
}

void Schedule::work() {
  try {
    flushDenormals();
    ThreadPool pool(placement.threads);
    while (!stop.isRaised()) {
      const size_t index = next.fetch_add(1);
      if (index >= requests.size())
        return;
      trainOne(requests[index], pool);
    }
  } catch (...) {
    keepFailure(std::current_exception());
  }
}

void Schedule::keepFailure(std::exception_ptr found) {
  const std::scoped_lock lock(mutex);
  if (!failure)
    failure = std::move(found);
  stop.raise();
}

void Schedule::trainOne(const RunRequest &request, ThreadPool &pool) {
  std::vector<int64_t> wanted;
  for (const int64_t steps : request.info.snapshots)
    if (observer.wantsResult(request.info, steps))
      wanted.push_back(steps);
  if (wanted.empty()) {
    observer.runSkipped(request.info);
    const std::scoped_lock lock(mutex);
    ++outcome.skipped;
    return;
  }
  RunRequest limited = request;
  limited.info = limitedTo(request.info, std::move(wanted));
  if (!observer.mayStart(limited.info)) {
    const std::scoped_lock lock(mutex);
    ++outcome.left;
    return;
  }
  observer.runStarted(limited.info);
  const RunResult result = train(limited, pool);
  observer.runEnded(limited.info, result);
  count(result.status);
  if (failFast && result.status == RunStatus::failed)
    stop.raise();
}

RunResult Schedule::train(const RunRequest &request, ThreadPool &pool) {
  std::optional<Trainer> trainer;
  RunResult failed;
  try {
    return trainer.emplace(request, pool, observer, stop).run();
  } catch (const RunError &error) {
    failed.message = error.what();
  } catch (const std::bad_alloc &) {
    failed.message = "not enough memory";
  }
  if (request.together == 1 || stop.isRaised())
    return failed;
  // What others did on the device may be at fault.
  RunRequest alone = request;
  alone.together = 1;
  if (trainer)
    std::erase_if(alone.info.snapshots,
                  [&](int64_t steps) { return steps <= trainer->toldSteps(); });
  trainer.reset();
  const std::scoped_lock lock(oneAlone);
  observer.runBegunAgain(request.info, failed.message);
  return train(alone, pool);
}

void Schedule::count(RunStatus status) {
  const std::array counters{&StudyOutcome::finished, &StudyOutcome::diverged, &StudyOutcome::failed,
                            &StudyOutcome::interrupted}; // by RunStatus
  const std::scoped_lock lock(mutex);
  ++(outcome.*counters[static_cast<size_t>(status)]);
}

StudyOutcome nnxrt::trainRuns(std::span<const RunRequest> requests, Placement placement,
                              bool failFast, RunObserver &observer, const StopFlag &interrupted) {
  const auto start = std::chrono::steady_clock::now();
  StudyOutcome outcome = Schedule(requests, placement, failFast, observer, interrupted).run();
  outcome.wasInterrupted = interrupted;
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return outcome;
}
