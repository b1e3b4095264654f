// The folder a study writes into: made when missing, owned by one process at a time.
#pragma once

#include <filesystem>
#include <string_view>

namespace nnxrt {

/// Owns a results folder through an flock on `.lock` inside it, which the kernel lets go however
/// the process ends.
class ResultsFolder {
public:
  /// Makes the folder where needed. Throws StoreError where it cannot be made or written, or where
  /// another process owns it (the message names its process id).
  explicit ResultsFolder(std::filesystem::path folder);
  ~ResultsFolder();
  ResultsFolder(const ResultsFolder &) = delete;
  ResultsFolder &operator=(const ResultsFolder &) = delete;

  [[nodiscard]] const std::filesystem::path &path() const { return folder; }

private:
  std::filesystem::path folder;
  int lock = -1;
};

/// Whether the process that owned the folder last is still there. Only looks.
bool isOwned(const std::filesystem::path &folder);

/// The file of results in the folder. Throws StoreError where there is none.
std::filesystem::path databaseOf(const std::filesystem::path &folder);

/// Replaces `file` by `text` in one step: written beside it, flushed to the disk, renamed. Throws
/// StoreError; the old file then stands untouched.
void replaceFile(const std::filesystem::path &file, std::string_view text);

} // namespace nnxrt
