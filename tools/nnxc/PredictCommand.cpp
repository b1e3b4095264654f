// Compiles the network as `nnxc build --inference` does, loads it into this process and calls it
// with what a trainer would give it.
#include "PredictCommand.h"

#include "InferenceCommand.h"
#include "LoadData.h"

#include "compiler/emit/ScratchFolder.h"
#include "runtime/data/FileBytes.h"
#include "runtime/data/Png.h"
#include "runtime/data/Sources.h"
#include "runtime/report/TextWidth.h"
#include "runtime/store/ResultsCsv.h"

#include <algorithm>
#include <array>
#include <dlfcn.h>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>

namespace nnx {
namespace {

namespace fs = std::filesystem;

class LoadedNetwork {
public:
  explicit LoadedNetwork(const std::string &library)
      : handle(dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL), dlclose) {
    if (!handle)
      throw std::runtime_error(dlerror());
    const auto arenaBytes =
        reinterpret_cast<size_t (*)()>(dlsym(handle.get(), "network_arena_bytes"));
    function = reinterpret_cast<Predict>(dlsym(handle.get(), "network_predict"));
    arena.resize(arenaBytes());
  }

  void predict(std::span<const float> samples, size_t count, std::span<float> outputs) {
    if (const int error = function(samples.data(), count, outputs.data(), arena.data()))
      throw std::runtime_error(fmt::format("the network ends with error {}", error));
  }

private:
  using Predict = int (*)(const float *, size_t, float *, void *);

  std::unique_ptr<void, int (*)(void *)> handle;
  Predict function;
  std::vector<std::byte> arena;
};

// From a file to a sample, as the data set has them.
class ImageReader {
public:
  ImageReader(const TrainedPoint &trained, const CompileOptions &options)
      : dataset(trained.study.datasets[size_t(trained.get().dataset)]), labels(dataset.labels) {
    const dsl::Shape &sample = trained.variant().sample;
    const bool holdsBytes = dataset.kind == "idx" || dataset.kind == "png";
    if (sample.size() != 3 || !holdsBytes || trained.variant().classes == 0)
      throw std::runtime_error(fmt::format(
          "data set `{}` has no classes of images: its kind is {}, its shape {}, its task {}",
          dataset.name, dataset.kind, dsl::toText(sample), dataset.task));
    std::ranges::copy(sample, shape.begin());
    pixels.resize(size_t(dsl::elementCount(sample)));
    // What the training samples alone say.
    if (dataset.isStandardized || (labels.empty() && dataset.kind == "png")) {
      loaded = std::make_unique<nnxrt::Dataset>(loadData(dataset, options.file, options.data));
      labels = loaded->labels;
    }
  }

  [[nodiscard]] size_t numbers() const { return pixels.size(); }
  [[nodiscard]] std::string label(size_t number) const {
    return labels.empty() ? std::to_string(number) : labels[number];
  }

