// How far a run has come: with weights and optimizer state, all that the rest of it depends on.
#pragma once

#include "runtime/train/Results.h"

#include <cstdint>
#include <vector>

namespace nnxrt {

/// Sums of per-sample figures, in the order of the samples.
struct Sums {
  double loss = 0;
  int64_t hits = 0, samples = 0;
  std::vector<TargetSums> targets; // of regression

  void add(const Sums &other);
};

/// How far early stopping has come.
struct StopState {
  double best = 0;   // figure of
  int bestEpoch = 0; // the epoch that was better than all before; 0: none yet
  int waited = 0;    // epochs since then
  bool ended = false;
};

struct RunState {
  int64_t steps = 0;          // updates made
  int64_t epochStep = 0;      // of these, in the epoch that is not complete
  Sums epochSums;             // over its samples
  int64_t trainedSamples = 0; // in complete epochs
  int64_t divergedStep = 0;   // as in RunResult
  double epochSeconds = 0;    // training in the epoch that is not complete
  double trainSeconds = 0;    // in complete epochs
  double testSeconds = 0;
  double seconds = 0; // the whole run
  StopState stop;
  std::vector<EpochFigures> epochs; // the complete ones
};

} // namespace nnxrt
