// Weights that runs start from instead of random ones, from a file: `init = safetensors("FILE")`.
#pragma once

#include "runtime/data/Safetensors.h"
#include "runtime/train/Model.h"
#include "runtime/train/Results.h"

namespace nnxrt {

/// Where the file of a study may lie: the folder given with --data, then the study's own.
std::filesystem::path findWeights(const std::string &name, const std::filesystem::path &given,
                                  const std::filesystem::path &studyFile);

/// Compares names, types and shapes with what the variant of a point needs. Throws DataError, which
/// names the layer's line.
void checkWeights(const WeightsFile &weights, const nnxrt_variant &variant, const Study &study,
                  const Point &point);

/// Sets every parameter of a model that `checkWeights` has accepted the file for.
void setWeights(Model &model, const nnxrt_variant &variant, const WeightsFile &weights);

/// Every parameter of a model, named and in Keras's logical order.
std::vector<WeightTensor> weightsOf(const Model &model, const nnxrt_variant &variant);

/// The file that runs of `point` start from; null where they start from random weights, or where it
/// was not loaded.
const WeightsFile *startOf(const StudyInfo &info, const Point &point);

} // namespace nnxrt
