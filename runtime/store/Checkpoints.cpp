// Reading and writing states. A file is trusted only when its digest, its format and what it
// belongs to are right, and every length in it fits.
#include "runtime/store/Checkpoints.h"

#include "runtime/data/FileBytes.h"
#include "runtime/data/Sha256.h"
#include "runtime/store/ResultsFolder.h"
#include "runtime/store/StoreError.h"
#include "runtime/train/RunPlan.h"

#include <array>
#include <cstring>
#include <fmt/format.h>
#include <optional>
#include <type_traits>

namespace nnxrt {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view magic = "nnxstate";
constexpr uint32_t formatVersion = 3;
constexpr size_t digestBytes = 32, headerBytes = magic.size() + 8 + digestBytes;

class StateWriter {
public:
  template <typename T> void number(T value) {
    static_assert(std::is_arithmetic_v<T>);
    bytes.append(reinterpret_cast<const char *>(&value), sizeof value);
  }
  template <typename T> void list(std::span<const T> values) {
    number<uint64_t>(values.size());
    bytes.append(reinterpret_cast<const char *>(values.data()), values.size_bytes());
  }
  void text(std::string_view value) { list(std::span(value)); }

  std::string bytes;
};

class StateReader {
public:
  explicit StateReader(std::string_view bytes) : rest(bytes) {}

  template <typename T> T number() {
    T value{};
    const char *const start = take(sizeof value);
    if constexpr (std::is_same_v<T, bool>) // other bytes are no value of the type
      if (*start != 0 && *start != 1)
        throw StoreError("a truth value is neither 0 nor 1");
    std::memcpy(&value, start, sizeof value);
    return value;
  }
  template <typename T> std::vector<T> list() {
    const auto count = number<uint64_t>();
    if (count > rest.size() / sizeof(T))
      throw StoreError("its lengths do not fit");
    std::vector<T> values(count);
    if (count > 0)
      std::memcpy(values.data(), take(count * sizeof(T)), count * sizeof(T));
    return values;
  }
  std::string text() {
    const std::vector<char> characters = list<char>();
    return {characters.begin(), characters.end()};
  }
  [[nodiscard]] bool isAtEnd() const { return rest.empty(); }

private:
  const char *take(size_t count) {
    if (count > rest.size())
      throw StoreError("it ends too early");
    const char *const start = rest.data();
    rest.remove_prefix(count);
    return start;
  }

