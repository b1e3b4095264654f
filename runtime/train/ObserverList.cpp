// Passing results on to several observers.
#include "runtime/train/RunObserver.h"

using namespace nnxrt;

void ObserverList::studyStarted(const StudyInfo &study) {
  for (RunObserver *observer : observers)
    observer->studyStarted(study);
}

bool ObserverList::wantsRun(const RunInfo &run) {
  for (RunObserver *observer : observers) {
    if (!observer->wantsRun(run)) {
      runSkipped(run);
      return false;
    }
  }
  return true;
}

void ObserverList::runSkipped(const RunInfo &run) {
  for (RunObserver *observer : observers)
    observer->runSkipped(run);
}

void ObserverList::runStarted(const RunInfo &run) {
  for (RunObserver *observer : observers)
    observer->runStarted(run);
}

void ObserverList::stepsDone(const RunInfo &run, const StepFigures &figures) {
  for (RunObserver *observer : observers)
    observer->stepsDone(run, figures);
}

void ObserverList::epochEnded(const RunInfo &run, const EpochFigures &figures) {
  for (RunObserver *observer : observers)
    observer->epochEnded(run, figures);
}

void ObserverList::runEnded(const RunInfo &run, const RunResult &result) {
  for (RunObserver *observer : observers)
    observer->runEnded(run, result);
}

void ObserverList::studyEnded(const StudyOutcome &outcome) {
  for (RunObserver *observer : observers)
    observer->studyEnded(outcome);
}
