// Locking of the results folder and atomic replacement of the files in it, on POSIX calls, since
// only they report a full disk reliably.
#include "runtime/store/ResultsFolder.h"

#include "runtime/store/StoreError.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <string>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

namespace nnxrt {

namespace fs = std::filesystem;

static std::string reasonOf(int error) {
  return std::generic_category().message(error);
}

static bool writeAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

/// The process id in the file of the lock; empty where there is none.
static std::string ownerOf(int lock) {
  char text[32] = {};
  const ssize_t length = ::pread(lock, text, sizeof(text) - 1, 0);
  const std::string_view digits(text, length > 0 ? static_cast<size_t>(length) : 0);
  return std::string(digits.substr(0, digits.find_first_not_of("0123456789")));
}

ResultsFolder::ResultsFolder(fs::path path) : folder(std::move(path)) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw StoreError(
        fmt::format("{}: the results folder cannot be made: {}", folder.string(), error.message()));
  lock = ::open((folder / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0)
    throw StoreError(fmt::format("{}: the results folder cannot be written: {}", folder.string(),
                                 reasonOf(errno)));
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    const std::string owner = ownerOf(lock);
    const std::string why =
        error == EWOULDBLOCK ? fmt::format("is in use by {}; wait for it or choose another "
                                           "folder with --out",
                                           owner.empty() ? "another process" : "process " + owner)
                             : "cannot be locked: " + reasonOf(error);
    ::close(lock);
    throw StoreError(fmt::format("{}: the results folder {}", folder.string(), why));
  }
  if (::ftruncate(lock, 0) != 0 || !writeAll(lock, std::to_string(::getpid()) + "\n")) {
    const int failure = errno;
    ::close(lock);
    throw StoreError(fmt::format("{}: the results folder cannot be written: {}", folder.string(),
                                 reasonOf(failure)));
  }
}

ResultsFolder::~ResultsFolder() {
  ::close(lock);
}

// Asking for the lock would take it from a trainer that starts at this moment.
fs::path databaseOf(const fs::path &folder) {
  const fs::path file = folder / "results.sqlite";
  if (std::error_code ignored; !fs::exists(file, ignored))
    throw StoreError(fmt::format("{}: holds no results", folder.string()));
  return file;
}

bool isOwned(const fs::path &folder) {
  const int lock = ::open((folder / ".lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (lock < 0)
    return false;
  const std::string owner = ownerOf(lock);
  ::close(lock);
  return !owner.empty() && owner.size() < 10 &&
         (::kill(std::stoi(owner), 0) == 0 || errno == EPERM);
}

void replaceFile(const fs::path &file, std::string_view text) {
  const std::string temporary = file.string() + ".tmp";
  const auto fail = [&] {
    const int failure = errno;
    ::unlink(temporary.c_str());
    throw StoreError(fmt::format("{}: cannot be written: {}", file.string(), reasonOf(failure)));
  };
  const int handle = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (handle < 0)
    fail();
  bool written = writeAll(handle, text) && ::fsync(handle) == 0;
  const int failure = errno;
  if (::close(handle) != 0 && written)
    fail();
  if (!written) {
    errno = failure;
    fail();
  }
  if (::rename(temporary.c_str(), file.c_str()) != 0)
    fail();
}

} // namespace nnxrt
