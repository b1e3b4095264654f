// Sources of a folder with a folder of PNG files for each class.
#include "runtime/data/Png.h"
#include "runtime/data/Sources.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace nnxrt;
namespace fs = std::filesystem;

/// What lies in a folder, sorted by name; hidden files left out.
static std::vector<fs::directory_entry> listFolder(const fs::path &folder) {
  std::error_code error;
  std::vector<fs::directory_entry> entries;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (!it->path().filename().string().starts_with('.'))
      entries.push_back(*it);
  if (error)
    throw DataError(fmt::format("{}: cannot be read: {}", folder.string(), error.message()));
  std::ranges::sort(entries, {},
                    [](const auto &entry) { return entry.path().filename().string(); });
  return entries;
}

static std::vector<std::string> listClasses(const fs::path &folder) {
  std::vector<std::string> classes;
  for (const fs::directory_entry &entry : listFolder(folder)) {
    std::error_code ignored;
    if (!entry.is_directory(ignored))
      throw DataError(
          fmt::format("{}: lies beside the folders of the classes", entry.path().string()));
    classes.push_back(entry.path().filename().string());
  }
  return classes;
}

std::vector<std::string> nnxrt::listImages(const fs::path &folder) {
  std::vector<std::string> names;
  for (const fs::directory_entry &entry : listFolder(folder)) {
    std::string extension = entry.path().extension().string();
    std::ranges::transform(extension, extension.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
    if (std::error_code ignored; !entry.is_regular_file(ignored) || extension != ".png")
      throw DataError(fmt::format("{}: is no PNG file", entry.path().string()));
    names.push_back(entry.path().filename().string());
  }
  if (names.empty())
    throw DataError(fmt::format("{}: holds no PNG file", folder.string()));
  return names;
}

static Samples readFolder(const DatasetSpec &spec, DataFiles &files, const fs::path &folder,
                          const std::vector<std::string> &classes) {
  const std::vector<std::string> found = listClasses(folder);
  for (const std::string &name : found)
    if (std::ranges::find(classes, name) == classes.end())
      throw DataError(fmt::format("{}: `{}` is none of the classes {}", folder.string(), name,
                                  fmt::join(classes, ", ")));
  std::vector<std::pair<std::string, size_t>>
      images; // inside the folder, in order, and their class
  for (const std::string &name : found)
    for (const std::string &image : listImages(folder / name))
      images.emplace_back(name + "/" + image,
                          static_cast<size_t>(std::ranges::find(classes, name) - classes.begin()));
  if (images.empty() || images.size() > INT32_MAX)
    throw DataError(
        fmt::format("{}: {} images; 1 to {} can be", folder.string(), images.size(), INT32_MAX));
  const auto bytes = static_cast<uint64_t>(spec.features());
  Samples samples(folder.string(), images.size(), bytes, ElementType::byte);
  for (size_t i = 0; i < images.size(); ++i) {
    const OpenedFile opened = files.openInside(folder, images[i].first);
    readPng(opened.file.bytes(), opened.name, spec.shape,
            {samples.data<uint8_t>() + i * bytes, bytes});
    samples.labels.push_back(static_cast<uint8_t>(images[i].second));
  }
  return samples;
}

LoadedSources nnxrt::loadPng(const DatasetSpec &spec, DataFiles &files) {
  const fs::path train = files.findFolder(spec.train.files[0].name);
  const std::vector<std::string> classes = spec.labels.empty() ? listClasses(train) : spec.labels;
  if (classes.size() != static_cast<size_t>(spec.classes))
    throw DataError(fmt::format("{}: holds folders for {} classes ({}); {} has {}", train.string(),
                                classes.size(), fmt::join(classes, ", "), placeOf(spec),
                                spec.classes));
  LoadedSources sources = loadEach(spec, [&](const SourceSpec &source) {
    return readFolder(spec, files, files.findFolder(source.files[0].name), classes);
  });
  sources.classes = classes;
  return sources;
}
