// The files of a data set: where they are, and the digest of all that was read.
#pragma once

#include "runtime/data/FileBytes.h"
#include "runtime/data/Sha256.h"
#include "runtime/train/Study.h"

#include <filesystem>
#include <string>
#include <vector>

namespace nnxrt {

struct OpenedFile {
  FileBytes file;
  std::string name; // its path, for messages
};

/// A file's contents, unpacked if it is gzip.
class Contents {
public:
  /// Throws DataError and MemoryError.
  explicit Contents(const OpenedFile &opened);

  [[nodiscard]] std::span<const std::byte> bytes() const { return view; }
  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char *>(view.data()), view.size()};
  }

private:
  Memory memory; // of what was unpacked
  std::span<const std::byte> view;
};

class DataFiles {
public:
  DataFiles(const DatasetSpec &spec, const std::vector<std::filesystem::path> &folders)
      : spec(spec), folders(folders) {}

  /// Looks in the folders in their order, for the file as it is named or with `.gz` put behind or
  /// taken off; checks its digest where the study says one. Throws DataError and MemoryError.
  OpenedFile open(const FileSpec &file);

  /// A folder of the data set; throws DataError where there is none.
  [[nodiscard]] std::filesystem::path findFolder(const std::string &name) const;

  /// A file inside such a folder; its name there is part of the digest.
  OpenedFile openInside(const std::filesystem::path &folder, const std::string &name);

  /// SHA-256 over the digests of all files that were opened, as they lie on the disk; once.
  std::string digest() { return all.hex(); }

private:
  [[nodiscard]] std::filesystem::path find(const std::vector<std::string> &names) const;

  const DatasetSpec &spec;
  const std::vector<std::filesystem::path> &folders;
  Sha256 all;
};

/// Where the files of a data set with this `folder` may lie. With `--data DIR`: DIR/folder and DIR,
/// nothing else. Without: the study's own, $NNX_DATA_HOME/folder or else the user's cache,
/// nnx/data/folder.
std::vector<std::filesystem::path> dataFolders(const std::string &folder,
                                               const std::filesystem::path &given,
                                               const std::filesystem::path &studyFile);

} // namespace nnxrt