  std::string_view rest;
};

/// Calls `visit` with every number of a state, in the order of the file.
template <typename State, typename Visit> void visitNumbers(State &state, Visit visit) {
  visit(state.steps);
  visit(state.epochStep);
  visit(state.epochSums.loss);
  visit(state.epochSums.hits);
  visit(state.epochSums.samples);
  visit(state.trainedSamples);
  visit(state.divergedStep);
  visit(state.epochSeconds);
  visit(state.trainSeconds);
  visit(state.testSeconds);
  visit(state.seconds);
  visit(state.stop.best);
  visit(state.stop.bestEpoch);
  visit(state.stop.waited);
  visit(state.stop.ended);
}

template <typename Sums, typename Visit> void visitTarget(Sums &sums, Visit visit) {
  visit(sums.squares);
  visit(sums.absolutes);
  visit(sums.deviations);
  visit(sums.squaredDeviations);
}

template <typename Figures, typename Visit> void visitEpoch(Figures &figures, Visit visit) {
  visit(figures.epoch);
  visit(figures.steps);
  for (auto *share : {&figures.train, &figures.test, &figures.validation})
    for (double ShareFigures::*const figure :
         {&ShareFigures::loss, &ShareFigures::accuracy, &ShareFigures::rmse, &ShareFigures::mae,
          &ShareFigures::r2})
      visit(share->*figure);
  visit(figures.trainSeconds);
  visit(figures.testSeconds);
  visit(figures.samplesPerSecond);
}

std::string digestOf(std::string_view bytes) {
  return sha256Hex(std::as_bytes(std::span(bytes)));
}

/// The digest as it stands in the file: half as many bytes as hex digits.
std::string packed(const std::string &hex) {
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

std::string bytesOf(const std::string &owner, const SavedRun &saved) {
  StateWriter body;
  const auto write = [&](const auto &value) { body.number(value); };
  body.text(owner);
  visitNumbers(saved.state, write);
  body.number<uint64_t>(saved.state.epochs.size());
  for (const EpochFigures &figures : saved.state.epochs)
    visitEpoch(figures, write);
  body.number<uint64_t>(saved.state.epochSums.targets.size());
  for (const TargetSums &sums : saved.state.epochSums.targets)
    visitTarget(sums, write);
  body.list(std::span(saved.hyper));
  body.list(std::span(saved.memory));
  body.list(std::span(saved.best));
  StateWriter file;
  file.bytes = magic;
  file.number(formatVersion);
  file.number<uint32_t>(0);
  return file.bytes + packed(digestOf(body.bytes)) + body.bytes;
}

std::string_view checkedBody(std::string_view file) {
  if (file.size() < headerBytes || !file.starts_with(magic))
    throw StoreError("it is no state of a run");
  StateReader header(file.substr(magic.size(), 4));
  if (const auto version = header.number<uint32_t>(); version != formatVersion)
    throw StoreError(
        fmt::format("it has format {}, this trainer reads {}", version, formatVersion));
  const std::string_view body = file.substr(headerBytes);
  if (file.substr(headerBytes - digestBytes, digestBytes) != packed(digestOf(body)))
    throw StoreError("it is damaged: its digest is wrong");
  return body;
}

SavedRun readState(std::string_view file, const std::string &owner) {
  StateReader body(checkedBody(file));
  const auto read = [&](auto &value) {
    value = body.number<std::remove_reference_t<decltype(value)>>();
  };
  if (body.text() != owner)
    throw StoreError("it belongs to another run or to a trainer that was compiled otherwise");
  SavedRun saved;
  visitNumbers(saved.state, read);
  for (auto count = body.number<uint64_t>(); count > 0; --count)
    visitEpoch(saved.state.epochs.emplace_back(), read);
  for (auto count = body.number<uint64_t>(); count > 0; --count)
    visitTarget(saved.state.epochSums.targets.emplace_back(), read);
  saved.hyper = body.list<double>();
  saved.memory = body.list<std::byte>();
  saved.best = body.list<std::byte>();
  if (!body.isAtEnd())
    throw StoreError("it is longer than it should be");
  return saved;
}

/// The state in a file; none where there is no such file.
std::optional<SavedRun> loadState(const fs::path &file, const std::string &owner) {
  if (std::error_code error; !fs::exists(file, error) && !error)
    return std::nullopt;
  try {
    const FileBytes bytes(file);
    const auto *const text = reinterpret_cast<const char *>(bytes.bytes().data());
    return readState({text, bytes.bytes().size()}, owner);
  } catch (const DataError &error) {
    throw StoreError(error.what());
  } catch (const StoreError &error) {
    throw StoreError(fmt::format("{}: not used, {}", file.string(), error.what()));
  }
}

} // namespace

Checkpoints::Checkpoints(const fs::path &results, std::string codeTarget, bool isQuick)
    : folder(results / "checkpoints"), target(std::move(codeTarget)), quick(isQuick) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw StoreError(fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
}

fs::path Checkpoints::fileOf(const RunInfo &run, const char *ending) const {
  return folder / (runName(run.key, run.seed, quick, target) + ending);
}

std::string Checkpoints::ownerOf(const RunInfo &run, const std::string &layout) const {
  return fmt::format("key {} seed {} quick {} target {} layout {}", run.key, run.seed, quick,
                     target, layout);
}

RunStates::Found Checkpoints::find(const RunInfo &run, const std::string &layout, int64_t most) {
  Found found;
  for (const char *const ending : {".run", ".end"}) {
    try {
      std::optional<SavedRun> saved = loadState(fileOf(run, ending), ownerOf(run, layout));
      if (saved && saved->state.steps <= most &&
          (!found.run || saved->state.steps > found.run->state.steps))
        found.run = std::move(saved);
    } catch (const StoreError &error) {
      found.warnings.push_back(fmt::format("{}; the run does without it", error.what()));
    }
  }
  return found;
}

void Checkpoints::keep(const RunInfo &run, const std::string &layout, const SavedRun &saved) {
  replaceFile(fileOf(run, ".run"), bytesOf(ownerOf(run, layout), saved));
}

void Checkpoints::keepEnd(const RunInfo &run, const std::string &layout, const SavedRun &saved) {
  const fs::path end = fileOf(run, ".end");
  const auto kept = [&]() -> int64_t {
    try {
      const std::optional<SavedRun> there = loadState(end, ownerOf(run, layout));
      return there ? there->state.steps : 0;
    } catch (const StoreError &) {
      return 0; // what cannot be used is replaced
    }
  };
  if (kept() <= saved.state.steps)
    replaceFile(end, bytesOf(ownerOf(run, layout), saved));
  drop(run);
}

void Checkpoints::drop(const RunInfo &run) {
  std::error_code ignored; // a file that stays is replaced or resumed from, both right
  fs::remove(fileOf(run, ".run"), ignored);
}

} // namespace nnxrt
