// Calls lld as a library with the arguments that a C++ compiler would give it.
#include "compiler/emit/Link.h"

#include "lld/Common/Driver.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

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
  llvm::SmallString<128> folder(fs::getMainExecutable("nnxc", &anchor));
  path::remove_filename(folder);
  path::append(folder, "..", "lib");
  path::remove_dots(folder, /*remove_dot_dot=*/true);
  return std::string(folder);
}

static llvm::Expected<std::string> findRuntimeFile(StringRef name) {
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

static Error addTrainerArguments(std::vector<std::string> &arguments) {
  arguments.insert(arguments.end(),
                   {"-pie", "-dynamic-linker", loader.str(), "-z", "relro", "-z", "now"});
  for (StringRef name : {"crt1.o", "crti.o", "nnx_runner.o", "libc_nonshared.a", "crtn.o"}) {
    auto file = findRuntimeFile(name);
    if (!file)
      return file.takeError();
    arguments.push_back(*file);
  }
  for (StringRef name : {"libc.so.6", "libm.so.6"}) {
    auto file = findSystemLibrary(name);
    if (!file)
      return file.takeError();
    arguments.push_back(*file);
  }
  if (fs::exists(loader))
    arguments.insert(arguments.end(), {"--as-needed", loader.str()});
  return Error::success();
}

Error link(LinkMode mode, llvm::ArrayRef<std::string> objects, StringRef output) {
  if (fs::is_directory(output))
    return llvm::createFileError(output, std::make_error_code(std::errc::is_a_directory));
  auto temporary = fs::TempFile::create(output + ".tmp-%%%%%%%%");
  if (!temporary)
    return llvm::createFileError(output, temporary.takeError());

  std::vector<std::string> arguments = {"-o", temporary->TmpName, "--gc-sections",
                                        "--build-id=none", "--error-limit=5"};
  Error error = Error::success();
  if (mode == LinkMode::Trainer)
    error = joinErrors(std::move(error), addTrainerArguments(arguments));
  else
    arguments.insert(arguments.end(), {"-shared", "-Bsymbolic"});
  arguments.insert(arguments.end(), objects.begin(), objects.end());
  if (!error)
    error = runLld(arguments);
  if (error)
    return joinErrors(std::move(error), temporary->discard());
  // lld makes the file executable itself, under the name it was given.
  if (Error failed = temporary->keep(output))
    return llvm::createFileError(output, std::move(failed));
  return Error::success();
}

} // namespace nnx::emit
