// One file of test/golden/trainings: a study, and what Keras made of it. A spread is how far
// trainings of Keras part that differ by rounding alone (test/golden/baseline.py).
#pragma once

#include "runtime/train/Study.h"

#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

namespace nnx::golden {

struct GoldenParameter {
  std::string name; // "conv2d_1/kernel"
  std::vector<int64_t> shape;
  double norm = 0;
  double spread = 0;           // how far Keras is from itself, relative to the root mean square
  std::vector<size_t> indices; // into the parameter, row major
  std::vector<double> values;  // at the indices
};

struct GoldenCase {
  std::string name; // of the file
  std::string nnx;  // the study's text
  int64_t batch = 0;
  int64_t steps = 0;
  int64_t comparableSteps = 0;              // the first steps, until Keras parts from itself
  std::vector<double> loss;                 // of each step, before its update: the batch's mean
  std::vector<double> lossSpread;           // how far Keras is from itself, relative
  std::vector<GoldenParameter> parameters;  // after the last step
  std::vector<std::vector<double>> outputs; // of the first test samples, after the last step
  double outputsSpread = 0;
};

/// The cases in test/golden/trainings, by name.
std::vector<std::string> caseNames();

/// Throws std::runtime_error if the file cannot be read or lacks something.
GoldenCase readCase(const std::string &name);

/// Element i (row major) of array `name`, number 2 `layer` or 2 `layer` + 1 of the network, before
/// the first step, as test/golden/baseline.py has it: sqrt(6 / fan_in) * (2 * frac((i + 1) *
/// 0.6180339887498949 + 0.37 * layer) - 1); scales and variances are 1, biases and means 0.
std::vector<float> initialValues(const std::string &name, const std::vector<int64_t> &shape,
                                 int64_t layer);

/// Where the files of a data set are.
std::vector<std::filesystem::path> foldersOf(const nnxrt::DatasetSpec &dataset);

} // namespace nnx::golden
