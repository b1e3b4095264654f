// Places in UTF-16 and in bytes.
#include "editor/Text.h"

#include <gtest/gtest.h>

namespace nnx::editor {
namespace {

// One byte, two, three, and four: the last one has two units.
const std::string mixed = "a\u00e9\u20ac\U0001f600b";

TEST(TextTest, counts_units_of_utf16) {
  EXPECT_EQ(unitsOf(mixed), 6u);
  EXPECT_EQ(bytesBefore(mixed, 0), 0u);
  EXPECT_EQ(bytesBefore(mixed, 1), 1u);
  EXPECT_EQ(bytesBefore(mixed, 2), 3u);
  EXPECT_EQ(bytesBefore(mixed, 3), 6u);
  EXPECT_EQ(bytesBefore(mixed, 4), 6u); // inside of the pair
  EXPECT_EQ(bytesBefore(mixed, 5), 10u);
  EXPECT_EQ(bytesBefore(mixed, 99), mixed.size());
}

TEST(TextTest, places_outside_of_the_text_are_its_ends) {
  EXPECT_EQ(offsetOf("ab\ncd", {0, 9}), 2u);
  EXPECT_EQ(offsetOf("ab\r\ncd", {0, 9}), 2u);
  EXPECT_EQ(offsetOf("ab\ncd", {7, 0}), 5u);
  EXPECT_EQ(offsetOf("", {7, 7}), 0u);
  EXPECT_EQ(endOf("ab\n\u20ac"), (Position{1, 1}));
}

TEST(TextTest, spans_are_those_of_the_bytes) {
  const dsl::SourceFile file("f.nnx", "x = \"" + mixed + "\" y\n");
  const Span span = spanOf(file, {1, 19, 1, 0});
  EXPECT_EQ(span, (Span{{0, 13}, {0, 14}}));
  EXPECT_EQ(locationOf(file, 0, {0, 13}).column, 19u);
  EXPECT_EQ(spanOf(file, {}), Span());
}

TEST(TextTest, differences_are_whole_lines) {
  for (const auto &[before, after] :
       std::vector<std::pair<std::string, std::string>>{{"a\nb\nc\n", "a\nB\nc\n"},
                                                        {"a\nb\n", "a\nb\nc\n"},
                                                        {"a\nb\nc\n", "c\n"},
                                                        {"", "a\n"},
                                                        {"a", "a\n"},
                                                        {"a\na\na\n", "a\na\n"},
                                                        {"b\n", "a\nb"}}) {
    const auto edit = difference(before, after);
    ASSERT_TRUE(edit);
    std::string text = before;
    const std::size_t start = offsetOf(text, edit->span.start),
                      end = offsetOf(text, edit->span.end);
    EXPECT_EQ(text.replace(start, end - start, edit->text), after) << before;
  }
  EXPECT_FALSE(difference("a\n", "a\n"));
  EXPECT_EQ(difference("a\nb\nc\n", "a\nB\nc\n")->span, (Span{{1, 0}, {2, 0}}));
}

} // namespace
} // namespace nnx::editor
