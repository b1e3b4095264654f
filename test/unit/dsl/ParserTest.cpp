// Tokens, expressions, and going on after an error.
#include "Analysed.h"

#include "dsl/Dump.h"
#include "dsl/Parser.h"

#include <gtest/gtest.h>

namespace nnx::dsl {
namespace {

std::string tokensOf(const std::string &text) {
  DiagnosticSink sink;
  std::string result;
  for (const Token &token : tokenize(text, 1, sink))
    result += std::string(result.empty() ? "" : " ") + std::string(spellingOf(token.kind));
  return result;
}

std::string grouped(const Expr &expr) {
  if (expr.kind != ExprKind::binary && expr.kind != ExprKind::range && expr.kind != ExprKind::unary)
    return toText(expr);
  std::string result = "(";
  for (const Element &element : expr.elements)
    result += (&element == &expr.elements[0] && expr.elements.size() > 1 ? "" : expr.text + " ") +
              grouped(element.value) + (expr.elements.size() > 1 ? " " : "");
  while (result.ends_with(' '))
    result.pop_back();
  return result + ")";
}

std::string parsed(const std::string &text) {
  DiagnosticSink sink;
  std::vector<Token> tokens = tokenize(text, 1, sink);
  std::optional<Expr> expr = parseExpression(tokens, sink);
  return expr && !sink.hasErrors() ? grouped(*expr) : "wrong";
}

TEST(Lexer, tells_numbers_ranges_and_shapes_apart) {
  EXPECT_EQ(tokensOf("1..4"), "integer .. integer end_of_file");
  EXPECT_EQ(tokensOf("1.5 2e-3 1e4"), "real real real end_of_file");
  EXPECT_EQ(tokensOf("28x28x1 3x3"), "shape shape end_of_file");
  EXPECT_EQ(tokensOf("a.b // c / d # no\n\"#\""), "word . word // word / word string end_of_file");
}

TEST(Lexer, resolves_escapes) {
  EXPECT_EQ(decodeString(R"("a\"b\\c\n\t")"), "a\"b\\c\n\t");
}

TEST(Parser, follows_precedence) {
  EXPECT_EQ(parsed("1 + 2 * 3 - 4"), "((1 + (2 * 3)) - 4)");
  EXPECT_EQ(parsed("-a * b // c"), "(((- a) * b) // c)");
  EXPECT_EQ(parsed("not a == b or c and d"), "((not (a == b)) or (c and d))");
  EXPECT_EQ(parsed("1..n + 1"), "(1 .. (n + 1))");
  EXPECT_EQ(parsed("(1 + 2) * 3"), "((1 + 2) * 3)");
}

TEST(Parser, joins_lines_inside_brackets_and_after_operators) {
  EXPECT_EQ(parsed("[1,\n 2,\n]"), "[1, 2]");
  EXPECT_EQ(parsed("1 +\n 2"), "(1 + 2)");
}

TEST(Parser, refuses_what_is_no_expression) {
  for (const char *text : {"", "1 +", "(1", "[1, ", "a(", "1 2", ")", "= 3", "a.", "1..2..3 4"})
    EXPECT_EQ(parsed(text), "wrong") << text;
}

TEST(Parser, finds_every_error_of_a_file) {
  Analysed analysed(R"(let a = )
let b = 3 4
network n( {
}
network m() {
  dense(10
  flatten(]
  dense(3)
}
training t {
  loss cross_entropy
  batch = = 3
  epochs = 3
}
experiment e {
  grid { x of [1] }
  train m() with t
)");
  std::vector<uint32_t> lines;
  for (const Diagnostic &diagnostic : analysed.sink.sorted())
    lines.push_back(diagnostic.location.line);
  EXPECT_EQ(lines, (std::vector<uint32_t>{1, 2, 3, 6, 7, 11, 12, 15, 16, 17}))
      << analysed.rendered();
}

TEST(Parser, survives_every_prefix_and_every_missing_byte_of_a_study) {
  std::string text = studyOf("repeat i in 1..2 { if i == 1 { conv2d(8, kernel = 3x3) } else { "
                             "max_pool(2) } }\nflatten(), dense(10, activation = softmax)",
                             "",
                             "grid { b in [1, 2] } where b > 0\ntrain net() on mnist with "
                             "standard { batch = b, optimizer.lr = 0.1 }");
  ASSERT_TRUE(Analysed(text).study) << Analysed(text).rendered();
  for (std::size_t i = 0; i < text.size(); ++i) {
    Analysed prefix(text.substr(0, i));
    EXPECT_TRUE(prefix.study || prefix.sink.hasErrors()) << i;
    Analysed without(text.substr(0, i) + text.substr(i + 1));
    EXPECT_TRUE(without.study || without.sink.hasErrors()) << i;
  }
}

TEST(Parser, bounds_depth) {
  std::string deep;
  for (int i = 0; i < 10000; ++i)
    deep += "{ if true ";
  for (const std::string &text :
       {"network n() " + deep, "let a = " + std::string(100000, '('),
        "let a = " + std::string(100000, '-') + "1", "let a = " + std::string(100000, '[')}) {
    Analysed analysed(text);
    EXPECT_TRUE(analysed.reports(DiagnosticId::nested_too_deep));
    EXPECT_EQ(analysed.sink.errorCount(), 1u);
  }
}

} // namespace
} // namespace nnx::dsl
