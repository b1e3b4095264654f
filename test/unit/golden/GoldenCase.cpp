// Reads the files that test/golden/baseline.py writes.
#include "GoldenCase.h"

#include "runtime/data/Dataset.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace nnx::golden {

using Json = nlohmann::json;
namespace fs = std::filesystem;

static const fs::path folder = fs::path(NNX_SOURCE_DIR) / "test" / "golden" / "trainings";

std::vector<std::string> caseNames() {
  std::vector<std::string> names;
  for (const fs::directory_entry &entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".json")
      names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// JSON has no number that is not finite: those are text.
static double number(const Json &json) {
  return json.is_string() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

static std::vector<double> numbers(const Json &json) {
  std::vector<double> values;
  for (const Json &value : json)
    values.push_back(number(value));
  return values;
}

GoldenCase readCase(const std::string &name) {
  std::ifstream file(folder / (name + ".json"));
  if (!file)
    throw std::runtime_error("cannot read the golden case " + name);
  const Json json = Json::parse(file);
  GoldenCase golden{.name = name,
                    .nnx = json.at("nnx"),
                    .batch = json.at("batch"),
                    .steps = json.at("steps"),
                    .comparableSteps = json.at("comparable_steps"),
                    .loss = numbers(json.at("loss")),
                    .lossSpread = numbers(json.at("loss_spread")),
                    .parameters = {},
                    .outputs = {},
                    .outputsSpread = number(json.at("outputs_spread"))};
  for (const Json &row : json.at("parameters"))
    golden.parameters.push_back({.name = row.at("name"),
                                 .shape = row.at("shape"),
                                 .norm = number(row.at("norm")),
                                 .spread = number(row.at("spread")),
                                 .indices = row.at("indices"),
                                 .values = numbers(row.at("values"))});
  for (const Json &row : json.at("outputs"))
    golden.outputs.push_back(numbers(row));
  return golden;
}

std::vector<float> initialValues(const std::string &name, const std::vector<int64_t> &shape,
                                 int64_t layer) {
  int64_t count = 1;
  for (const int64_t extent : shape)
    count *= extent;
  std::vector<float> values(static_cast<size_t>(count), 0.0F);
  if (name.ends_with("/gamma") || name.ends_with("/moving_variance"))
    std::fill(values.begin(), values.end(), 1.0F);
  if (shape.size() == 1)
    return values;
  const double fanIn = static_cast<double>(count) / static_cast<double>(shape.back());
  const double limit = std::sqrt(6.0 / fanIn);
  for (int64_t i = 0; i < count; ++i) {
    const double turn =
        (static_cast<double>(i) + 1.0) * 0.6180339887498949 + 0.37 * static_cast<double>(layer);
    values[static_cast<size_t>(i)] =
        static_cast<float>(limit * (2.0 * (turn - std::floor(turn)) - 1.0));
  }
  return values;
}

std::vector<std::filesystem::path> foldersOf(const nnxrt::DatasetSpec &dataset) {
  const bool isExample = dataset.name == "houses";
  return nnxrt::dataFolders(
      dataset.folder, isExample ? std::filesystem::path(NNX_SOURCE_DIR) / "examples" : "", {});
}

} // namespace nnx::golden
