// The results store: what is written comes back, one owner, reuse, and what a killed process
// leaves.
#include "runtime/store/EventLog.h"
#include "runtime/store/ResultStore.h"
#include "runtime/store/Schema.h"
#include "runtime/store/StoreError.h"
#include "test/unit/runtime/StudyFixture.h"

#include <chrono>
#include <cmath>
#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace nnxrt {
namespace {

using namespace fixture;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct StoreTest : ::testing::Test {
  TemporaryFolder temporary;
  Study study = studyOfActivations();
  StudyInfo info = infoOf(study);

  [[nodiscard]] std::string messageOfOpening() const {
    try {
      const ResultsFolder folder(temporary.path);
      const ResultStore store(folder, false);
    } catch (const StoreError &error) {
      return error.what();
    }
    return "no error";
  }

  static bool wants(ResultStore &store, const RunInfo &run) {
    return store.wantsResult(run, run.steps);
  }

  [[nodiscard]] std::vector<std::string> linesOf(const char *file) const {
    std::vector<std::string> lines;
    std::ifstream stream(temporary.path / file);
    for (std::string line; std::getline(stream, line);)
      lines.push_back(line);
    return lines;
  }
};

TEST_F(StoreTest, figures_come_back_as_they_were) {
  const ResultsFolder folder(temporary.path);
  ResultStore store(folder, false);
  playStudy(study, info, store);
  const StudyResults results = store.load();
  ASSERT_EQ(results.points.size(), 3U);
  const StoredRun &run = results.points[1].runs.at(0);
  const RunResult expected = finishedRun(10, 10000, 180);
  EXPECT_EQ(run.result.status, RunStatus::finished);
  EXPECT_EQ(run.result.weightsSha256, expected.weightsSha256);
  EXPECT_EQ(run.result.memoryBytes, expected.memoryBytes);
  EXPECT_EQ(run.result.test.confusion, expected.test.confusion);
  EXPECT_EQ(run.result.test.accuracy, expected.test.accuracy);
  EXPECT_EQ(run.result.test.macro.f1, expected.test.macro.f1);
  EXPECT_EQ(run.result.test.perClass[3].recall, expected.test.perClass[3].recall);
  EXPECT_EQ(run.result.test.perClass[3].predicted, expected.test.perClass[3].predicted);
  ASSERT_EQ(run.epochs.size(), 6U);
  EXPECT_EQ(run.epochs[5].test.loss, epochOf(6, expected.test.accuracy).test.loss);
  EXPECT_FALSE(run.reused);
  const StoredRun &diverged = results.points[2].runs.at(0);
  EXPECT_EQ(diverged.result.status, RunStatus::diverged);
  EXPECT_EQ(diverged.result.divergedStep, 37);
  EXPECT_TRUE(std::isnan(diverged.result.test.loss));
  EXPECT_TRUE(std::isnan(diverged.epochs.at(0).train.loss));
}

TEST_F(StoreTest, predictions_are_kept_per_sample) {
  const ResultsFolder folder(temporary.path);
  ResultStore store(folder, false);
  playStudy(study, info, store);
  Database database(temporary.path / "results.sqlite");
  Statement query(database, "SELECT samples, length(label), length(predicted), length(confidence), "
                            "hex(substr(predicted, 1, 4)) FROM prediction ORDER BY run LIMIT 1");
  ASSERT_TRUE(query.step());
  EXPECT_EQ(query.integer(), 10000);
  EXPECT_EQ(query.integer(), 20000);
  EXPECT_EQ(query.integer(), 20000);
  EXPECT_EQ(query.integer(), 40000);
  EXPECT_EQ(query.text(), "01000300"); // samples 0 and 1 of relu are errors: 0 + 1, 1 + 2
}

TEST_F(StoreTest, finished_runs_are_not_wanted_again) {
  const ResultsFolder folder(temporary.path);
  {
    ResultStore store(folder, false);
    playStudy(study, info, store);
  }
  ResultStore store(folder, false);
  store.studyStarted(info);
  EXPECT_FALSE(wants(store, runOf(study, 0)));
  EXPECT_FALSE(wants(store, runOf(study, 2))) << "a diverged run diverges again";
  EXPECT_TRUE(store.load().points[0].runs.at(0).reused);
  RunInfo longer = runOf(study, 0);
  longer.epochs = 7;
  longer.steps = 7 * longer.stepsPerEpoch;
  EXPECT_TRUE(wants(store, longer));
  EXPECT_TRUE(wants(store, runOf(study, 0, 1))) << "another seed";
  StudyInfo quick = info;
  quick.quick = true;
  store.studyStarted(quick);
  EXPECT_TRUE(wants(store, runOf(study, 0))) << "a quick trial is another run";
}

TEST_F(StoreTest, force_trains_again_and_replaces_only_when_it_ends_well) {
  const ResultsFolder folder(temporary.path);
  {
    ResultStore store(folder, false);
    playStudy(study, info, store);
  }
  ResultStore store(folder, true);
  store.studyStarted(info);
  const RunInfo run = runOf(study, 0);
  ASSERT_TRUE(wants(store, run));
  store.runStarted(run);
  RunResult interrupted;
  interrupted.status = RunStatus::interrupted;
  store.runEnded(run, interrupted);
  EXPECT_EQ(store.load().points[0].runs.at(0).result.test.accuracy, 0.988);
  store.runStarted(run);
  store.runEnded(run, finishedRun(10, 10000, 50));
  EXPECT_EQ(store.load().points[0].runs.at(0).result.test.accuracy, 0.995);
  Database database(temporary.path / "results.sqlite");
  Statement count(database, "SELECT count(*) FROM run WHERE meaning = 'key of relu'");
  ASSERT_TRUE(count.step());
  EXPECT_EQ(count.integer(), 1);
}

TEST_F(StoreTest, a_killed_process_leaves_what_it_had_finished) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const ResultsFolder folder(temporary.path);
    ResultStore store(folder, false);
    store.studyStarted(info);
    const RunInfo first = runOf(study, 0), second = runOf(study, 1);
    store.runStarted(first);
    store.epochEnded(first, epochOf(1, 0.98));
    store.runEnded(first, finishedRun(10, 10000, 120));
    store.runStarted(second);
    store.epochEnded(second, epochOf(1, 0.97));
    (void)!write(ready[1], "x", 1);
    for (;;)
      pause();
  }
  char signal = 0;
  ASSERT_EQ(read(ready[0], &signal, 1), 1);
  EXPECT_THAT(messageOfOpening(), HasSubstr("is in use by process " + std::to_string(child)));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(ready[0]);
  close(ready[1]);

  const ResultsFolder folder(temporary.path);
  ResultStore store(folder, false);
  store.studyStarted(info);
  EXPECT_FALSE(wants(store, runOf(study, 0)));
  EXPECT_TRUE(wants(store, runOf(study, 1)));
  const StudyResults results = store.load();
  EXPECT_EQ(results.points[0].runs.at(0).result.test.accuracy, 0.988);
  EXPECT_EQ(results.points[1].runs.at(0).result.status, RunStatus::interrupted);
  EXPECT_EQ(results.points[1].runs.at(0).epochs.size(), 1U);
  EXPECT_TRUE(results.points[2].runs.empty());
}