  // Throws DataError, which names the file.
  void read(const std::string &name, std::span<float> sample) {
    const nnxrt::FileBytes file(name);
    nnxrt::readPng(file.bytes(), name, shape, pixels);
    const auto scale = static_cast<float>(dataset.scale);
    std::ranges::transform(pixels, sample.begin(),
                           [&](uint8_t pixel) { return float(pixel) * scale; });
    if (!loaded || loaded->train.standardization == nullptr)
      return;
    const nnxrt::Standardization &moments = *loaded->train.standardization;
    for (size_t i = 0; i < sample.size(); ++i)
      sample[i] = (sample[i] - moments.mean[i]) * moments.inverse[i];
  }

private:
  const dsl::Dataset &dataset;
  std::vector<std::string> labels; // empty: numbers
  std::array<int64_t, 3> shape{};
  std::vector<uint8_t> pixels;
  std::unique_ptr<nnxrt::Dataset> loaded;
};

std::vector<std::string> listFiles(const std::vector<std::string> &named) {
  std::vector<std::string> files;
  for (const std::string &name : named) {
    if (!fs::is_directory(name)) {
      files.push_back(name);
      continue;
    }
    for (const std::string &image : nnxrt::listImages(name))
      files.push_back((fs::path(name) / image).string());
  }
  return files;
}

struct Prediction {
  std::string file;
  size_t best = 0;
  std::vector<float> outputs;
};

std::vector<Prediction> predictAll(LoadedNetwork &network, ImageReader &reader,
                                   const std::vector<std::string> &files, size_t classes) {
  constexpr size_t batch = 64;
  std::vector<Prediction> all;
  std::vector<float> samples(batch * reader.numbers()), outputs(batch * classes);
  for (size_t first = 0; first < files.size(); first += batch) {
    const size_t count = std::min(batch, files.size() - first);
    for (size_t i = 0; i < count; ++i)
      reader.read(files[first + i],
                  std::span(samples).subspan(i * reader.numbers(), reader.numbers()));
    network.predict(samples, count, outputs);
    for (size_t i = 0; i < count; ++i) {
      const std::span row = std::span(outputs).subspan(i * classes, classes);
      all.push_back({files[first + i],
                     size_t(std::ranges::max_element(row) - row.begin()),
                     {row.begin(), row.end()}});
    }
  }
  return all;
}

void printText(const std::vector<Prediction> &all, const ImageReader &reader) {
  size_t width = 0, labelWidth = 0;
  for (const Prediction &each : all) {
    width = std::max(width, nnxrt::textWidth(each.file));
    labelWidth = std::max(labelWidth, nnxrt::textWidth(reader.label(each.best)));
  }
  for (const Prediction &each : all)
    fmt::print("{}  {}  {:.4f}\n", nnxrt::padded(nnxrt::printable(each.file), width),
               nnxrt::padded(nnxrt::printable(reader.label(each.best)), labelWidth),
               each.outputs[each.best]);
}

void printCsv(const std::vector<Prediction> &all, const ImageReader &reader, size_t classes) {
  std::string text = "file,class,probability";
  for (size_t c = 0; c < classes; ++c)
    text += "," + nnxrt::csvField("p_" + reader.label(c));
  for (const Prediction &each : all) {
    text += fmt::format("\n{},{},{}", nnxrt::csvField(each.file),
                        nnxrt::csvField(reader.label(each.best)), each.outputs[each.best]);
    for (const float output : each.outputs)
      text += fmt::format(",{}", output);
  }
  fmt::print("{}\n", text);
}

void printJson(const std::vector<Prediction> &all, const ImageReader &reader,
               const TrainedPoint &trained) {
  using Json = nlohmann::ordered_json;
  Json predictions = Json::array();
  for (const Prediction &each : all) {
    Json probabilities = Json::object();
    for (size_t c = 0; c < each.outputs.size(); ++c)
      probabilities[reader.label(c)] = each.outputs[c];
    predictions.push_back({{"file", each.file},
                           {"class", reader.label(each.best)},
                           {"probability", each.outputs[each.best]},
                           {"probabilities", probabilities}});
  }
  const Json json = {{"network", trained.get().network},
                     {"weights", trained.weights.name},
                     {"predictions", predictions}};
  fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

} // namespace

int predictImages(const CompileOptions &options, const TrainedPointOptions &which,
                  const PredictOptions &prediction) {
  try {
    const std::optional<TrainedPoint> trained = readTrainedPoint(options, which);
    if (!trained)
      return 2;
    ImageReader reader(*trained, options);
    const std::vector<std::string> files = listFiles(prediction.images);
    auto scratch = emit::ScratchFolder::create();
    if (!scratch)
      throw std::runtime_error(toString(scratch.takeError()));
    writeInference(options, *trained, scratch->pathOf("network"));
    LoadedNetwork network(scratch->pathOf("libnetwork.so"));
    const auto classes = size_t(trained->variant().classes);
    const std::vector<Prediction> all = predictAll(network, reader, files, classes);
    if (prediction.isJson)
      printJson(all, reader, *trained);
    else if (prediction.isCsv)
      printCsv(all, reader, classes);
    else
      printText(all, reader);
    return 0;
  } catch (const std::exception &error) {
    std::cerr << "error: " << error.what() << '\n';
    return 2;
  }
}

} // namespace nnx
