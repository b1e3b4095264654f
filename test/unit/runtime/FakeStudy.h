// A compiled study written by hand, and what its tests need to know of it.
#pragma once

#include <nnxrt/abi.h>

#include <stddef.h>

/// Experiments and points of the fake study, by index.
enum FakeExperiment : size_t {
  ratesExperiment,
  failuresExperiment,
  plainExperiment,
  lengthsExperiment
};
enum FakePlainPoint : size_t { stepsPoint, continuePoint, longPoint };
enum FakeLengthsPoint : size_t { oneEpochPoint, insidePoint, fourEpochsPoint, equalPoint };
