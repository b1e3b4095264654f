// A point of a study with trained weights: what leaves for other tools.
#pragma once

#include "BuildCommand.h"

#include "runtime/data/Safetensors.h"

namespace nnx {

struct TrainedPoint {
  dsl::Study study;
  size_t experiment = 0, point = 0;
  nnxrt::WeightsFile weights;

  const dsl::Point &get() const { return study.experiments[experiment].points[point]; }
  const dsl::Variant &variant() const { return study.variants[size_t(get().variant)]; }

  // An array of a layer: "conv2d_1/kernel". Throws DataError where the file has none of that shape.
  const std::vector<float> &array(const std::string &name, const dsl::Shape &shape) const;
};

// What the commands that take a trained point are told.
struct TrainedPointOptions {
  std::string point;   // EXPERIMENT[/POINT]; empty: the one that the weights are of
  std::string weights; // empty: models/EXPERIMENT.safetensors in the study's usual results folder
};

// Reads study and weights. Nothing after an error in the file; throws what is wrong with the point
// or the weights.
std::optional<TrainedPoint> readTrainedPoint(const CompileOptions &options,
                                             const TrainedPointOptions &which);

} // namespace nnx
