// Progress of a study on a terminal or in a log. Everything is drawn on the runs' own events, at
// most ten times a second, each time with one write.
#include "runtime/report/Progress.h"

#include "runtime/report/Format.h"
#include "runtime/report/TextWidth.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace nnxrt {

static constexpr std::chrono::milliseconds drawInterval{100};
static constexpr size_t labelColumns = 6;

/// Cells of a bar in a terminal of that width; below 50 columns the text takes the place.
static size_t barCells(size_t width) {
  return width < 50 ? 0 : std::clamp<size_t>(width / 4, 10, 30);
}

static std::string_view environment(const char *name) {
  const char *value = std::getenv(name);
  return value ? value : "";
}

ProgressStyle ProgressStyle::forDescriptor(int descriptor) {
  ProgressStyle style{.descriptor = descriptor};
  style.bars = ::isatty(descriptor) == 1 && environment("TERM") != "dumb";
  style.colour = style.bars && environment("NO_COLOR").empty();
  std::string_view locale;
  for (const char *name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (locale.empty())
      locale = environment(name);
  style.blocks = locale.find("UTF-8") != std::string_view::npos ||
                 locale.find("utf8") != std::string_view::npos;
  return style;
}

Progress::Progress(ProgressStyle chosen) : style(chosen) {}

Progress::Running &Progress::runningOf(const RunInfo &run) {
  return running[{run.point.experimentIndex, run.point.pointIndex, run.repeat}];
}

std::string Progress::nameOfRun(const RunInfo &run) const {
  const Point &point = *run.point.point;
  std::string name = point.label.empty() ? point.network : point.label;
  if (info->study->experiments.size() > 1)
    name = run.point.experiment->name + ": " + name;
  if (std::max(run.point.experiment->repeats, run.point.repeats) > 1)
    name += fmt::format(" (seed {})", run.seed);
  return printable(name);
}

void Progress::studyStarted(const StudyInfo &study) {
  const std::lock_guard guard(mutex);
  info = &study;
  start = Clock::now();
  if (!style.bars)
    say(fmt::format("{}: {}, {}, {}", study.study->name(),
                    counted(static_cast<int64_t>(study.runs), "run"), counted(study.jobs, "job"),
                    counted(study.threads, "thread")));
}

void Progress::runSkipped(const RunInfo &run) {
  const std::lock_guard guard(mutex);
  ++skipped;
  if (!style.bars)
    say(fmt::format("{}: already in the results", nameOfRun(run)));
  else
    draw();
}

void Progress::runStarted(const RunInfo &run) {
  const std::lock_guard guard(mutex);
  Running &entry = runningOf(run);
  entry.name = nameOfRun(run);
  entry.number = ++startedRuns + skipped;
  entry.epochs = run.epochs;
  entry.steps = run.steps;
  entry.stepsPerEpoch = run.stepsPerEpoch;
  entry.figures.epoch = 1;
  draw();
}

void Progress::runResumed(const RunInfo &run, int64_t steps, std::span<const EpochFigures>) {
  const std::lock_guard guard(mutex);
  Running &entry = runningOf(run);
  entry.figures.epoch = static_cast<int>(steps / run.stepsPerEpoch) + 1;
  entry.share = entry.firstShare = static_cast<double>(steps) / static_cast<double>(run.steps);
  say(fmt::format("[{}/{}] {}: goes on after step {} of {}", entry.number, info->runs, entry.name,
                  countText(steps), countText(run.steps)));
}

void Progress::warned(const RunInfo &run, const std::string &message) {
  const std::lock_guard guard(mutex);
  const bool silent = std::exchange(style.silent, false);
  say(fmt::format("warning: {}: {}", nameOfRun(run), printable(message)));
  style.silent = silent;
}

void Progress::runBegunAgain(const RunInfo &run, const std::string &why) {
  const std::lock_guard guard(mutex);
  Running &entry = runningOf(run);
  entry.figures = {};
  entry.figures.epoch = 1;
  entry.share = entry.firstShare = 0;
  say(fmt::format("[{}/{}] {}: begins again by itself: {}", entry.number, info->runs, entry.name,
                  printable(why)));
}

void Progress::stepsDone(const RunInfo &run, const StepFigures &figures) {
  const std::lock_guard guard(mutex);
  Running &entry = runningOf(run);
  entry.figures = figures;
  if (entry.steps > 0)
    entry.share = static_cast<double>((figures.epoch - 1) * entry.stepsPerEpoch + figures.step) /
                  static_cast<double>(entry.steps);
  if (Clock::now() - lastDraw >= drawInterval)
    draw();
}

void Progress::epochEnded(const RunInfo &run, const EpochFigures &figures) {
  const std::lock_guard guard(mutex);
  const Running &entry = runningOf(run);
  if (!style.bars)
    say(fmt::format(
        "[{}/{}] {}: epoch {}/{}: {}{}; {}; {}, {} samples/s", entry.number, info->runs, entry.name,
        figures.epoch, entry.epochs, figuresText("", figures.train),
        run.validationSamples > 0 ? "; " + figuresText("validation ", figures.validation) : "",
        figuresText("test ", figures.test),
        durationText(figures.trainSeconds + figures.testSeconds),
        rateText(figures.samplesPerSecond)));
  else if (Clock::now() - lastDraw >= drawInterval)
    draw();
}

void Progress::runEnded(const RunInfo &run, const RunResult &result) {
  const std::lock_guard guard(mutex);
  const Running entry = runningOf(run);
  running.erase({run.point.experimentIndex, run.point.pointIndex, run.repeat});
  const bool well = result.status == RunStatus::finished;
  ++(well ? finished : unwell);
  if (result.evaluated && result.test.classes > 0 && result.test.accuracy > best) {
    best = result.test.accuracy;
    bestName = entry.name;
  }
  const std::string status = nameOf(result.status);
  std::string line = fmt::format("[{}/{}] {}: ", entry.number, info->runs, entry.name);
  if (well || result.message.empty())
    line += status;
  else // some messages begin with the status
    line += (result.message.starts_with(status) ? "" : status + ": ") + printable(result.message);
  if (result.stoppedEarly)
    line += fmt::format(" early after epoch {}", result.epochs);
  if (result.bestEpoch > 0)
    line += fmt::format(", weights of epoch {}", result.bestEpoch);
  if (result.evaluated && result.test.classes > 0)
    line += fmt::format(", test accuracy {}", shareText(result.test.accuracy));
  else if (result.evaluated)
    line += fmt::format(", test RMSE {}", lossText(result.test.regression.rmse));
  if (result.evaluated)
    line += fmt::format(", loss {}", lossText(result.test.loss));
  line += ", " + durationText(result.seconds);
  say(!well && style.colour ? "\x1b[31m" + line + "\x1b[0m" : line);
}

void Progress::studyEnded(const StudyOutcome &outcome) {
  const std::lock_guard guard(mutex);
  running.clear();
  std::string last = style.bars ? erased(terminalWidth()) : "";
  drawn.clear();
  if (outcome.wasInterrupted && !style.silent)
    last += "interrupted; what had finished is saved, the same command goes on from there\n";
  write(last);
}

std::string Progress::timeLeft() const {
  double done = static_cast<double>(finished + unwell);
  for (const auto &[place, entry] : running)
    done += entry.share - entry.firstShare;
  const double all = static_cast<double>(info->runs) - static_cast<double>(skipped);
  const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
  if (elapsed < 1 || done < 0.01 * all || done <= 0)
    return "";
  return "  ETA " + durationText(std::max(1.0, std::round(elapsed * (all - done) / done)));
}

Progress::Line Progress::lineOf(const char *label, double share, const std::string &text,
                                size_t width) const {
  const size_t cells = barCells(width);
  std::string front = fmt::format("{:<{}}", label, labelColumns);
  const auto whole = static_cast<size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(cells));
  if (cells > 0 && style.colour)
    front += "\x1b[36m";
  for (size_t c = 0; c < cells; ++c) {
    if (c == whole && style.colour)
      front += "\x1b[2m";
    front += style.blocks ? (c < whole ? "━" : "─") : (c < whole ? "=" : "-");
  }
  if (cells > 0)
    front += style.colour ? "\x1b[0m  " : "  ";
  const size_t used = labelColumns + (cells > 0 ? cells + 2 : 0);
  const std::string shown = cutToWidth(text, width > used ? width - used : 0);
  return {.text = front + shown, .columns = used + textWidth(shown)};
}

