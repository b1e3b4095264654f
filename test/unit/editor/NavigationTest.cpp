// Definitions, references, symbols and renaming, in one file and over several.
#include "Typed.h"

#include "editor/Navigation.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace nnx::editor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string experimentText = "experiment e { grid { act in [relu, tanh], batch in [8, 16] }\n"
                                   "  train cnn(act) on digits with standard { batch }\n"
                                   "  expect accuracy > 0.5 where act == relu }\n";

// Renames at the mark and gives the new text, or why not.
std::string renamed(const std::string &marked, const std::string &name) {
  Typed typed(marked);
  const auto result = rename(typed.workspace, typed.view, typed.position, name);
  if (const auto *reason = std::get_if<std::string>(&result))
    return *reason;
  std::string text = typed.view.source().text();
  const auto &edits = std::get<std::vector<FileEdit>>(result);
  for (auto each = edits.rbegin(); each != edits.rend(); ++each) {
    const std::size_t start = offsetOf(text, each->edit.span.start);
    text.replace(start, offsetOf(text, each->edit.span.end) - start, each->edit.text);
  }
  return text;
}

TEST(NavigationTest, definition_of_every_kind_of_name) {
  const std::string text = digitsText + networkText + experimentText;
  const std::vector<std::pair<std::string, Position>> cases = {
      {"train c^nn", {4, 8}},  {"on d^igits", {0, 8}},    {"with stan^dard", {3, 9}},
      {"8 * i^,", {5, 9}},     {"dense(wid^th", {4, 36}}, {"where a^ct", {10, 22}},
      {"cnn(a^ct)", {10, 22}}, {"{ bat^ch }", {10, 43}}};
  for (const auto &[marked, expected] : cases) {
    const std::size_t mark = marked.find('^');
    std::string plain = marked;
    plain.erase(mark, 1);
    std::string whole = text;
    ASSERT_NE(whole.find(plain), std::string::npos) << plain;
    whole.insert(whole.find(plain) + mark, "^");
    Typed typed(whole);
    const auto found = definition(typed.view, typed.position);
    ASSERT_TRUE(found) << marked;
    EXPECT_EQ(found->span.start, expected)
        << marked << " " << found->span.start.line << ":" << found->span.start.character;
  }
}

TEST(NavigationTest, renaming_writes_bare_names_out) {
  std::string axis = digitsText + networkText + experimentText;
  axis.insert(axis.find("act in"), "^");
  const std::string first = renamed(axis, "fn");
  EXPECT_THAT(first, HasSubstr("grid { fn in [relu, tanh]"));
  EXPECT_THAT(first, HasSubstr("train cnn(act = fn) on"));
  EXPECT_THAT(first, HasSubstr("where fn == relu"));
  EXPECT_THAT(first, HasSubstr("activation = act)"));
  std::string parameter = digitsText + networkText + experimentText;
  parameter.insert(parameter.find("act: activation"), "^");
  const std::string second = renamed(parameter, "fn");
  EXPECT_THAT(second, HasSubstr("network cnn(fn: activation = relu"));
  EXPECT_THAT(second, HasSubstr("activation = fn)"));
  EXPECT_THAT(second, HasSubstr("train cnn(fn = act) on"));
  std::string batch = digitsText + networkText + experimentText;
  batch.insert(batch.find("batch in"), "^");
  EXPECT_THAT(renamed(batch, "size"), HasSubstr("standard { batch = size }"));
}

TEST(NavigationTest, renaming_refuses_what_is_taken_or_no_name) {
  std::string text = digitsText + "let a = 1\n" + networkText + experimentText;
  text.insert(text.find("a = 1"), "^");
  EXPECT_THAT(renamed(text, "cnn"), HasSubstr("`cnn` is declared twice"));
  EXPECT_THAT(renamed(text, "train"), HasSubstr("a word of the language"));
  EXPECT_THAT(renamed(text, "1a"), HasSubstr("is no name"));
  EXPECT_THAT(renamed(text, ""), HasSubstr("is no name"));
  EXPECT_THAT(renamed(text, "b c"), HasSubstr("is no name"));
  // `width` would be the parameter where `w` is read now.
  std::string hidden = digitsText +
                       "let w = 5\nnetwork n(width: int = 3) {\n flatten()\n dense(w)\n "
                       "dense(width)\n dense(classes, activation = softmax)\n}\n"
                       "experiment e { train n() on digits with standard }\n";
  hidden.insert(hidden.find("w = 5"), "^");
  EXPECT_THAT(renamed(hidden, "width"), HasSubstr("means something else"));
}

TEST(NavigationTest, symbols_hold_their_declarations) {
  Typed typed("^" + digitsText + networkText + experimentText);
  std::vector<std::string> names;
  for (const Symbol &symbol : symbols(typed.view))
    names.push_back(symbol.name + " " + std::to_string(symbol.whole.start.line) + "-" +
                    std::to_string(symbol.whole.end.line) + " " + symbol.detail);
  EXPECT_THAT(names, ElementsAre("digits 0-2 ", "standard 3-3 ", "cnn 4-9 ", "e 10-12 4 points"));
}

TEST(WorkspaceTest, included_files_are_read_as_they_are_typed) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(testing::TempDir()) / "nnx_workspace";
  fs::create_directories(folder);
  std::ofstream(folder / "data.nnx") << "dataset old { }\n";
  Workspace workspace;
  const std::string study = folder / "study.nnx", data = folder / "data.nnx";
  workspace.open(study,
                 "include \"data.nnx\"\n" + networkText +
                     "experiment e { train cnn() on digits with standard }\n",
                 1);
  EXPECT_FALSE(workspace.view(study)->analysis->diagnostics().empty());
  workspace.open(data, digitsText, 1);
  EXPECT_TRUE(workspace.view(study)->analysis->diagnostics().empty());
  // The included file belongs to the study.
  const View view = *workspace.view(data);
  EXPECT_EQ(view.file, 1u);
  EXPECT_EQ(references(view, {0, 9}, true).size(), 2u);
  const auto target = definition(*workspace.view(study), {0, 12});
  ASSERT_TRUE(target);
  EXPECT_EQ(target->file, 1u);
  workspace.change(data, {{Span{{0, 8}, {0, 14}}, "numbers"}}, 2);
  EXPECT_THAT(workspace.view(study)->analysis->diagnostics().at(0).message,
              HasSubstr("unknown data set `digits`"));
  workspace.close(data);
  EXPECT_FALSE(workspace.view(data));
}

TEST(WorkspaceTest, changes_outside_of_a_text_do_no_harm) {
  Workspace workspace;
  workspace.open("/nowhere/a.nnx", "let a = 1\n", 1);
  workspace.change("/nowhere/a.nnx", {{Span{{9, 9}, {0, 0}}, "x"}, {Span{{0, 4}, {0, 5}}, "bc"}},
                   2);
  EXPECT_EQ(workspace.find("/nowhere/a.nnx")->text, "let bc = 1\nx");
  workspace.change("/nowhere/b.nnx", {{std::nullopt, "x"}}, 2);
  EXPECT_EQ(workspace.find("/nowhere/b.nnx"), nullptr);
  EXPECT_FALSE(workspace.view("/nowhere/b.nnx"));
  workspace.open("/nowhere/c.nnx", std::string(5u << 20, '#'), 1);
  EXPECT_FALSE(workspace.view("/nowhere/c.nnx"));
}

} // namespace
} // namespace nnx::editor
