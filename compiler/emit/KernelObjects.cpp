// Fetches or compiles kernels, as many at a time as the machine has cores.
#include "compiler/emit/KernelObjects.h"

#include "compiler/kernels/Compile.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>

namespace nnx::emit {

using kernels::KernelSpec;
using kernels::KernelTarget;
using llvm::Error;

namespace {

struct Work {
  const KernelSpec *spec;
  size_t index; // of the specs
  std::string key;
  KernelObject object;
  std::string failure;   // why there is no object
  bool hasKernel = true; // false: the target has none for the spec
  std::string notSaved;  // why the store does not hold it
};

// The symbol is a part of the object, hence of its key. Throws KernelError.
std::string storeKey(const KernelSpec &spec, const KernelTarget &target) {
  return kernels::cacheKeyText(spec, target) + "\nsymbol " + kernels::symbolOf(spec, target);
}

Error writeFile(llvm::StringRef path, llvm::StringRef content) {
  std::error_code error;
  llvm::raw_fd_ostream stream(path, error);
  if (!error) {
    stream << content;
    stream.close();
    error = stream.error();
    stream.clear_error();
  }
  return error ? llvm::createFileError(path, error) : Error::success();
}

void provide(Work &work, const KernelTarget &target, const ObjectStore &store) {
  if (auto content = store.load(work.key)) {
    if (Error error = writeFile(work.object.path, *content))
      work.failure = toString(std::move(error));
    return;
  }
  work.object.compiled = true;
  try {
    kernels::compileToObject(*work.spec, target, work.object.symbol, work.object.path);
  } catch (const kernels::KernelError &error) {
    work.failure = error.what();
    work.hasKernel = false;
    return;
  }
  auto content = llvm::MemoryBuffer::getFile(work.object.path);
  if (!content)
    work.failure = work.object.path + ": " + content.getError().message();
  else if (Error error = store.save(work.key, (*content)->getBuffer()))
    work.notSaved = toString(std::move(error));
}

// Calls `task(i)` for each i below `count`, on all cores.
void forEachInParallel(size_t count, const std::function<void(size_t)> &task) {
  std::atomic<size_t> next = 0;
  auto worker = [&] {
    for (size_t i = next++; i < count; i = next++)
      task(i);
  };
  size_t threads = std::min<size_t>(count, std::max(1u, std::thread::hardware_concurrency()));
  std::vector<std::thread> others;
  for (size_t i = 1; i < threads; ++i)
    others.emplace_back(worker);
  worker();
  for (std::thread &thread : others)
    thread.join();
}

} // namespace

llvm::Expected<std::vector<KernelObject>>
makeKernelObjects(llvm::ArrayRef<KernelSpec> specs, const KernelTarget &target,
                  const ObjectStore &store, const ScratchFolder &scratch,
                  llvm::raw_ostream &warnings, llvm::ArrayRef<std::string> places) {
  auto failure = [&](size_t spec, const std::string &message) {
    const std::string place = spec < places.size() ? places[spec] : "";
    return llvm::createStringError(place.empty() ? message : place + "error: " + message);
  };
  std::vector<Work> works;
  std::vector<size_t> workOf;
  llvm::StringMap<size_t> seen;
  for (const auto &[i, spec] : llvm::enumerate(specs)) {
    std::string symbol, key;
    try {
      symbol = kernels::symbolOf(spec, target);
      key = storeKey(spec, target);
    } catch (const kernels::KernelError &error) {
      return failure(i, error.what());
    }
    auto [it, isNew] = seen.try_emplace(key, works.size());
    if (isNew)
      works.push_back({&spec, i, key, {symbol, scratch.pathOf(symbol + ".o")}, "", true, ""});
    workOf.push_back(it->second);
  }

  forEachInParallel(works.size(), [&](size_t i) { provide(works[i], target, store); });

  for (const Work &work : works)
    if (!work.failure.empty())
      return work.hasKernel ? llvm::createStringError(work.failure)
                            : failure(work.index, work.failure);
  auto unsaved = llvm::find_if(works, [](const Work &work) { return !work.notSaved.empty(); });
  if (unsaved != works.end())
    warnings << "warning: compiled kernels are not kept for the next build: " << unsaved->notSaved
             << '\n';
  if (llvm::any_of(works, [](const Work &work) { return work.object.compiled; }))
    store.trim();

  std::vector<KernelObject> objects;
  objects.reserve(workOf.size());
  for (size_t index : workOf)
    objects.push_back(works[index].object);
  return objects;
}

bool isKept(const KernelSpec &spec, const KernelTarget &target, const ObjectStore &store) {
  return store.contains(storeKey(spec, target));
}

} // namespace nnx::emit
