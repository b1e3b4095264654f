// Passing results on to several observers.
#include "runtime/train/RunObserver.h"

#include <algorithm>

using namespace nnxrt;

void ObserverList::studyStarted(const StudyInfo &study) {
  for (RunObserver *observer : observers)
    observer->studyStarted(study);
}

bool ObserverList::wantsResult(const RunInfo &run, int64_t steps) {
  return std::ranges::all_of(
      observers, [&](RunObserver *observer) { return observer->wantsResult(run, steps); });
}

bool ObserverList::mayStart(const RunInfo &run) {
  return std::ranges::all_of(observers,
                             [&](RunObserver *observer) { return observer->mayStart(run); });
}

void ObserverList::runSkipped(const RunInfo &run) {
  for (RunObserver *observer : observers)
    observer->runSkipped(run);
}

void ObserverList::runStarted(const RunInfo &run) {
  for (RunObserver *observer : observers)
    observer->runStarted(run);
}

void ObserverList::runResumed(const RunInfo &run, int64_t steps,
                              std::span<const EpochFigures> epochs) {
  for (RunObserver *observer : observers)
    observer->runResumed(run, steps, epochs);
}

void ObserverList::warned(const RunInfo &run, const std::string &message) {
  for (RunObserver *observer : observers)
    observer->warned(run, message);
}

void ObserverList::runBegunAgain(const RunInfo &run, const std::string &why) {
  for (RunObserver *observer : observers)
    observer->runBegunAgain(run, why);
}

void ObserverList::stepsDone(const RunInfo &run, const StepFigures &figures) {
  for (RunObserver *observer : observers)
    observer->stepsDone(run, figures);
}

void ObserverList::epochEnded(const RunInfo &run, const EpochFigures &figures) {
  for (RunObserver *observer : observers)
    observer->epochEnded(run, figures);
}

void ObserverList::snapshotTaken(const RunInfo &run, const RunResult &result,
                                 std::span<const EpochFigures> epochs) {
  for (RunObserver *observer : observers)
    observer->snapshotTaken(run, result, epochs);
}

void ObserverList::runEnded(const RunInfo &run, const RunResult &result) {
  for (RunObserver *observer : observers)
    observer->runEnded(run, result);
}

void ObserverList::studyEnded(const StudyOutcome &outcome) {
  for (RunObserver *observer : observers)
    observer->studyEnded(outcome);
}
