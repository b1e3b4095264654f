// Calls lld as a library with the arguments that a C++ compiler would give it.
#include "compiler/emit/Link.h"

#include "lld/Common/Driver.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <fcntl.h>
#include <mutex>

LLD_HAS_DRIVER(elf)

namespace nnx::emit {

namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;
using llvm::Error;
using llvm::StringRef;

static constexpr StringRef loader = "/lib64/ld-linux-x86-64.so.2";

std::string runtimeFolder() {
  if (auto folder = llvm::sys::Process::GetEnv("NNX_RUNTIME_DIR"); folder && !folder->empty())
    return *folder;
  static int anchor = 0;
  llvm::SmallString<128> root(fs::getMainExecutable("nnxc", &anchor));
  path::remove_filename(root);
  path::append(root, "..", "lib");
  path::remove_dots(root, /*remove_dot_dot=*/true);
  // An installed tree keeps them apart from the libraries of other programs.
  llvm::SmallString<128> installed(root);
  path::append(installed, "nnx");
  return std::string(fs::exists(installed) ? installed : root);
}

llvm::Expected<std::string> findRuntimeFile(StringRef name) {
  llvm::SmallString<128> file(runtimeFolder());
  path::append(file, name);
  if (!fs::exists(file))
    return llvm::createStringError(
        "nnx is not installed whole: `" + file +
        "` is missing; $NNX_RUNTIME_DIR may name the folder that has it");
  return std::string(file);
}

static llvm::Expected<std::string> findSystemLibrary(StringRef name) {
  for (StringRef folder : {"/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/usr/lib", "/lib"}) {
    llvm::SmallString<128> file(folder);
    path::append(file, name);
    if (fs::exists(file))
      return std::string(file);
  }
  return llvm::createStringError("the system library `" + name +
                                 "` was not found; trainers need glibc for x86-64");
}

// lld keeps state in globals: one link at a time.
static Error runLld(llvm::ArrayRef<std::string> arguments) {
  static std::mutex oneAtATime;
  std::lock_guard lock(oneAtATime);
  std::vector<const char *> pointers = {"ld.lld"};
  for (const std::string &argument : arguments)
    pointers.push_back(argument.c_str());
  std::string messages;
  llvm::raw_string_ostream stream(messages);
  lld::Result result = lld::lldMain(pointers, stream, stream, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode == 0)
    return Error::success();
  return llvm::createStringError("linking failed:\n" + StringRef(messages).rtrim());
}

// What stands before and behind the objects of a trainer: the start of the program, the runtime,
// libc.
static Error addTrainerFiles(std::vector<std::string> &before, std::vector<std::string> &behind) {
  // Exceptions of the runtime are found through the header of .eh_frame.
  before.insert(before.end(), {"-pie", "--eh-frame-hdr", "-z", "relro", "-z", "now",
                               "-dynamic-linker", loader.str()});
  auto addAll = [](std::vector<std::string> &files, llvm::ArrayRef<StringRef> names,
                   llvm::Expected<std::string> (*find)(StringRef)) -> Error {
    for (StringRef name : names) {
      auto file = find(name);
      if (!file)
        return file.takeError();
      files.push_back(*file);
    }
    return Error::success();
  };
  if (Error error = addAll(before, {"crt1.o", "crti.o", "nnx_runner.o"}, findRuntimeFile))
    return error;
  if (Error error = addAll(behind, {"libm.so.6", "libc.so.6"}, findSystemLibrary))
    return error;
  if (Error error = addAll(behind, {"libc_nonshared.a"}, findRuntimeFile))
    return error;
  if (fs::exists(loader))
    behind.insert(behind.end(), {"--as-needed", loader.str()});
  return addAll(behind, {"crtn.o"}, findRuntimeFile);
}

// lld writes through a mapping, where a full disk is a signal: so the space is asked for before.
// The files that go in are an upper bound of what comes out.
static Error reserveSpace(int descriptor, llvm::ArrayRef<std::string> files) {
  uint64_t bytes = 0;
  for (const std::string &file : files)
    if (uint64_t size = 0; !fs::file_size(file, size))
      bytes += size;
  if (int failed = posix_fallocate(descriptor, 0, static_cast<off_t>(bytes));
      failed != 0 && failed != EOPNOTSUPP && failed != EINVAL)
    return llvm::errorCodeToError({failed, std::generic_category()});
  return llvm::errorCodeToError(fs::resize_file(descriptor, 0));
}

Error link(LinkMode mode, llvm::ArrayRef<std::string> objects, StringRef output) {
  if (fs::is_directory(output))
    return llvm::createFileError(output, std::make_error_code(std::errc::is_a_directory));
  auto temporary = fs::TempFile::create(output + ".tmp-%%%%%%%%");
  if (!temporary)
    return llvm::createFileError(output, temporary.takeError());

  std::vector<std::string> arguments = {"-o", temporary->TmpName, "--gc-sections",
                                        "--build-id=none", "--error-limit=5"};
  std::vector<std::string> behind;
  if (mode == LinkMode::Shared)
    arguments.insert(arguments.end(), {"-shared", "-Bsymbolic"});
  else if (Error error = addTrainerFiles(arguments, behind))
    return joinErrors(std::move(error), temporary->discard());
  arguments.insert(arguments.end(), objects.begin(), objects.end());
  arguments.insert(arguments.end(), behind.begin(), behind.end());
  if (Error error = reserveSpace(temporary->FD, arguments))
    return joinErrors(llvm::createFileError(output, std::move(error)), temporary->discard());
  if (Error error = runLld(arguments))
    return joinErrors(std::move(error), temporary->discard());
  // lld makes the file executable itself, under the name it was given.
  if (Error failed = temporary->keep(output))
    return llvm::createFileError(output, std::move(failed));
  return Error::success();
}

} // namespace nnx::emit