Progress::Line Progress::studyLine(size_t width) const {
  const size_t done = skipped + finished + unwell;
  double share = static_cast<double>(done);
  for (const auto &[place, entry] : running)
    share += entry.share;
  std::string text = fmt::format("{}/{} runs", done, info->runs);
  if (running.size() > 1)
    text += fmt::format("  {} running", running.size());
  if (unwell > 0)
    text += fmt::format("  {} failed", unwell);
  text += timeLeft();
  if (best >= 0)
    text += fmt::format("  best {} {}", shareText(best), bestName);
  return lineOf("study", share / static_cast<double>(std::max<size_t>(1, info->runs)), text, width);
}

Progress::Line Progress::epochLine(size_t width) const {
  const Running &entry = running.begin()->second;
  const StepFigures &figures = entry.figures;
  std::string text = fmt::format("{}/{}", figures.epoch, entry.epochs);
  if (figures.step > 0)
    text +=
        fmt::format("  loss {}{}  {} samples/s", lossText(figures.loss),
                    std::isnan(figures.accuracy) ? "" : "  accuracy " + shareText(figures.accuracy),
                    rateText(figures.samplesPerSecond));
  text += "  " + entry.name;
  const double share = figures.steps > 0
                           ? static_cast<double>(figures.step) / static_cast<double>(figures.steps)
                           : 0;
  return lineOf("epoch", share, text, width);
}

size_t Progress::terminalWidth() const {
  winsize size{};
  if (::ioctl(style.descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return 80;
  return size.ws_col;
}

/// Back to the start of the bars, and everything from there cleared. A terminal that became
/// narrower has broken the lines into more rows.
std::string Progress::erased(size_t width) const {
  size_t rows = 0;
  for (const size_t columns : drawn)
    rows += std::max<size_t>(1, (columns + width - 1) / width);
  return rows == 0 ? "" : fmt::format("\x1b[{}A\r\x1b[J", rows);
}

void Progress::say(const std::string &line) {
  if (style.silent)
    return;
  if (!style.bars) {
    write(line + "\n");
    return;
  }
  const size_t width = terminalWidth();
  const std::string above = erased(width) + line + "\n";
  drawn.clear();
  write(above);
  draw();
}

void Progress::draw() {
  if (!style.bars)
    return;
  const size_t width = terminalWidth();
  std::string text = erased(width);
  drawn.clear();
  std::vector<Line> lines{studyLine(width - 1)}; // a full last column wraps on some terminals
  if (running.size() == 1)
    lines.push_back(epochLine(width - 1));
  for (const Line &line : lines) {
    text += line.text + "\n";
    drawn.push_back(line.columns);
  }
  write(text);
  lastDraw = Clock::now();
}

void Progress::write(const std::string &text) const {
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = ::write(style.descriptor, rest.data(), rest.size());
    if (written <= 0)
      return; // a terminal that is gone is no reason to stop training
    rest.remove_prefix(static_cast<size_t>(written));
  }
}

} // namespace nnxrt
