// `nnxc predict`: the classes of images.
#pragma once

#include "TrainedPoint.h"

namespace nnx {

struct PredictOptions {
  std::vector<std::string> images; // files, and folders of them
  bool isJson = false, isCsv = false;
};

// Prints file, class and probability of each image. Returns the exit status.
int predictImages(const CompileOptions &options, const TrainedPointOptions &which,
                  const PredictOptions &prediction);

} // namespace nnx
