// A whole trainer as a user sees it: arguments, messages, exit statuses, files, Ctrl-C.
#include "test/unit/runtime/FakeStudy.h"
#include "test/unit/runtime/SyntheticDigits.h"

#include "runtime/data/Safetensors.h"
#include "runtime/data/Sha256.h"
#include "runtime/store/Database.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <random>
#include <sstream>
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
    return startProgram(std::move(arguments));
  }
  [[nodiscard]] pid_t startProgram(std::vector<std::string> arguments) const {
    std::vector<char *> pointers;
    for (std::string &argument : arguments)
      pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    const std::string output = folder / "stdout", errors = folder / "stderr";
    std::filesystem::remove(output); // of the program before
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

TEST_F(ProgramTest, keeps_the_weights_of_the_best_point_or_of_all) {
  const auto files = [&](const std::string &name) {
    std::vector<std::filesystem::path> found;
    for (const auto &entry : std::filesystem::directory_iterator(folder / name))
      if (entry.is_regular_file())
        found.push_back(entry.path());
    return found;
  };
  EXPECT_EQ(run({"--only", "rates", "--out", "out"}).status, 0);
  ASSERT_EQ(files("out/models").size(), 1U);
  const nnxrt::WeightsFile best(folder / "out/models/rates.safetensors");
  EXPECT_EQ(best.note("experiment"), "rates");
  EXPECT_EQ(best.note("study"), "fake.nnx");
  EXPECT_EQ(best.note("epoch"), "2");
  EXPECT_EQ(files("out/models/weights").size(), 1U);
  // Its digest stands in the row of its point.
  const Bytes bytes = readBytes(folder / "out/results.csv");
  EXPECT_THAT(std::string(bytes.begin(), bytes.end()), HasSubstr(best.note("weights")));
  nnxrt::Sha256 digest;
  for (const char *name : {"dense_1/kernel", "dense_1/bias"})
    digest.add(std::as_bytes(std::span(best.find(name)->values)));
  EXPECT_EQ(digest.hex(), best.note("weights"));

  EXPECT_EQ(run({"--only", "lengths", "--out", "all", "--save-weights", "all"}).status, 0);
  EXPECT_EQ(files("all/models/weights").size(), 3U) << "one for each length";
  EXPECT_EQ(run({"--only", "lengths", "--out", "none", "--save-weights", "none"}).status, 0);
  EXPECT_FALSE(exists(folder / "none/models"));
  EXPECT_EQ(run({"--save-weights", "some"}).status, 2);
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
              HasSubstr("lr = one; lr = inside; lr = four; lr = equal share one run."));
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

/// A csv file without the seconds of its rows.
static std::string withoutSeconds(const Bytes &bytes) {
  std::istringstream lines(std::string(bytes.begin(), bytes.end()));
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    size_t at = 0;
    for (int column = 0; column < 10; ++column)
      at = line.find(',', at) + 1;
    result += line.substr(0, at) + line.substr(line.find(',', at)) + "\n";
  }
  return result;
}

TEST_F(ProgramTest, killed_at_any_moment_it_goes_on_to_the_same_bits) {
  const auto arguments = [](const std::string &out) {
    return std::vector<std::string>{"--only", "lengths", "--threads", "1",     "--checkpoint",
                                    "0",      "--out",   out,         "--json"};
  };
  writeDigits(folder.path, 1200, 70); // 152 steps, each of them saved
  ASSERT_EQ(run(arguments("whole")).status, 0);
  const std::string whole = withoutSeconds(readBytes(folder / "whole/results.csv"));
  const bool isDeep = std::getenv("NNX_DEEP") != nullptr;
  std::minstd_rand numbers(17);
  int resumed = 0;
  for (int round = 0; round < (isDeep ? 40 : 2); ++round) {
    const std::string out = "out" + std::to_string(round);
    for (int kills = 0; kills < 6; ++kills) {
      const pid_t child = start(arguments(out));
      waitForLine("stdout", "\"run_"); // started, or skipped
      std::this_thread::sleep_for(std::chrono::microseconds(numbers() % 80000));
      kill(child, SIGKILL);
      const Outcome outcome = finish(child);
      resumed += outcome.output.find("run_resumed") != std::string::npos ? 1 : 0;
    }
    const Outcome last = run(arguments(out));
    ASSERT_EQ(last.status, 0) << last.errors;
    resumed += last.output.find("run_resumed") != std::string::npos ? 1 : 0;
    EXPECT_THAT(last.output, Not(HasSubstr("warning")));
    EXPECT_EQ(withoutSeconds(readBytes(folder / (out + "/results.csv"))), whole);
  }
  EXPECT_GT(resumed, 0);
}

