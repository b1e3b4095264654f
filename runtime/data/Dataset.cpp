// Finding, reading and checking the files of a data set.
#include "runtime/data/Dataset.h"

#include "runtime/data/Sha256.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace nnxrt;
namespace fs = std::filesystem;

std::vector<fs::path> nnxrt::dataFolders(const std::string &name, const fs::path &given,
                                         const fs::path &studyFile) {
  if (!given.empty())
    return {given / name, given};
  std::vector<fs::path> folders;
  const fs::path beside = studyFile.parent_path();
  folders.push_back(beside.empty() ? fs::path(".") : beside);
  const auto variable = [](const char *key) -> fs::path {
    const char *const value = std::getenv(key);
    return value != nullptr ? value : "";
  };
  const fs::path dataHome = variable("NNX_DATA_HOME"), cache = variable("XDG_CACHE_HOME");
  if (!dataHome.empty())
    folders.push_back(dataHome / name);
  else if (!cache.empty())
    folders.push_back(cache / "nnx" / "data" / name);
  else
    folders.push_back(variable("HOME") / ".cache" / "nnx" / "data" / name);
  return folders;
}

static fs::path findFile(const DatasetSpec &spec, const std::vector<fs::path> &folders,
                         const std::string &file) {
  const bool packed = file.ends_with(".gz");
  const std::string other = packed ? file.substr(0, file.size() - 3) : file + ".gz";
  for (const fs::path &folder : folders)
    for (const std::string &name : {file, other}) {
      std::error_code ignored;
      if (fs::exists(folder / name, ignored))
        return folder / name;
    }
  std::string looked;
  for (const fs::path &folder : folders)
    looked += fmt::format("\n  {}", (folder / file).string());
  throw DataError(
      fmt::format("{}: not found (data set `{}`); looked, with and without .gz, for{}\n"
                  "  fetch it with `tools/fetch-data {}`, or name its folder with --data",
                  file, spec.name, looked, spec.name));
}

/// The digest may be that of the file as it lies on the disk or, packed, that of its contents.
static void checkDigest(const FileBytes &file, const IdxArray &array, const std::string &found,
                        const std::string &expected) {
  if (expected.empty() || found == expected)
    return;
  if (file.isGzip()) {
    ByteStream stream(file, array.name);
    Sha256 contents;
    std::vector<std::byte> piece(size_t{1} << 16);
    for (uint64_t got; (got = stream.read(piece)) != 0;)
      contents.add(std::span(piece).first(got));
    if (contents.hex() == expected)
      return;
  }
  throw DataError(
      fmt::format("{}: its sha256 is {}, not {} as the study says", array.name, found, expected));
}

/// Adds the digest of the file to `all`.
static IdxArray readArray(const DatasetSpec &spec, const std::vector<fs::path> &folders,
                          const std::string &name, const std::string &expected, Sha256 &all) {
  const fs::path path = findFile(spec, folders, name);
  const FileBytes file(path);
  IdxArray array = readIdx(file, path.string());
  const std::string digest = sha256Hex(file.bytes());
  checkDigest(file, array, digest, expected);
  all.add(std::as_bytes(std::span(digest)));
  return array;
}

/// Images of one channel may leave out its dimension.
static void checkShape(const DatasetSpec &spec, const IdxArray &images) {
  const bool flat = images.dims.size() == 3;
  const std::array<uint64_t, 3> found{images.dims[1], images.dims[2], flat ? 1 : images.dims[3]};
  const std::array<uint64_t, 3> expected{static_cast<uint64_t>(spec.shape[0]),
                                         static_cast<uint64_t>(spec.shape[1]),
                                         static_cast<uint64_t>(spec.shape[2])};
  if (found != expected)
    throw DataError(fmt::format("{}: holds samples of {}; data set `{}` (line {}) says {}",
                                images.name, fmt::join(found, "x"), spec.name, spec.line,
                                fmt::join(expected, "x")));
}

static SampleSet checkShare(const DatasetSpec &spec, const IdxArray &images,
                            const IdxArray &labels) {
  if (images.dims.size() == 1 && labels.dims.size() > 1)
    throw DataError(fmt::format("{}: holds labels, and {} images: the two are swapped in data set "
                                "`{}` (line {})",
                                images.name, labels.name, spec.name, spec.line));
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
  const auto count = static_cast<int64_t>(images.dims[0]);
  const uint8_t *const wrong = std::find_if(labels.data(), labels.data() + count,
                                            [&](uint8_t label) { return label >= spec.classes; });
  if (wrong != labels.data() + count)
    throw DataError(fmt::format(
        "{}: label {} is {}; data set `{}` (line {}) has {} classes, 0 to {}", labels.name,
        wrong - labels.data(), *wrong, spec.name, spec.line, spec.classes, spec.classes - 1));
  return {count, spec.shape[0], spec.shape[1], spec.shape[2], images.data(), labels.data(), {}};
}

Dataset::Dataset(const DatasetSpec &spec, const std::vector<fs::path> &folders) {
  Sha256 all;
  for (const ShareFiles *share : {&spec.train, &spec.test}) {
    arrays.push_back(readArray(spec, folders, share->images, share->imagesSha256, all));
    arrays.push_back(readArray(spec, folders, share->labels, share->labelsSha256, all));
  }
  digest = all.hex();
  train = checkShare(spec, arrays[0], arrays[1]);
  test = checkShare(spec, arrays[2], arrays[3]);
}
