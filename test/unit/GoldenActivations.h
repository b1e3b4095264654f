// Reads test/golden/activations.csv, values and gradients of Keras's activations.
#pragma once

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace nnx::test {

struct GoldenActivation {
  double x;
  std::string name;
  double value, gradient;
};

/// TensorFlow's selu takes its slope from exp(x) - 1, which is 0 for these x: it gives that of x >
/// 0.
inline bool isRoundedAway(const GoldenActivation &row) {
  return row.name == "selu" && row.x < 0 && row.x > -1e-16;
}

/// Empty if the file cannot be read.
inline std::vector<GoldenActivation> readGoldenActivations() {
  std::ifstream file(NNX_SOURCE_DIR "/test/golden/activations.csv");
  std::vector<GoldenActivation> rows;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream cells(line);
    std::string x, name, value, gradient;
    std::getline(cells, x, ',');
    std::getline(cells, name, ',');
    std::getline(cells, value, ',');
    std::getline(cells, gradient);
    rows.push_back({std::strtod(x.c_str(), nullptr), name, std::strtod(value.c_str(), nullptr),
                    std::strtod(gradient.c_str(), nullptr)});
  }
  return rows;
}

} // namespace nnx::test