TEST_F(ProgramTest, an_interrupted_run_goes_on_where_it_was) {
  const pid_t child = start({"--only", "plain/3", "--out", "out", "--json"});
  waitForLine("stdout", "\"epoch\"");
  kill(child, SIGINT);
  EXPECT_EQ(finish(child).status, 130);
  const pid_t again = start({"--only", "plain/3", "--out", "out", "--json"});
  waitForLine("stdout", "run_resumed");
  kill(again, SIGINT);
  EXPECT_EQ(finish(again).status, 130);
}

TEST_F(ProgramTest, a_damaged_checkpoint_is_reported_and_not_used) {
  const std::vector<std::string> one{"--only", "lengths/1", "--out", "out", "--quiet"},
      three{"--only", "lengths/3", "--out", "out", "--quiet"};
  ASSERT_EQ(run(one).status, 0);
  for (const auto &entry : std::filesystem::directory_iterator(folder / "out/checkpoints")) {
    Bytes bytes = readBytes(entry.path());
    bytes[bytes.size() / 2] ^= 1;
    writeFile(entry.path(), bytes);
  }
  const Outcome outcome = run(three);
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("warning: "), HasSubstr("it is damaged")));
  ASSERT_EQ(run({"--only", "lengths/3", "--out", "whole", "--quiet"}).status, 0);
  const std::string whole = withoutSeconds(readBytes(folder / "whole/results.csv"));
  EXPECT_THAT(withoutSeconds(readBytes(folder / "out/results.csv")),
              HasSubstr(whole.substr(whole.find('\n') + 1)));
}

TEST_F(ProgramTest, longer_runs_go_on_from_the_end_of_shorter_ones) {
  ASSERT_EQ(run({"--only", "lengths/2", "--out", "out", "--json"}).status, 0); // ends in an epoch
  const Outcome longer = run({"--only", "lengths/3", "--out", "out", "--json"});
  EXPECT_THAT(longer.output, HasSubstr("\"steps\":14}")); // of run_resumed
  ASSERT_EQ(run({"--only", "lengths", "--out", "out", "--json"}).status, 0);
  ASSERT_EQ(run({"--only", "lengths", "--out", "whole", "--json"}).status, 0);
  EXPECT_EQ(withoutSeconds(readBytes(folder / "out/results.csv")),
            withoutSeconds(readBytes(folder / "whole/results.csv")));
  EXPECT_THAT(run({"--only", "lengths", "--out", "out", "--json", "--force"}).output,
              Not(HasSubstr("run_resumed")));
}

TEST_F(ProgramTest, a_full_disk_is_status_1_and_leaves_what_there_is) {
  ASSERT_EQ(run({"--only", "rates/1", "--out", "out", "--quiet"}).status, 0);
  // A file may have 96 kB; the state of a run takes 100.
  const std::string command =
      "ulimit -f 192; exec " NNX_FAKE_TRAINER " --only plain/1 --out out --quiet --data .";
  const Outcome full = finish(startProgram({"/bin/sh", "-c", command}));
  EXPECT_EQ(full.status, 1) << full.errors;
  EXPECT_THAT(full.errors,
              AllOf(HasSubstr("error: out/checkpoints/"), HasSubstr("File too large")));
  const Outcome again = run({"--only", "rates/1", "--only", "plain/1", "--out", "out", "--json"});
  EXPECT_EQ(again.status, 0);
  EXPECT_THAT(again.output, AllOf(HasSubstr("run_skipped"), HasSubstr("run_ended")));
}

