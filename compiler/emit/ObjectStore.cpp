// An entry is the content, its SHA256, and eight bytes that mark the end: a file that was cut short
// or changed is told from a whole one. Object files keep their meaning with bytes behind them, but
// readers get the content alone.
#include "compiler/emit/ObjectStore.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/SHA256.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace nnx::emit {

namespace fs = llvm::sys::fs;
using llvm::StringRef;

static constexpr StringRef endMark = "nnxobj1\n";
static constexpr StringRef suffix = ".obj";
static constexpr size_t hashBytes = 32;

static std::string hashOf(StringRef text) {
  auto hash = llvm::SHA256::hash(llvm::arrayRefFromStringRef(text));
  return std::string(hash.begin(), hash.end());
}

ObjectStore::ObjectStore(std::string folder, uint64_t limitBytes)
    : root(std::move(folder)), limitBytes(limitBytes) {}

std::string ObjectStore::defaultFolder() {
  auto variable = [](const char *name) {
    return llvm::sys::Process::GetEnv(name).value_or(std::string());
  };
  if (std::string folder = variable("NNX_KERNEL_CACHE"); !folder.empty())
    return folder;
  llvm::SmallString<128> folder(variable("XDG_CACHE_HOME"));
  if (folder.empty()) {
    if (!llvm::sys::path::home_directory(folder))
      folder = ".";
    llvm::sys::path::append(folder, ".cache");
  }
  llvm::sys::path::append(folder, "nnx", "kernels");
  return std::string(folder);
}

std::string ObjectStore::pathOf(StringRef key) const {
  llvm::SmallString<128> path(root);
  llvm::sys::path::append(path, llvm::toHex(hashOf(key), /*LowerCase=*/true) + suffix);
  return std::string(path);
}

bool ObjectStore::contains(StringRef key) const {
  return fs::exists(pathOf(key));
}

std::optional<std::string> ObjectStore::load(StringRef key) const {
  std::string path = pathOf(key);
  // Read, not mapped: another process may remove the file at any time.
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false, /*IsVolatile=*/true);
  if (!buffer)
    return std::nullopt;
  StringRef rest = (*buffer)->getBuffer();
  bool whole = rest.consume_back(endMark) && rest.size() >= hashBytes;
  StringRef content = whole ? rest.drop_back(hashBytes) : StringRef();
  if (!whole || hashOf(content) != rest.take_back(hashBytes)) {
    (void)fs::remove(path);
    return std::nullopt;
  }
  // The time of modification says when an entry was last used; failing to set it only ages it.
  int file = -1;
  if (!fs::openFileForWrite(path, file, fs::CD_OpenExisting, fs::OF_None)) {
    (void)fs::setLastAccessAndModificationTime(file, std::chrono::system_clock::now());
    (void)llvm::sys::Process::SafelyCloseFileDescriptor(file);
  }
  return content.str();
}

llvm::Error ObjectStore::save(StringRef key, StringRef content) const {
  if (std::error_code error = fs::create_directories(root))
    return llvm::createFileError(root, error);
  std::string path = pathOf(key);
  llvm::Expected<fs::TempFile> file = fs::TempFile::create(path + ".tmp-%%%%%%%%");
  if (!file)
    return llvm::createFileError(root, file.takeError());
  llvm::raw_fd_ostream stream(file->FD, /*shouldClose=*/false);
  stream << content << hashOf(content) << endMark;
  stream.flush();
  if (stream.has_error()) {
    std::error_code error = stream.error();
    stream.clear_error();
    llvm::consumeError(file->discard());
    return llvm::createFileError(path, error);
  }
  if (llvm::Error error = file->keep(path))
    return llvm::createFileError(path, std::move(error));
  return llvm::Error::success();
}

void ObjectStore::trim() const {
  struct Entry {
    std::string path;
    uint64_t bytes;
    llvm::sys::TimePoint<> used;
  };
  std::vector<Entry> entries;
  uint64_t total = 0;
  auto now = std::chrono::system_clock::now();
  std::error_code error;
  for (fs::directory_iterator it(root, error), end; it != end && !error; it.increment(error)) {
    fs::file_status status;
    if (fs::status(it->path(), status))
      continue;
    StringRef name = llvm::sys::path::filename(it->path());
    if (name.contains(".tmp-") && now - status.getLastModificationTime() > std::chrono::hours(1))
      (void)fs::remove(it->path());
    else if (name.ends_with(suffix)) {
      entries.push_back({it->path(), status.getSize(), status.getLastModificationTime()});
      total += status.getSize();
    }
  }
  if (total <= limitBytes)
    return;
  std::sort(entries.begin(), entries.end(),
            [](const Entry &a, const Entry &b) { return a.used < b.used; });
  for (const Entry &entry : entries) {
    if (total <= limitBytes / 4 * 3)
      break;
    if (!fs::remove(entry.path))
      total -= entry.bytes;
  }
}

} // namespace nnx::emit
