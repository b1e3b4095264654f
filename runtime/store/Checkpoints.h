// States of runs as files in DIR/checkpoints: one of each running run, replaced in one step, and
// the one in which each run ended.
#pragma once

#include "runtime/train/RunStates.h"

#include <filesystem>
#include <string>

namespace nnxrt {

/// A file is named by runName: NAME.run while the run goes on, NAME.end afterwards. It holds, all
/// little endian:
///   "nnxstate", format (u32), zero (u32), SHA-256 of all that follows (32 bytes),
///   what the state belongs to (text), the numbers of RunState, its epochs, the sums of its
///   targets, hyper, memory, best.
/// A text or list is its length (u64) and its elements.
class Checkpoints final : public RunStates {
public:
  /// `folder` is the results folder, `target` the one that the code is compiled for. Throws
  /// StoreError, as keep and keepEnd do.
  Checkpoints(const std::filesystem::path &folder, std::string target, bool quick);

  Found find(const RunInfo &run, const std::string &layout, int64_t most) override;
  void keep(const RunInfo &run, const std::string &layout, const SavedRun &saved) override;
  void keepEnd(const RunInfo &run, const std::string &layout, const SavedRun &saved) override;
  void drop(const RunInfo &run) override;

private:
  [[nodiscard]] std::filesystem::path fileOf(const RunInfo &run, const char *ending) const;
  [[nodiscard]] std::string ownerOf(const RunInfo &run, const std::string &layout) const;

  const std::filesystem::path folder;
  const std::string target;
  const bool quick;
};

} // namespace nnxrt
