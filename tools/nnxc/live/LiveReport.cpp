// Follows results by the times of their files, so that looking costs a trainer nothing.
#include "LiveReport.h"

#include "runtime/data/Sha256.h"
#include "runtime/report/Format.h"
#include "runtime/report/Report.h"
#include "runtime/store/MergeResults.h"
#include "runtime/store/ResultsFolder.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <set>

namespace nnx {

using namespace nnxrt;
namespace fs = std::filesystem;

// Of the time that passes, one part in six goes into making pages.
static constexpr int restPerWork = 5;

static std::string describe(const std::vector<std::unique_ptr<StoredStudy>> &stored,
                            const StudyResults &results) {
  std::set<std::string> running;
  int64_t done = 0;
  for (const PointResults &point : results.points) {
    for (const StoredRun &run : point.runs)
      if (run.result.status == RunStatus::running)
        running.insert(run.name);
    done += std::ranges::any_of(
        point.runs, [](const StoredRun &run) { return run.result.status != RunStatus::running; });
  }
  const std::string points = fmt::format(
      "{} of {} have results", done, counted(static_cast<int64_t>(results.points.size()), "point"));
  if (std::ranges::any_of(stored, &StoredStudy::isTraining))
    return fmt::format("Training: {} now, {}", counted(static_cast<int64_t>(running.size()), "run"),
                       points);
  return fmt::format("Nothing trains now: {}", points);
}

LiveReport::LiveReport(std::vector<std::string> resultsFolders)
    : folders(std::move(resultsFolders)) {
  read();
}

// SQLite appends to the -wal file what it writes, and moves it to the other one now and then. A
// trainer that is killed writes nothing more, and owns its folder no more.
std::string LiveReport::stamp() const {
  std::string text;
  for (const std::string &folder : folders) {
    text += isOwned(folder) ? "owned " : "free ";
    for (const char *name : {"results.sqlite", "results.sqlite-wal", ".lock"}) {
      std::error_code error;
      const fs::path file = fs::path(folder) / name;
      const auto size = fs::file_size(file, error);
      const auto time = fs::last_write_time(file, error);
      text += error ? "- " : fmt::format("{} {} ", size, time.time_since_epoch().count());
    }
  }
  return text;
}

void LiveReport::read() {
  const auto started = Clock::now();
  seen = stamp();
  std::vector<std::unique_ptr<StoredStudy>> stored;
  stored.reserve(folders.size());
  for (const std::string &folder : folders)
    stored.push_back(readLive(folder));
  const StudyResults results = mergeResults(stored);
  html = htmlReport(results);
  state = {sha256Hex(std::as_bytes(std::span(html))).substr(0, 16), describe(stored, results)};
  next = Clock::now() + restPerWork * (Clock::now() - started);
}

LiveReport::State LiveReport::follow() {
  const std::lock_guard guard(mutex);
  try {
    if (Clock::now() >= next && stamp() != seen)
      read();
  } catch (const std::exception &error) {
    seen.clear(); // read again when asked next
    state.text = error.what();
  }
  return state;
}

std::string LiveReport::page() {
  const std::lock_guard guard(mutex);
  return html;
}

} // namespace nnx
