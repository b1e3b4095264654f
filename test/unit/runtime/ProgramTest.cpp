// A whole trainer as a user sees it: arguments, messages, exit statuses, files, Ctrl-C.
#include "test/unit/runtime/FakeStudy.h"
#include "test/unit/runtime/SyntheticDigits.h"

#include <gmock/gmock.h>

#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace nnxrt::test;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

struct Outcome {
  int status = -1; // negative: the signal that ended it
  std::string output, errors;
};

class ProgramTest : public testing::Test {
protected:
  ProgramTest() { writeDigits(folder.path, 120, 70); }

  /// Starts the trainer in the scratch folder; its outputs go to files there.
  [[nodiscard]] pid_t start(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), NNX_FAKE_TRAINER);
    std::vector<char *> pointers;
    for (std::string &argument : arguments)
      pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    const std::string output = folder / "stdout", errors = folder / "stderr";
    const pid_t child = fork();
    if (child == 0) {
      const int flags = O_WRONLY | O_CREAT | O_TRUNC;
      if (chdir(folder.path.c_str()) != 0 || dup2(open(output.c_str(), flags, 0600), 1) < 0 ||
          dup2(open(errors.c_str(), flags, 0600), 2) < 0)
        _exit(99);
      execv(pointers[0], pointers.data());
      _exit(98);
    }
    return child;
  }
  [[nodiscard]] Outcome finish(pid_t child) const {
    int status = 0;
    waitpid(child, &status, 0);
    const auto text = [&](const char *name) {
      const Bytes bytes = readBytes(folder / name);
      return std::string(bytes.begin(), bytes.end());
    };
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), text("stdout"),
            text("stderr")};
  }
  [[nodiscard]] Outcome run(const std::vector<std::string> &arguments) const {
    return finish(start(arguments));
  }
  void waitForLine(const char *file, const std::string &text) const {
    for (int tries = 0; tries < 1000; ++tries) {
      const Bytes bytes = readBytes(folder / file);
      if (std::string(bytes.begin(), bytes.end()).find(text) != std::string::npos)
        return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    FAIL() << "no `" << text << "` in " << file;
  }

  const ScratchFolder folder;
};

} // namespace

TEST_F(ProgramTest, trains_and_leaves_results_and_report) {
  const Outcome outcome = run({"--only", "rates"});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("lr = 0.1"), HasSubstr("results/fake/report.html")));
  for (const char *name :
       {"results.sqlite", "results.csv", "log.jsonl", "report.html", "report.md"})
    EXPECT_TRUE(exists(folder.path / "results" / "fake" / name)) << name;
}

TEST_F(ProgramTest, goes_on_where_it_stopped) {
  EXPECT_EQ(run({"--only", "rates/1", "--json"}).status, 0);
  const Outcome again = run({"--only", "rates/1", "--json"});
  EXPECT_EQ(again.status, 0);
  EXPECT_THAT(again.output, Not(HasSubstr("run_started")));
  EXPECT_THAT(run({"--only", "rates/1", "--json", "--force"}).output, HasSubstr("run_started"));
}

TEST_F(ProgramTest, equal_points_and_shorter_ones_share_a_run) {
  const Outcome outcome = run({"--only", "lengths", "--out", "out", "--json"});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  const auto count = [](const std::string &text, const std::string &part) {
    size_t found = 0;
    for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at)
      ++found;
    return found;
  };
  EXPECT_EQ(count(outcome.output, "run_started"), 1U);
  EXPECT_EQ(count(outcome.output, "\"snapshot\""), 2U);
  const Bytes bytes = readBytes(folder / "out/results.csv");
  const std::string csv(bytes.begin(), bytes.end());
  EXPECT_EQ(count(csv, "lengths,"), 4U);
  const std::string name = csv.substr(csv.size() - 13, 12);
  EXPECT_EQ(count(csv, "," + name + "\n"), 4U) << csv;
  const Bytes page = readBytes(folder / "out/report.md");
  EXPECT_THAT(std::string(page.begin(), page.end()),
              HasSubstr("lr = one; lr = inside; lr = three; lr = equal share one run."));
  // What is there is not trained again; a point that is not there is.
  EXPECT_THAT(run({"--only", "lengths", "--out", "out", "--json"}).output,
              Not(HasSubstr("run_started")));
}

