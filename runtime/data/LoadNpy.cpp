// Sources of NumPy arrays: samples, and their labels or targets.
#include "runtime/data/Npy.h"
#include "runtime/data/Sources.h"
#include "runtime/data/Zip.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace nnxrt;

/// An image of one channel may leave out its dimension.
static bool isShape(const DatasetSpec &spec, const std::vector<uint64_t> &dims) {
  const auto has = [&](size_t dim, size_t extent) {
    return dims[dim] == static_cast<uint64_t>(spec.shape[extent]);
  };
  if (spec.isFlat)
    return dims.size() == 2 && has(1, 1);
  const bool leavesChannel = dims.size() == 3 && spec.shape[2] == 1;
  return (leavesChannel || (dims.size() == 4 && has(3, 2))) && has(1, 0) && has(2, 1);
}

static void checkSamples(const DatasetSpec &spec, const NpyArray &x) {
  if (!isShape(spec, x.dims))
    throw DataError(fmt::format("{}: is an array of {}; samples of {} are wanted by {}", x.name,
                                fmt::join(x.dims, "x"), shapeText(spec), placeOf(spec)));
  if (x.dims[0] == 0 || x.dims[0] > INT32_MAX)
    throw DataError(fmt::format("{}: {} samples; 1 to {} can be", x.name, x.dims[0], INT32_MAX));
}

static void readLabels(const DatasetSpec &spec, const NpyArray &y, Samples &samples) {
  for (uint64_t i = 0; i < y.count; ++i) {
    const double label = y.number(i);
    if (!(label >= 0 && label < spec.classes) || label != std::floor(label))
      throw DataError(fmt::format("{}: label {} is {}; {} has {} classes, 0 to {}", y.name, i,
                                  label, placeOf(spec), spec.classes, spec.classes - 1));
    samples.labels.push_back(static_cast<uint8_t>(label));
  }
}

static void readTargets(const NpyArray &y, Samples &samples) {
  for (uint64_t i = 0; i < y.count; ++i) {
    const double target = y.number(i);
    if (!(std::abs(target) <= std::numeric_limits<float>::max()))
      throw DataError(
          fmt::format("{}: target {} is {}, nothing that a 32-bit float holds", y.name, i, target));
    samples.targets.push_back(static_cast<float>(target));
  }
}

/// Bytes stay bytes; what is flat waits as doubles for `standardize`.
static Samples readSamples(const DatasetSpec &spec, const NpyArray &x, const NpyArray &y) {
  checkSamples(spec, x);
  const uint64_t width = spec.isRegression() ? static_cast<uint64_t>(spec.targets) : 1;
  if (y.dims.empty() || y.dims[0] != x.dims[0] || y.count != x.dims[0] * width)
    throw DataError(fmt::format("{}: is an array of {}; {} samples of {} want {} {} each", y.name,
                                fmt::join(y.dims, "x"), x.dims[0], x.name, width,
                                spec.isRegression() ? "target" : "label"));
  const ElementType type = x.isBytes()   ? ElementType::byte
                           : spec.isFlat ? ElementType::real64
                                         : ElementType::real32;
  Samples samples(x.name, x.dims[0], static_cast<uint64_t>(spec.features()), type);
  if (x.isBytes())
    std::ranges::copy(x.elements, samples.elements.data());
  else if (spec.isFlat)
    for (uint64_t i = 0; i < x.count; ++i)
      samples.data<double>()[i] = x.number(i);
  else
    for (uint64_t i = 0; i < x.count; ++i) {
      const double number = x.number(i) * spec.scale;
      if (!(std::abs(number) <= std::numeric_limits<float>::max()))
        throw DataError(fmt::format("{}: sample {}, number {}: {} is nothing that a 32-bit float "
                                    "holds",
                                    x.name, i / samples.features, i % samples.features, number));
      samples.data<float>()[i] = static_cast<float>(number);
    }
  if (spec.isRegression())
    readTargets(y, samples);
  else
    readLabels(spec, y, samples);
  return samples;
}

LoadedSources nnxrt::loadNpy(const DatasetSpec &spec, DataFiles &files) {
  LoadedSources sources = loadEach(spec, [&](const SourceSpec &source) {
    const OpenedFile xFile = files.open(source.files[0]), yFile = files.open(source.files[1]);
    const Contents x(xFile), y(yFile);
    return readSamples(spec, readNpy(x.bytes(), xFile.name), readNpy(y.bytes(), yFile.name));
  });
  sources.classes = spec.labels;
  return sources;
}

LoadedSources nnxrt::loadNpz(const DatasetSpec &spec, DataFiles &files) {
  LoadedSources sources = loadEach(spec, [&](const SourceSpec &source) {
    const OpenedFile opened = files.open(source.files[0]);
    const Contents archive(opened);
    const auto member = [&](const std::string &array) {
      return readZipMember(archive.bytes(), array + ".npy", opened.name);
    };
    const ZipMember x = member(source.x), y = member(source.y);
    const auto nameOf = [&](const std::string &array) {
      return fmt::format("{}: {}", opened.name, array);
    };
    return readSamples(spec, readNpy(x.bytes(), nameOf(source.x)),
                       readNpy(y.bytes(), nameOf(source.y)));
  });
  sources.classes = spec.labels;
  return sources;
}
