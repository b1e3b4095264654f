// A file is written beside its place and renamed, so that it is never half there.
#include "FmtCommand.h"

#include "dsl/Format.h"
#include "dsl/SourceFile.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <iostream>

namespace nnx {

namespace fs = llvm::sys::fs;

// Keeps the permissions, and a link as a link.
static std::error_code replaceFile(const std::string &path, const std::string &text) {
  llvm::SmallString<128> real;
  if (std::error_code error = fs::real_path(path, real))
    return error;
  llvm::ErrorOr<fs::perms> permissions = fs::getPermissions(real);
  llvm::Expected<fs::TempFile> file = fs::TempFile::create(real.str() + ".tmp-%%%%%%%%");
  if (!file)
    return llvm::errorToErrorCode(file.takeError());
  llvm::raw_fd_ostream stream(file->FD, /*shouldClose=*/false);
  stream << text;
  stream.flush();
  std::error_code error = stream.error();
  stream.clear_error();
  if (!error && permissions)
    error = fs::setPermissions(file->FD, *permissions);
  if (error) {
    llvm::consumeError(file->discard());
    return error;
  }
  return llvm::errorToErrorCode(file->keep(real));
}

static int formatFile(const std::string &path, FormatMode mode, bool color) {
  dsl::DiagnosticSink sink;
  std::optional<dsl::SourceFile> source = dsl::SourceFile::read(path, sink);
  std::optional<dsl::Formatted> formatted;
  if (source)
    formatted = dsl::format(source->text(), sink);
  if (!formatted) {
    sink.render(std::cerr, path, source ? &*source : nullptr, color);
    return 2;
  }
  if (!formatted->isFaithful) {
    std::cerr << path
              << ": error: another layout would change what it means; it is left as it is\n";
    return 2;
  }
  if (mode == FormatMode::Print) {
    std::cout << formatted->text;
    return 0;
  }
  if (formatted->text == source->text())
    return 0;
  if (mode == FormatMode::Check) {
    std::cout << path << '\n';
    return 1;
  }
  if (std::error_code error = replaceFile(path, formatted->text)) {
    std::cerr << path << ": error: " << error.message() << '\n';
    return 2;
  }
  return 0;
}

int formatFiles(const std::vector<std::string> &files, FormatMode mode, bool color) {
  int status = 0;
  for (const std::string &file : files)
    status = std::max(status, formatFile(file, mode, color));
  return status;
}

} // namespace nnx
