// Progress in a pipe and on a pseudo-terminal, whose screen a small emulator keeps.
#include "runtime/report/Progress.h"

#include "runtime/report/TextWidth.h"
#include "test/unit/runtime/StudyFixture.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <pty.h>
#include <thread>
#include <unistd.h>

namespace nnxrt {
namespace {

using namespace fixture;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::vector<std::string> linesOf(const std::string &text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  }
  return lines;
}

/// What `play` writes through a descriptor that is no terminal.
std::string plainOutput(const auto &play) {
  TemporaryFolder temporary;
  const std::string file = (temporary.path / "out").string();
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT, 0600);
  Progress progress(ProgressStyle::forDescriptor(descriptor));
  play(progress);
  close(descriptor);
  return readFile(file);
}

/// A pseudo-terminal of a width, and what was written to it.
class Terminal {
public:
  explicit Terminal(unsigned short columns) {
    winsize size{.ws_row = 40, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    if (openpty(&outer, &inner, nullptr, nullptr, &size) != 0)
      throw std::runtime_error("no pseudo-terminal");
    reader = std::thread([this] {
      char buffer[4096];
      for (ssize_t bytes; (bytes = read(outer, buffer, sizeof buffer)) > 0;)
        written.append(buffer, static_cast<size_t>(bytes));
    });
  }

  std::string finish() {
    close(inner);
    reader.join();
    close(outer);
    return written;
  }

  int inner = -1;

private:
  int outer = -1;
  std::thread reader;
  std::string written;
};

/// The screen after `text`: understands line ends, cursor up, erase to the end, and colours.
std::vector<std::string> screenOf(const std::string &text) {
  std::vector<std::string> rows(1);
  size_t row = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') {
      if (++row == rows.size())
        rows.emplace_back();
    } else if (text[at] == '\x1b') {
      size_t end = at + 2;
      while (std::isdigit(static_cast<unsigned char>(text[end])))
        ++end;
      const std::string digits = text.substr(at + 2, end - at - 2);
      if (text[end] == 'A')
        row -= std::stoul(digits);
      else if (text[end] == 'J')
        rows.resize(row + 1), rows[row].clear();
      at = end;
    } else if (text[at] != '\r') {
      rows[row] += text[at];
    }
  }
  return rows;
}

TEST(Progress, writes_a_line_per_epoch_and_run_into_a_pipe) {
  const Study study = studyOfActivations();
  const StudyInfo info = infoOf(study);
  const std::string text =
      plainOutput([&](RunObserver &observer) { playStudy(study, info, observer); });
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  const auto lines = linesOf(text);
  EXPECT_THAT(lines, SizeIs(1 + 13 + 3 + 1)); // study, epochs, runs, and the end of the text
  EXPECT_EQ(lines[0], "activations: 3 runs, 1 job, 2 threads");
  EXPECT_THAT(lines[1], StartsWith("[1/3] act = relu: epoch 1/6: loss 0.3879, accuracy 0.9479; "
                                   "test loss 0.2239, test accuracy 0.9659; 2.20 s, 30.0 k"));
  EXPECT_THAT(lines, Contains("[1/3] act = relu: finished, test accuracy 0.9880, loss 0.03914, "
                              "13 s"));
  EXPECT_THAT(lines, Contains("[3/3] act = exponential: diverged: the loss of step 37 (epoch 1) is "
                              "not finite, test accuracy 0.1000, loss not finite, 13 s"));
}

TEST(Progress, bars_leave_only_the_lines_of_runs) {
  const Study study = studyOfActivations();
  const StudyInfo info = infoOf(study);
  Terminal terminal(200);
  Progress progress({.descriptor = terminal.inner, .bars = true, .colour = true, .blocks = true});
  playStudy(study, info, progress);
  const auto screen = screenOf(terminal.finish());
  ASSERT_EQ(screen.size(), 4U);
  EXPECT_THAT(screen[0], StartsWith("[1/3] act = relu: finished"));
  EXPECT_THAT(screen[2], StartsWith("[3/3] act = exponential: diverged"));
  EXPECT_EQ(screen[3], "");
}

