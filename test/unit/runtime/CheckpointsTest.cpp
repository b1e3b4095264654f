// States of runs as files: what is written comes back, and nothing that is damaged is trusted.
#include "runtime/store/Checkpoints.h"

#include "runtime/data/Sha256.h"
#include "runtime/store/StoreError.h"
#include "test/unit/runtime/StudyFixture.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <span>

namespace nnxrt {
namespace {

using namespace fixture;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct CheckpointsTest : ::testing::Test {
  TemporaryFolder temporary;
  Study study = studyOfActivations();
  RunInfo run = runOf(study, 0);
  Checkpoints checkpoints{temporary.path, "a target", false};
  SavedRun saved;

  CheckpointsTest() {
    saved.state.steps = 5;
    saved.state.epochStep = 2;
    saved.state.epochSums = {1.5, 3, 64, {}};
    saved.state.divergedStep = 4;
    saved.state.seconds = 2.25;
    saved.state.epochs = {epochOf(1, 0.9), epochOf(2, 0.95)};
    saved.state.epochs[1].validation = {.loss = 3, .rmse = 2, .mae = 1, .r2 = 0.5};
    saved.hyper = {0.1, 0.9};
    for (int i = 0; i < 100; ++i)
      saved.memory.push_back(static_cast<std::byte>(i));
  }

  [[nodiscard]] std::filesystem::path onlyFile() const {
    std::vector<std::filesystem::path> files;
    for (const auto &entry : std::filesystem::directory_iterator(temporary.path / "checkpoints"))
      files.push_back(entry.path());
    EXPECT_EQ(files.size(), 1U);
    return files.at(0);
  }
  void expectRefused(const std::string &bytes, const char *why) {
    std::ofstream(onlyFile(), std::ios::binary | std::ios::trunc) << bytes;
    const RunStates::Found found = checkpoints.find(run, "layout", 100);
    EXPECT_FALSE(found.run);
    EXPECT_THAT(found.warnings, ElementsAre(HasSubstr(why)));
  }
};

TEST_F(CheckpointsTest, a_state_comes_back_as_it_was) {
  checkpoints.keep(run, "layout", saved);
  const RunStates::Found found = checkpoints.find(run, "layout", 5);
  ASSERT_TRUE(found.run);
  const RunState &state = found.run->state;
  EXPECT_EQ(state.steps, 5);
  EXPECT_EQ(state.epochStep, 2);
  EXPECT_EQ(state.epochSums.loss, 1.5);
  EXPECT_EQ(state.epochSums.hits, 3);
  EXPECT_EQ(state.epochSums.samples, 64);
  EXPECT_EQ(state.divergedStep, 4);
  EXPECT_EQ(state.seconds, 2.25);
  ASSERT_EQ(state.epochs.size(), 2U);
  EXPECT_EQ(state.epochs[1].test.loss, epochOf(2, 0.95).test.loss);
  const ShareFigures &validation = state.epochs[1].validation;
  EXPECT_EQ(validation.loss, 3);
  EXPECT_TRUE(std::isnan(validation.accuracy));
  EXPECT_EQ(validation.rmse, 2);
  EXPECT_EQ(validation.mae, 1);
  EXPECT_EQ(validation.r2, 0.5);
  EXPECT_EQ(found.run->hyper, saved.hyper);
  EXPECT_EQ(found.run->memory, saved.memory);
  EXPECT_TRUE(found.warnings.empty());
  EXPECT_FALSE(checkpoints.find(run, "layout", 4).run) << "behind what is wanted";
  EXPECT_FALSE(checkpoints.find(runOf(study, 1), "layout", 5).run) << "another run";
}

TEST_F(CheckpointsTest, the_end_stays_and_a_shorter_one_does_not_replace_it) {
  checkpoints.keep(run, "layout", saved);
  checkpoints.keepEnd(run, "layout", saved);
  EXPECT_EQ(onlyFile().extension(), ".end");
  saved.state.steps = 3;
  checkpoints.keepEnd(run, "layout", saved);
  EXPECT_EQ(checkpoints.find(run, "layout", 100).run->state.steps, 5);
  checkpoints.keep(run, "layout", saved);
  EXPECT_EQ(checkpoints.find(run, "layout", 4).run->state.steps, 3);
  EXPECT_EQ(checkpoints.find(run, "layout", 100).run->state.steps, 5);
}

TEST_F(CheckpointsTest, damage_anywhere_is_found) {
  checkpoints.keep(run, "layout", saved);
  const std::string bytes = readFile(onlyFile());
  for (size_t at = 0; at < bytes.size(); at += 7) {
    if (at >= 12 && at < 16)
      continue; // four bytes that say nothing
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    expectRefused(damaged, "not used");
  }
  for (size_t length = 0; length < bytes.size(); length += 13)
    expectRefused(bytes.substr(0, length), "not used");
  expectRefused(bytes + "x", "damaged");
  std::string newer = bytes;
  newer[8] = 99;
  expectRefused(newer, "format 99");
}

// Whoever writes a state with its right digest can still not make a truth value of any byte.
TEST_F(CheckpointsTest, a_truth_value_is_checked) {
  checkpoints.keep(run, "layout", saved);
  const std::string bytes = readFile(onlyFile());
  constexpr size_t digestAt = 16, bodyAt = 48;
  int found = 0;
  for (size_t at = bodyAt; at < bytes.size(); ++at) {
    std::string body = bytes.substr(bodyAt);
    body[at - bodyAt] = 74;
    const std::string digest = sha256Hex(std::as_bytes(std::span(body)));
    std::string file = bytes.substr(0, digestAt);
    for (size_t i = 0; i < digest.size(); i += 2)
      file += static_cast<char>(std::stoi(digest.substr(i, 2), nullptr, 16));
    std::ofstream(onlyFile(), std::ios::binary | std::ios::trunc) << file + body;
    const RunStates::Found state = checkpoints.find(run, "layout", 100);
    if (!state.run && !state.warnings.empty() &&
        state.warnings[0].find("neither 0 nor 1") != std::string::npos)
      ++found;
  }
  EXPECT_GT(found, 0);
}

TEST_F(CheckpointsTest, a_state_of_another_layout_is_refused) {
  checkpoints.keep(run, "layout", saved);
  const RunStates::Found found = checkpoints.find(run, "another", 100);
  EXPECT_FALSE(found.run);
  EXPECT_THAT(found.warnings, ElementsAre(HasSubstr("compiled otherwise")));
}

TEST_F(CheckpointsTest, what_cannot_be_written_is_an_error) {
  std::filesystem::remove(temporary.path / "checkpoints");
  EXPECT_THROW(checkpoints.keep(run, "layout", saved), StoreError);
}

} // namespace
} // namespace nnxrt