TEST_F(ProgramTest, a_failed_point_is_status_1_and_the_others_train) {
  const Outcome outcome = run({"--only", "failures", "--json"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("buffer weights is too small"),
                                    HasSubstr("not enough memory"), HasSubstr("\"finished\"")));
}

TEST_F(ProgramTest, ctrl_c_once_saves_what_there_is) {
  const pid_t child = start({"--only", "plain/3", "--out", "out", "--json"});
  waitForLine("stdout", "\"epoch\"");
  kill(child, SIGINT);
  const Outcome outcome = finish(child);
  EXPECT_EQ(outcome.status, 130) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("interrupted"));
  EXPECT_TRUE(exists(folder.path / "out" / "report.html"));
}

TEST_F(ProgramTest, ctrl_c_twice_ends_at_once) {
  const pid_t child = start({"--only", "plain/3", "--out", "out", "--json"});
  waitForLine("stdout", "\"epoch\"");
  kill(child, SIGINT);
  kill(child, SIGTERM);
  EXPECT_EQ(finish(child).status, 130);
}

TEST_F(ProgramTest, wrong_use_is_status_2_and_says_what) {
  const std::pair<std::vector<std::string>, const char *> cases[] = {
      {{"--job", "2"}, "unknown option `--job`; did you mean `--jobs`?"},
      {{"--epochs=3"}, "unknown option `--epochs`"},
      {{"study.nnx"}, "unexpected argument `study.nnx`"},
      {{"--jobs", "0"}, "--jobs"},
      {{"--threads", "two"}, "--threads"},
      {{"--jobs"}, "--jobs"},
      {{"--quiet", "--json"}, "--json"},
      {{"--data", "nowhere"}, "nowhere"},
      {{"--only", "rate"}, "no experiment `rate`; did you mean `rates`?"},
      {{"--only", "rates/lr = 0.2"}, "has no point `lr = 0.2`; did you mean `lr = 0.1`?"},
      {{"--only", "rates/4"}, "has no point `4`"},
  };
  for (const auto &[arguments, message] : cases) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 2) << message;
    EXPECT_THAT(outcome.errors, HasSubstr(message));
    EXPECT_EQ(outcome.output, "");
    EXPECT_FALSE(exists(folder.path / "results"));
  }
}

TEST_F(ProgramTest, bad_data_is_status_2_before_anything_is_written) {
  writeFile(folder / "test-labels", {1, 2, 3});
  const Outcome outcome = run({});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.errors, HasSubstr("error: ./test-labels: 3 bytes are too short"));
  EXPECT_FALSE(exists(folder.path / "results"));
}

TEST_F(ProgramTest, unwritable_results_are_status_2) {
  for (const char *out : {"/proc/nowhere", "train-labels/inside", "/dev/full"}) {
    const Outcome outcome = run({"--only", "plain/1", "--out", out});
    EXPECT_EQ(outcome.status, 2) << out;
    EXPECT_THAT(outcome.errors, HasSubstr("error: "));
  }
}

TEST_F(ProgramTest, lists_plans_and_explains_itself) {
  const Outcome list = run({"--list"});
  EXPECT_EQ(list.status, 0);
  EXPECT_THAT(list.output, HasSubstr("rates/2  lr = 0.01"));
  const Outcome plan =
      run({"--dry-run", "--only", "rates/lr=0.1", "--jobs", "1", "--threads", "1"});
  EXPECT_EQ(plan.status, 0);
  EXPECT_THAT(plan.output, AllOf(HasSubstr("seed 2: 2 epochs, 8 steps of 32 samples"),
                                 HasSubstr("2 runs, 1 at once with 1 threads each")));
  EXPECT_EQ(run({"--help"}).status, 0);
  EXPECT_THAT(run({"--version"}).output, HasSubstr("compiled for"));
  EXPECT_FALSE(exists(folder.path / "results"));
}