TEST(Progress, bars_show_study_and_epoch_within_the_width) {
  const Study study = studyOfActivations();
  const StudyInfo info = infoOf(study);
  for (const unsigned short width : {20, 40, 60, 100}) {
    Terminal terminal(width);
    Progress progress({.descriptor = terminal.inner, .bars = true, .blocks = true});
    progress.studyStarted(info);
    progress.runStarted(runOf(study, 0));
    std::this_thread::sleep_for(std::chrono::milliseconds(120)); // past the drawing interval
    progress.stepsDone(runOf(study, 0), {.epoch = 3,
                                         .step = 938,
                                         .steps = 1875,
                                         .loss = 0.0312,
                                         .accuracy = 0.9901,
                                         .samplesPerSecond = 18700});
    const auto screen = screenOf(terminal.finish());
    ASSERT_EQ(screen.size(), 3U) << width;
    EXPECT_THAT(screen[0], AllOf(StartsWith("study"), HasSubstr("0/3 runs"))) << width;
    EXPECT_THAT(screen[1], AllOf(StartsWith("epoch"), HasSubstr("3/6"))) << width;
    if (width == 100) {
      EXPECT_THAT(screen[1], HasSubstr("loss 0.03120  accuracy 0.9901  18.7 k samples/s"));
    }
    EXPECT_EQ(screen[2], "");
    for (const std::string &line : screen)
      EXPECT_LT(textWidth(line), width);
  }
}

TEST(Progress, redraws_no_more_than_ten_times_a_second) {
  const Study study = studyOfActivations();
  const StudyInfo info = infoOf(study);
  Terminal terminal(80);
  Progress progress({.descriptor = terminal.inner, .bars = true});
  progress.studyStarted(info);
  progress.runStarted(runOf(study, 0));
  const auto start = std::chrono::steady_clock::now();
  for (int step = 1; step <= 3000; ++step)
    progress.stepsDone(runOf(study, 0), {.epoch = 1, .step = step, .steps = 3000});
  const auto seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::string text = terminal.finish();
  size_t draws = 0;
  for (size_t at = text.find("study "); at != std::string::npos; at = text.find("study ", at + 1))
    ++draws;
  EXPECT_LE(static_cast<double>(draws), 2 + seconds * 10);
}

TEST(Progress, skipped_runs_count_as_done) {
  const Study study = studyOfActivations();
  const StudyInfo info = infoOf(study);
  const std::string text = plainOutput([&](Progress &progress) {
    progress.studyStarted(info);
    progress.runSkipped(runOf(study, 0));
    progress.runStarted(runOf(study, 1));
    progress.runEnded(runOf(study, 1), finishedRun(10, 1000, 10));
  });
  EXPECT_THAT(text, HasSubstr("act = relu: already in the results"));
  EXPECT_THAT(text, HasSubstr("[2/3] act = tanh: finished"));
}

TEST(Progress, names_cannot_steer_the_terminal) {
  Study study = studyOfActivations();
  study.experiments[0].points[0].label = "a\x1b[2Jb\nc";
  const StudyInfo info = infoOf(study);
  const std::string text = plainOutput([&](Progress &progress) {
    progress.studyStarted(info);
    progress.runStarted(runOf(study, 0));
    progress.runEnded(runOf(study, 0), finishedRun(10, 1000, 10));
  });
  EXPECT_THAT(text, AllOf(HasSubstr("a [2Jb c: finished"), Not(HasSubstr("\x1b"))));
}

TEST(TextWidth, pads_to_columns) {
  EXPECT_EQ(padded("ab", 4), "ab  ");
  EXPECT_EQ(padded("\u6570", 4), "\u6570  ");
  EXPECT_EQ(padded("abc", 2), "abc");
}

TEST(TextWidth, counts_columns) {
  EXPECT_EQ(textWidth("abc"), 3U);
  EXPECT_EQ(textWidth("é±━"), 3U);
  EXPECT_EQ(textWidth("数字"), 4U);
  EXPECT_EQ(textWidth("e\u0301"), 1U);
  EXPECT_EQ(textWidth("\xff\xc3"), 2U);
  EXPECT_EQ(cutToWidth("数字", 3), "数");
  EXPECT_EQ(cutToWidth("abc", 9), "abc");
}

} // namespace
} // namespace nnxrt