TEST_F(ProgramTest, a_report_that_cannot_be_written_is_status_1) {
  std::filesystem::create_directories(folder / "out/report.md.tmp"); // in the way
  const Outcome outcome = run({"--only", "plain/1", "--out", "out", "--quiet"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("out/report.md: cannot be written"));
}

TEST_F(ProgramTest, shards_train_each_run_once) {
  ASSERT_EQ(run({"--only", "rates", "--out", "first", "--quiet", "--shard", "1/2"}).status, 0);
  const Outcome second = run({"--only", "rates", "--out", "second", "--json", "--shard", "2/2"});
  EXPECT_THAT(second.output, HasSubstr("\"runs\":3"));
  const auto rows = [&](const char *file) {
    const Bytes bytes = readBytes(folder / file);
    return std::count(bytes.begin(), bytes.end(), '\n') - 1;
  };
  EXPECT_EQ(rows("first/results.csv"), 3);
  EXPECT_EQ(rows("second/results.csv"), 3);
}

TEST_F(ProgramTest, a_budget_that_is_over_leaves_everything_out_and_says_so) {
  const Outcome outcome =
      run({"--only", "rates", "--out", "out", "--quiet", "--budget", "0.000001s"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.errors,
              AllOf(HasSubstr("the budget leaves out 6 runs"), HasSubstr("rates/lr = 0.01")));
}

TEST_F(ProgramTest, verify_trains_again_and_finds_what_is_not_the_same) {
  ASSERT_EQ(run({"--only", "lengths", "--out", "out", "--quiet"}).status, 0);
  const Outcome same = run({"--only", "lengths", "--out", "out", "--quiet", "--verify"});
  EXPECT_EQ(same.status, 0) << same.output << same.errors;
  EXPECT_THAT(same.output, AllOf(HasSubstr("same       lengths/lr = one, seed 1"),
                                 HasSubstr("1 of 1 run trained again, 0 different")));
  nnxrt::Database database(folder / "out/results.sqlite");
  database.execute("UPDATE run SET weights_sha256 = 'other' WHERE goal = 4");
  const Outcome other = run({"--only", "lengths", "--out", "out", "--quiet", "--verify", "2"});
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.output,
              AllOf(HasSubstr("different  lengths/lr = one"), HasSubstr("weights other"),
                    HasSubstr("1 of 1 run trained again, 1 different")));
  EXPECT_EQ(run({"--out", "nowhere", "--verify"}).status, 2);
}

TEST_F(ProgramTest, wrong_use_is_status_2_and_says_what) {
  const std::pair<std::vector<std::string>, const char *> cases[] = {
      {{"--job", "2"}, "unknown option `--job`; did you mean `--jobs`?"},
      {{"--epochs=3"}, "unknown option `--epochs`"},
      {{"--repeats", "many"}, "--repeats: `many` is not [EXPERIMENT[/POINT]=]N"},
      {{"--repeats", "rates=0"}, "with N from 1 to 10000"},
      {{"--repeats", "rate=2"}, "no experiment `rate`; did you mean `rates`?"},
      {{"--draw", "3"}, "--draw requires --verify"},
      {{"study.nnx"}, "unexpected argument `study.nnx`"},
      {{"--jobs", "0"}, "--jobs"},
      {{"--shard", "3/2"}, "`3/2` is not I/N"},
      {{"--shard", "1"}, "`1` is not I/N"},
      {{"--budget", "10"}, "`10` is no time above 0"},
      {{"--budget", "-1h"}, "`-1h` is no time above 0"},
      {{"--budget", "1h30"}, "`1h30` is no time above 0"},
      {{"--budget", "0s"}, "`0s` is no time above 0"},
      {{"--checkpoint", "soon"}, "--checkpoint"},
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
