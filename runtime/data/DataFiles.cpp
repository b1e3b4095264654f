// Finding and reading the files of a data set.
#include "runtime/data/DataFiles.h"

#include <cstdlib>
#include <fmt/format.h>

using namespace nnxrt;
namespace fs = std::filesystem;

std::vector<fs::path> nnxrt::dataFolders(const std::string &folder, const fs::path &given,
                                         const fs::path &studyFile) {
  if (!given.empty())
    return {given / folder, given};
  std::vector<fs::path> folders;
  const fs::path beside = studyFile.parent_path();
  folders.push_back(beside.empty() ? fs::path(".") : beside);
  const auto variable = [](const char *key) -> fs::path {
    const char *const value = std::getenv(key);
    return value != nullptr ? value : "";
  };
  const fs::path dataHome = variable("NNX_DATA_HOME"), cache = variable("XDG_CACHE_HOME");
  if (!dataHome.empty())
    folders.push_back(dataHome / folder);
  else if (!cache.empty())
    folders.push_back(cache / "nnx" / "data" / folder);
  else
    folders.push_back(variable("HOME") / ".cache" / "nnx" / "data" / folder);
  return folders;
}

/// The first of `names` that is there; a path that is nowhere is an error with all that was tried.
fs::path DataFiles::find(const std::vector<std::string> &names) const {
  std::string hidden;
  for (const fs::path &folder : folders)
    for (const std::string &name : names) {
      std::error_code error;
      if (fs::exists(folder / name, error))
        return folder / name;
      if (error && hidden.empty())
        hidden = fmt::format("{}: {}", (folder / name).string(), error.message());
    }
  if (!hidden.empty())
    throw DataError(hidden);
  std::string looked;
  for (const fs::path &folder : folders)
    looked += fmt::format("\n  {}", (folder / names[0]).string());
  throw DataError(fmt::format(
      "{}: not found (data set `{}`); looked{} for{}\n"
      "  fetch it with `tools/fetch-data {}`, or name its folder with --data",
      names[0], spec.name, names.size() > 1 ? ", with and without .gz," : "", looked, spec.folder));
}

/// The digest may be that of the file as it lies on the disk or, packed, that of its contents.
static void checkDigest(const OpenedFile &opened, const std::string &found,
                        const std::string &expected) {
  if (expected.empty() || found == expected)
    return;
  if (opened.file.isGzip()) {
    ByteStream stream(opened.file, opened.name);
    Sha256 contents;
    std::vector<std::byte> piece(size_t{1} << 16);
    for (uint64_t got; (got = stream.read(piece)) != 0;)
      contents.add(std::span(piece).first(got));
    if (contents.hex() == expected)
      return;
  }
  throw DataError(
      fmt::format("{}: its sha256 is {}, not {} as the study says", opened.name, found, expected));
}

OpenedFile DataFiles::open(const FileSpec &file) {
  const bool packed = file.name.ends_with(".gz");
  const std::string other = packed ? file.name.substr(0, file.name.size() - 3) : file.name + ".gz";
  const fs::path path = find({file.name, other});
  OpenedFile opened{FileBytes(path), path.string()};
  const std::string digest = sha256Hex(opened.file.bytes());
  checkDigest(opened, digest, file.sha256);
  all.add(std::as_bytes(std::span(digest)));
  return opened;
}

fs::path DataFiles::findFolder(const std::string &name) const {
  fs::path path = find({name});
  if (std::error_code ignored; !fs::is_directory(path, ignored))
    throw DataError(fmt::format("{}: is no folder", path.string()));
  return path;
}

OpenedFile DataFiles::openInside(const fs::path &folder, const std::string &name) {
  OpenedFile opened{FileBytes(folder / name), (folder / name).string()};
  const std::string line = name + '\n' + sha256Hex(opened.file.bytes()) + '\n';
  all.add(std::as_bytes(std::span(line)));
  return opened;
}

Contents::Contents(const OpenedFile &opened) : view(opened.file.bytes()) {
  if (!opened.file.isGzip())
    return;
  std::vector<std::byte> piece(size_t{1} << 16);
  uint64_t length = 0;
  ByteStream first(opened.file, opened.name);
  for (uint64_t got; (got = first.read(piece)) != 0;)
    length += got;
  demandMemory(length);
  memory = Memory(length);
  ByteStream second(opened.file, opened.name);
  view = std::span<const std::byte>(memory.data(), second.read({memory.data(), length}));
}