TEST_F(StoreTest, readers_see_runs_that_go_on_and_hold_nobody_up) {
  const ResultsFolder folder(temporary.path);
  ResultStore store(folder, false);
  store.studyStarted(info);
  const RunInfo run = runOf(study, 1);
  store.runStarted(run);
  const EpochFigures first = epochOf(1, 0.97);
  store.epochEnded(run, first);

  Database database(temporary.path / "results.sqlite", Access::read);
  prepareReading(database);
  database.execute("BEGIN");
  ResultReader reader(database, info, 1);
  EXPECT_TRUE(reader.load({}, true).points[1].runs.empty());
  reader.includeRunning();
  const StudyResults results = reader.load({}, true);
  const StoredRun &running = results.points[1].runs.at(0);
  EXPECT_EQ(running.result.status, RunStatus::running);
  EXPECT_EQ(running.result.epochs, 1);
  EXPECT_DOUBLE_EQ(running.result.seconds, first.trainSeconds + first.testSeconds);

  store.epochEnded(run, epochOf(2, 0.975));
  EXPECT_EQ(reader.load({}, true).points[1].runs.at(0).epochs.size(), 1U);
  EXPECT_THROW(database.execute("DELETE FROM run"), StoreError);
}

TEST_F(StoreTest, a_file_of_an_older_trainer_is_read_as_it_is) {
  const std::filesystem::path file = temporary.path / "results.sqlite";
  {
    const ResultsFolder folder(temporary.path);
    ResultStore store(folder, false);
    playStudy(study, info, store);
  }
  {
    Database older(file);
    older.execute("DROP TABLE picture; DROP TABLE early_stop; DROP TABLE validation");
  }
  const std::string before = readFile(file);
  {
    Database database(file, Access::read);
    prepareReading(database);
    const StudyResults results = ResultReader(database, info, 1).load({}, true);
    EXPECT_EQ(results.points[1].runs.at(0).epochs.size(), 6U);
  }
  EXPECT_EQ(readFile(file), before);
}

TEST_F(StoreTest, a_folder_has_one_owner) {
  const ResultsFolder folder(temporary.path);
  EXPECT_THAT(messageOfOpening(),
              AllOf(StartsWith(temporary.path.string()),
                    HasSubstr("is in use by process " + std::to_string(getpid()))));
}

TEST_F(StoreTest, wrong_files_are_named) {
  std::ofstream(temporary.path / "results.sqlite") << "this is no database, whatever its name says";
  EXPECT_THAT(messageOfOpening(), AllOf(HasSubstr("results.sqlite"), HasSubstr("not a database")));
  std::filesystem::remove(temporary.path / "results.sqlite");
  {
    Database newer(temporary.path / "results.sqlite");
    newer.execute("PRAGMA user_version = 99");
  }
  EXPECT_THAT(messageOfOpening(), HasSubstr("layout 99, which a newer version wrote"));
}

