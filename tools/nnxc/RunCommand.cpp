// Trainers are kept in the user's cache under the hash of everything they are made from.
#include "RunCommand.h"

#include "compiler/emit/Link.h"
#include "compiler/emit/ObjectStore.h"
#include "compiler/emit/Target.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <unistd.h>

namespace nnx {

namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

namespace {

// Size and time of a file: another compiler or runtime makes other trainers.
std::string stampOf(const std::string &file) {
  fs::file_status status;
  if (fs::status(file, status))
    return file + " is missing";
  return file + " " + std::to_string(status.getSize()) + " " +
         std::to_string(status.getLastModificationTime().time_since_epoch().count());
}

llvm::Expected<std::string> trainerPath(const CompileOptions &options, const dsl::Study &study) {
  auto target = emit::parseTarget(options.target);
  if (!target)
    return target.takeError();
  static int anchor = 0;
  std::string sources = study.source;
  for (const auto *texts : {&study.includes, &study.published})
    for (const dsl::SourceText &each : *texts)
      sources += "\n" + each.file + "\n" + each.source;
  for (const dsl::Dataset &dataset : study.datasets) // found in the data where no file says it
    sources += "\n" + dataset.name + " " + dsl::toText(dataset.shape);
  std::string identity = study.file + "\n" + sources + "\n" + target->text + "\n" +
                         llvm::join(options.devices, " ") + "\n" + llvm::join(study.options, "\n") +
                         "\n" + stampOf(fs::getMainExecutable("nnxc", &anchor)) + "\n" +
                         stampOf(emit::runtimeFolder() + "/nnx_runner.o");
  if (!options.devices.empty())
    identity += "\n" + stampOf(emit::runtimeFolder() + "/nnx_devices.o");
  auto hash = llvm::SHA256::hash(llvm::arrayRefFromStringRef(identity));
  llvm::SmallString<128> file(emit::ObjectStore::defaultFolder());
  path::append(file, "..", "trainers", llvm::toHex(hash, /*LowerCase=*/true).substr(0, 32));
  path::remove_dots(file, /*remove_dot_dot=*/true);
  if (std::error_code error = fs::create_directories(file))
    return llvm::createFileError(file, error);
  path::append(file, path::stem(study.file));
  return std::string(file);
}

// Removes the trainers that were last started more than thirty days ago.
void removeOldTrainers(llvm::StringRef folder) {
  std::error_code error;
  auto now = std::chrono::system_clock::now();
  for (fs::directory_iterator it(folder, error), end; it != end && !error; it.increment(error)) {
    fs::file_status status;
    if (!fs::status(it->path(), status) &&
        now - status.getLastModificationTime() > std::chrono::hours(24 * 30))
      static_cast<void>(fs::remove_directories(it->path())); // or the next time
  }
}

} // namespace

int runTrainer(const CompileOptions &options, const std::vector<std::string> &arguments) {
  std::optional<dsl::Study> study = readStudy(options);
  return study ? runTrainer(options, *study, arguments) : 2;
}

int runTrainer(const CompileOptions &options, const dsl::Study &study,
               const std::vector<std::string> &arguments) {
  auto trainer = trainerPath(options, study);
  if (!trainer) {
    llvm::errs() << "error: " << toString(trainer.takeError()) << '\n';
    return 2;
  }
  if (!fs::can_execute(*trainer)) {
    removeOldTrainers(path::parent_path(path::parent_path(*trainer)));
    if (int status = buildTrainer(options, study, *trainer))
      return status;
  }
  std::vector<char *> pointers{trainer->data()};
  for (const std::string &argument : arguments)
    pointers.push_back(const_cast<char *>(argument.c_str()));
  pointers.push_back(nullptr);
  execv(trainer->c_str(), pointers.data());
  llvm::errs() << "error: " << *trainer << ": " << std::strerror(errno) << '\n';
  return 2;
}

} // namespace nnx
