// Sources of two IDX files: images and their labels.
#include "runtime/data/Idx.h"
#include "runtime/data/Sources.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

using namespace nnxrt;

/// Images of one channel may leave out its dimension.
static void checkShape(const DatasetSpec &spec, const IdxArray &images) {
  const bool flat = images.dims.size() == 3;
  const std::array<uint64_t, 3> found{images.dims[1], images.dims[2], flat ? 1 : images.dims[3]};
  const std::array<uint64_t, 3> expected{static_cast<uint64_t>(spec.shape[0]),
                                         static_cast<uint64_t>(spec.shape[1]),
                                         static_cast<uint64_t>(spec.shape[2])};
  if (found != expected)
    throw DataError(fmt::format("{}: holds samples of {}; {} says {}", images.name,
                                fmt::join(found, "x"), placeOf(spec), fmt::join(expected, "x")));
}

static void check(const DatasetSpec &spec, const IdxArray &images, const IdxArray &labels) {
  if (images.dims.size() == 1 && labels.dims.size() > 1)
    throw DataError(fmt::format("{}: holds labels, and {} images: the two are swapped in {}",
                                images.name, labels.name, placeOf(spec)));
  if (images.dims.size() < 3 || images.dims.size() > 4)
    throw DataError(fmt::format("{}: {} dimensions; images have 3 (count, height, width) or 4 (and "
                                "channels)",
                                images.name, images.dims.size()));
  if (labels.dims.size() != 1)
    throw DataError(
        fmt::format("{}: {} dimensions; labels have 1", labels.name, labels.dims.size()));
  checkShape(spec, images);
  if (images.dims[0] != labels.dims[0])
    throw DataError(fmt::format("{}: {} images, but {} holds {} labels", images.name,
                                images.dims[0], labels.name, labels.dims[0]));
  if (images.dims[0] > INT32_MAX)
    throw DataError(
        fmt::format("{}: {} images are more than {}", images.name, images.dims[0], INT32_MAX));
  const uint8_t *const end = labels.data() + labels.dims[0];
  const uint8_t *const wrong =
      std::find_if(labels.data(), end, [&](uint8_t label) { return label >= spec.classes; });
  if (wrong != end)
    throw DataError(fmt::format("{}: label {} is {}; {} has {} classes, 0 to {}", labels.name,
                                wrong - labels.data(), *wrong, placeOf(spec), spec.classes,
                                spec.classes - 1));
}

LoadedSources nnxrt::loadIdx(const DatasetSpec &spec, DataFiles &files) {
  LoadedSources sources = loadEach(spec, [&](const SourceSpec &source) {
    const auto read = [&](const FileSpec &file) {
      OpenedFile opened = files.open(file);
      return readIdx(std::move(opened.file), opened.name);
    };
    IdxArray images = read(source.files[0]);
    const IdxArray labels = read(source.files[1]);
    check(spec, images, labels);
    Samples samples;
    samples.name = images.name;
    samples.count = images.dims[0];
    samples.features = static_cast<uint64_t>(spec.features());
    samples.elements = std::move(images.elements);
    samples.labels.assign(labels.data(), labels.data() + samples.count);
    return samples;
  });
  sources.classes = spec.labels;
  return sources;
}
