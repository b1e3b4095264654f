// Formatting keeps meaning and comments, has one result, and gives the layout that is promised.
#include "Analysed.h"

#include "dsl/Dump.h"
#include "dsl/Format.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace nnx::dsl {
namespace {

namespace fs = std::filesystem;

std::string readAll(const fs::path &path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string formatted(const std::string &text) {
  DiagnosticSink sink;
  std::optional<Formatted> result = format(text, sink);
  if (!result)
    return "errors";
  EXPECT_TRUE(result->isFaithful) << result->text;
  return result->text;
}

std::string pointsOf(const std::string &text) {
  Analysed analysed(text);
  std::ostringstream out;
  if (analysed.study)
    printPoints(out, *analysed.study);
  return out.str();
}

// Comments in their order, by what a line holds behind `#` outside of strings.
std::vector<std::string> commentsOf(const std::string &text) {
  std::vector<std::string> result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    bool isText = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '"' && (i == 0 || line[i - 1] != '\\'))
        isText = !isText;
      if (line[i] != '#' || isText)
        continue;
      result.push_back(line.substr(i, line.find_last_not_of(" \t\r") + 1 - i));
      break;
    }
  }
  return result;
}

// Whole files: every .nnx file of a folder below the sources, or every ```nnx block of a document.
std::vector<std::pair<std::string, std::string>> samples() {
  std::vector<std::pair<std::string, std::string>> result;
  for (const char *folder : {"examples", "test/emit", "test/dsl"})
    for (const auto &entry : fs::recursive_directory_iterator(fs::path(NNX_SOURCE_DIR) / folder))
      if (entry.path().extension() == ".nnx")
        result.emplace_back(entry.path().string(), readAll(entry.path()));
  std::vector<fs::path> documents{fs::path(NNX_SOURCE_DIR) / "README.md"};
  for (const auto &entry : fs::directory_iterator(fs::path(NNX_SOURCE_DIR) / "docs"))
    if (entry.path().extension() == ".md")
      documents.push_back(entry.path());
  for (const fs::path &document : documents) {
    std::string text = readAll(document);
    constexpr std::string_view open = "```nnx\n";
    for (std::size_t at = text.find(open); at != std::string::npos; at = text.find(open, at)) {
      at += open.size();
      result.emplace_back(document.string(), text.substr(at, text.find("```", at) - at));
    }
  }
  return result;
}

TEST(Format, keeps_meaning_and_comments_of_every_example) {
  std::size_t formattedCount = 0, studies = 0;
  for (const auto &[name, text] : samples()) {
    std::string once = formatted(text);
    if (once == "errors")
      continue; // tests of diagnostics
    ++formattedCount;
    EXPECT_EQ(formatted(once), once) << name;
    EXPECT_EQ(commentsOf(once), commentsOf(text)) << name;
    std::string points = pointsOf(text);
    studies += !points.empty();
    EXPECT_EQ(pointsOf(once), points) << name;
  }
  EXPECT_GT(formattedCount, 40u);
  EXPECT_GT(studies, 8u);
}

TEST(Format, leaves_the_examples_as_they_are) {
  for (const auto &entry :
       fs::recursive_directory_iterator(fs::path(NNX_SOURCE_DIR) / "examples")) {
    if (entry.path().extension() != ".nnx")
      continue;
    EXPECT_EQ(formatted(readAll(entry.path())), readAll(entry.path())) << entry.path();
  }
}

TEST(Format, gives_the_golden_layout) {
  fs::path folder = fs::path(NNX_SOURCE_DIR) / "test/dsl/Inputs/format";
  std::size_t count = 0;
  for (const auto &entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".nnx")
      continue;
    ++count;
    fs::path golden = entry.path();
    golden.replace_extension(".golden");
    EXPECT_EQ(formatted(readAll(entry.path())), readAll(golden)) << entry.path();
  }
  EXPECT_GE(count, 3u);
}

// Spaces, line ends and comments are put wherever a line may end; nothing may get lost.
TEST(Format, keeps_comments_anywhere) {
  std::string text =
      "let a = [1, (2, 3)]\ndataset d { shape = 2x2x1, classes = 2 }\n"
      "network n(x: int = 1) { if x > 1 and x < 3 { flatten() } else { softmax() } }\n"
      "experiment e \"t\" { grid { u in [1, 2], (v, w) in a } where u > 1\n"
      "train n(x = 1) on d with t { batch = 2 } }\n";
  DiagnosticSink sink;
  std::vector<Token> tokens = tokenize(text, 1, sink);
  std::size_t kept = 0;
  for (std::size_t i = 1; i < tokens.size(); ++i)
    for (const char *gap : {"\n", " # note\n", "\n# note\n", "\n\n # one\n\n\n# two\n\n"}) {
      auto at = static_cast<std::size_t>(tokens[i].text.data() - text.data());
      std::string changed = text;
      changed.insert(std::min(at, text.size()), gap);
      std::string once = formatted(changed);
      if (once == "errors")
        continue; // a line may not end here
      ++kept;
      EXPECT_EQ(commentsOf(once), commentsOf(changed)) << changed << once;
      EXPECT_EQ(formatted(once), once) << changed;
    }
  EXPECT_GT(kept, 200u);
}

TEST(Format, breaks_long_lines_behind_commas) {
  std::string list = "let a = [";
  for (int i = 0; i < 60; ++i)
    list += (i ? "," : "") + std::to_string(100000 + i);
  std::string once = formatted(list + "]\n");
  std::istringstream lines(once);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    EXPECT_LE(line.size(), 100u);
  EXPECT_EQ(count, 6u);
  EXPECT_EQ(formatted(once), once);
}

TEST(Format, refuses_what_cannot_be_read) {
  EXPECT_EQ(formatted("training {"), "errors");
  EXPECT_EQ(formatted("let a = 1 ? 2\n"), "errors");
  EXPECT_EQ(formatted(""), "");
  EXPECT_EQ(formatted("\n\n  # only\n"), "# only\n");
}

} // namespace
} // namespace nnx::dsl
