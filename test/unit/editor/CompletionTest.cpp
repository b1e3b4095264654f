// What is offered at a place of a text that is not whole.
#include "Typed.h"

#include "editor/Completion.h"

#include <gmock/gmock.h>

namespace nnx::editor {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> labelsOf(const std::string &text) {
  Typed typed(text);
  std::vector<std::string> labels;
  for (const Completion &item : complete(typed.view, typed.position).items)
    labels.push_back(item.label);
  return labels;
}

TEST(CompletionTest, declarations_at_the_start_of_a_line) {
  EXPECT_THAT(labelsOf("tr^"), Contains("training"));
  EXPECT_THAT(labelsOf(digitsText + "^"), Contains("experiment"));
  EXPECT_THAT(labelsOf(digitsText + "training more with ^"), Contains("standard"));
}

TEST(CompletionTest, settings_that_are_not_given_yet) {
  const auto labels = labelsOf("training t {\n  loss = cross_entropy\n  ^\n}\n");
  EXPECT_THAT(labels, Contains("epochs"));
  EXPECT_THAT(labels, Not(Contains("loss")));
  EXPECT_THAT(labelsOf("training t { optimizer.^ }"), Contains("momentum"));
  EXPECT_THAT(labelsOf("dataset d { train = idx(\"a\", \"b\"), s^ }"), Contains("shape"));
}

TEST(CompletionTest, values_of_a_settings_type) {
  EXPECT_THAT(labelsOf("training t { optimizer = ^ }"), Contains("adamw"));
  EXPECT_THAT(labelsOf("training t { optimizer = ^ }"), Not(Contains("relu")));
  EXPECT_THAT(labelsOf("network n(fn: activation) {\n  dense(3, activation = ^"), Contains("relu"));
  EXPECT_THAT(labelsOf("network n(fn: activation) {\n  dense(3, activation = ^"), Contains("fn"));
  EXPECT_THAT(labelsOf("network n(fn: ^"), Contains("activation"));
}

TEST(CompletionTest, layers_and_networks_in_a_body) {
  const auto labels = labelsOf(networkText + "network n() {\n  repeat 2 {\n    ^\n");
  EXPECT_THAT(labels, Contains("conv2d"));
  EXPECT_THAT(labels, Contains("cnn"));
  EXPECT_THAT(labelsOf("network n() {\n  add {\n    ^\n"), Contains("branch"));
}

TEST(CompletionTest, the_parts_of_an_experiment) {
  const std::string before =
      digitsText + networkText + "experiment e {\n  grid { fn in [relu] }\n  ";
  EXPECT_THAT(labelsOf(before + "^"), Contains("expect"));
  EXPECT_THAT(labelsOf(before + "train ^"), Contains("cnn"));
  EXPECT_THAT(labelsOf(before + "train cnn(^"), Contains("width"));
  EXPECT_THAT(labelsOf(before + "train cnn(fn) on ^"), Contains("digits"));
  EXPECT_THAT(labelsOf(before + "train cnn(fn) on digits with ^"), Contains("standard"));
  EXPECT_THAT(labelsOf(before + "train cnn(fn) on digits with standard { ^ }"), Contains("batch"));
  EXPECT_THAT(labelsOf(before + "expect ma^"), Contains("macro_f1"));
  EXPECT_THAT(labelsOf(before + "report {\n    ^"), Contains("heatmap"));
  EXPECT_THAT(labelsOf(before + "report {\n    curve { ^ }"), Contains("color"));
}

TEST(CompletionTest, an_axis_offers_what_it_is_used_for) {
  Typed typed(digitsText + networkText +
              "experiment e {\n  grid { fn in [relu, ^] }\n  train cnn(act = fn) on digits with "
              "standard\n}\n");
  std::vector<std::string> labels;
  for (const Completion &item : complete(typed.view, typed.position).items)
    labels.push_back(item.label);
  EXPECT_THAT(labels, Contains("tanh"));
  EXPECT_THAT(labels, Not(Contains("adam")));
}

TEST(CompletionTest, the_word_that_is_typed_is_replaced) {
  Typed typed("let \U0001f600 = 1\ntraining t { lo^ }");
  const Completions found = complete(typed.view, typed.position);
  EXPECT_EQ(found.span, (Span{{1, 13}, {1, 15}}));
  EXPECT_EQ(found.items.front().insert, "loss = ");
}

TEST(CompletionTest, nothing_in_comments_strings_and_numbers) {
  EXPECT_THAT(labelsOf("training t { # lo^"), IsEmpty());
  EXPECT_THAT(labelsOf("# ^"), IsEmpty());
  EXPECT_THAT(labelsOf("dataset d { train = idx(\"lo^"), IsEmpty());
  EXPECT_THAT(labelsOf("let a = 1^"), IsEmpty());
}

// Wherever a file is cut off, there is an answer.
TEST(CompletionTest, every_place_of_a_file_answers) {
  const std::string text =
      digitsText + networkText +
      "experiment e { grid { fn in [relu, tanh] }\n train cnn(act = fn) on digits "
      "with standard { batch = 3 }\n expect accuracy > 0.5\n report { bar { x = "
      "fn, y = loss } } }\n";
  for (std::size_t i = 0; i <= text.size(); i += 3) {
    labelsOf(text.substr(0, i) + "^" + text.substr(i));
    labelsOf(text.substr(0, i) + "^");
  }
}

} // namespace
} // namespace nnx::editor
