// Writes ONNX models.
#include "ExportCommand.h"

#include "compiler/onnx/Export.h"
#include "runtime/store/ResultsFolder.h"

#include <fmt/format.h>
#include <iostream>

namespace nnx {

// The most that readers of protocol buffers take.
static constexpr size_t mostBytes = 2147483647;

static std::vector<std::pair<std::string, std::string>> notesOf(const TrainedPoint &trained) {
  const dsl::Dataset &dataset = trained.study.datasets[size_t(trained.get().dataset)];
  std::vector<std::pair<std::string, std::string>> notes = {
      {"dataset", dataset.name}, {"scale", fmt::format("{}", dataset.scale)}};
  std::string labels;
  for (const std::string &label : dataset.labels)
    labels += (labels.empty() ? "" : ",") + label;
  if (!labels.empty())
    notes.emplace_back("labels", labels);
  notes.insert(notes.end(), trained.weights.notes.begin(), trained.weights.notes.end());
  return notes;
}

int exportOnnx(const CompileOptions &options, const TrainedPointOptions &which,
               const std::string &output) {
  try {
    const std::optional<TrainedPoint> trained = readTrainedPoint(options, which);
    if (!trained)
      return 2;
    const auto weights = [&](const std::string &name, const dsl::Shape &shape) {
      return std::span<const float>(trained->array(name, shape));
    };
    const std::string model =
        onnx::exportModel(trained->variant(), trained->get().network, weights, notesOf(*trained));
    if (model.size() > mostBytes)
      throw std::runtime_error(fmt::format(
          "{}: the model takes {} bytes, more than an ONNX file holds", output, model.size()));
    nnxrt::replaceFile(output, model);
    fmt::print("{}: {} of {}\n", output, trained->get().network, trained->weights.name);
    return 0;
  } catch (const std::exception &error) {
    std::cerr << "error: " << error.what() << '\n';
    return 2;
  }
}

} // namespace nnx
