// The state of a run as it lies in a results folder: what follows its header and its owner is the
// input, under a right digest, so that every length in it is somebody else's.
#include "runtime/data/Sha256.h"
#include "runtime/store/Checkpoints.h"
#include "runtime/store/StoreError.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <unistd.h>

namespace fs = std::filesystem;

namespace {

/// A folder with one valid state, whose file the fuzzer rewrites.
struct Folder {
  Folder() : path(fs::temp_directory_path() / ("nnx-fuzz-" + std::to_string(getpid()))) {
    store.emplace(path, "target", false);
    run.key = std::string(64, 'a');
    store->keep(run, "layout", nnxrt::SavedRun{});
    file = fs::directory_iterator(path / "checkpoints")->path();
    std::ifstream stream(file, std::ios::binary);
    valid.assign(std::istreambuf_iterator<char>(stream), {});
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }

  fs::path path, file;
  nnxrt::RunInfo run;
  std::optional<nnxrt::Checkpoints> store;
  std::string valid;
};

constexpr size_t digestAt = 16, ownerAt = 48;

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static Folder folder;
  uint64_t ownerBytes = 0;
  std::memcpy(&ownerBytes, folder.valid.data() + ownerAt, sizeof ownerBytes);
  std::string file = folder.valid.substr(0, ownerAt + sizeof ownerBytes + ownerBytes);
  file.append(reinterpret_cast<const char *>(data), size);
  const std::string digest = nnxrt::sha256Hex(std::as_bytes(std::span(file)).subspan(ownerAt));
  for (size_t i = 0; i < 32; ++i)
    file[digestAt + i] = static_cast<char>(std::stoi(digest.substr(2 * i, 2), nullptr, 16));
  std::ofstream(folder.file, std::ios::binary) << file;
  (void)folder.store->find(folder.run, "layout", 1000);
  return 0;
}