TEST_F(StoreTest, a_folder_that_cannot_be_made_is_named) {
  std::ofstream(temporary.path / "file") << "x";
  try {
    const ResultsFolder folder(temporary.path / "file" / "results");
    FAIL();
  } catch (const StoreError &error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("file/results"), HasSubstr("cannot be made")));
  }
}

TEST_F(StoreTest, a_full_disk_is_an_error_and_leaves_the_old_file) {
  if (access("/dev/full", W_OK) != 0)
    GTEST_SKIP() << "no /dev/full here";
  EventLog log("/dev/full");
  try {
    log.studyStarted(info);
    FAIL();
  } catch (const StoreError &error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("/dev/full"), HasSubstr("No space left")));
  }
}

TEST_F(StoreTest, files_are_replaced_whole) {
  replaceFile(temporary.path / "file", "old");
  replaceFile(temporary.path / "file", "new");
  EXPECT_EQ(readFile(temporary.path / "file"), "new");
  std::filesystem::create_directory(temporary.path / "file.tmp"); // in the way of the next one
  EXPECT_THROW(replaceFile(temporary.path / "file", "newer"), StoreError);
  EXPECT_EQ(readFile(temporary.path / "file"), "new");
}

TEST_F(StoreTest, csv_has_a_row_per_point_and_repeat) {
  study.experiments[0].axes[0].name = "seed"; // a name that a column has
  for (Point &point : study.experiments[0].points)
    point.axes[0].first = "seed";
  study.experiments[0].points[1].axes[0].second = "tanh, \"quoted\"";
  const ResultsFolder folder(temporary.path);
  ResultStore store(folder, false);
  playStudy(study, info, store);
  const std::string weights(64, 'a');
  EXPECT_THAT(
      linesOf("results.csv"),
      ElementsAre(
          "experiment,axis_seed,repeat,seed,epochs,loss,accuracy,precision,recall,f1,"
          "seconds,status,weights,run",
          StartsWith("activations,relu,0,1,6,0.03914,0.988,0.98"),
          AllOf(StartsWith("activations,\"tanh, \"\"quoted\"\"\",0,1,6,0.03914,0.982,"),
                HasSubstr(",12.500,finished," + weights + ",")),
          AllOf(StartsWith("activations,exponential,0,1,6,nan,0.1,"), HasSubstr(",diverged,"))));
}

TEST_F(StoreTest, log_has_an_event_a_line) {
  std::ofstream(temporary.path / "log.jsonl") << "{\"event\":\"half a li";
  {
    EventLog log(temporary.path / "log.jsonl");
    playStudy(study, info, log);
  }
  std::vector<std::string> events;
  const auto lines = linesOf("log.jsonl");
  for (size_t i = 1; i < lines.size(); ++i)
    events.push_back(nlohmann::json::parse(lines[i])["event"]);
  ASSERT_EQ(events.size(), 21U); // study 2, runs 3 x 2, epochs 6 + 6 + 1
  EXPECT_EQ(events.front(), "study_started");
  EXPECT_EQ(events[1], "run_started");
  EXPECT_EQ(events[2], "epoch");
  EXPECT_EQ(events.back(), "study_ended");
  const auto ended = nlohmann::json::parse(lines[lines.size() - 2]);
  EXPECT_EQ(ended["status"], "diverged");
  EXPECT_TRUE(ended["test_loss"].is_null());
  EXPECT_EQ(ended["point"], "act = exponential");
}

TEST_F(StoreTest, runs_of_several_threads_do_not_mix) {
  study = studyOfActivations(4);
  info = infoOf(study);
  const ResultsFolder folder(temporary.path);
  ResultStore store(folder, false);
  store.studyStarted(info);
  std::vector<std::thread> threads;
  for (int repeat = 0; repeat < 4; ++repeat)
    threads.emplace_back([&, repeat] {
      for (size_t point = 0; point < 3; ++point) {
        const RunInfo run = runOf(study, point, repeat);
        store.runStarted(run);
        for (int epoch = 1; epoch <= 3; ++epoch)
          store.epochEnded(run, epochOf(epoch, 0.1 * repeat));
        store.runEnded(run, finishedRun(10, 1000, 10 * repeat + static_cast<int64_t>(point)));
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  for (const PointResults &point : store.load().points) {
    ASSERT_EQ(point.runs.size(), 4U);
    for (const StoredRun &run : point.runs) {
      const int64_t errors = 10 * run.repeat + static_cast<int64_t>(point.point);
      EXPECT_NEAR(run.result.test.accuracy, 1 - static_cast<double>(errors) / 1000, 1e-12);
      ASSERT_EQ(run.epochs.size(), 3U);
      EXPECT_EQ(run.epochs[2].test.accuracy, epochOf(3, 0.1 * run.repeat).test.accuracy);
    }
  }
}

} // namespace
} // namespace nnxrt
